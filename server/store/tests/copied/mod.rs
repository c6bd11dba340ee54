//! Copies from one engine to the other, and what must be equal then.

use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use store::copying::{Copied, Progress, copy};

use crate::fresh::{File, Postgres};

/// Copies every store that a chapter left to PostgreSQL and back, and compares all tables.
pub(crate) async fn there_and_back(fresh: &File) {
    let cluster = Postgres;
    for (number, from) in fresh.urls().into_iter().enumerate() {
        // Its words may still be to be written.
        store::open(&from).await.unwrap().close().await;
        let server = cluster.database().await;
        copy_cut_off(&from, &server, number).await;
        // It is a store as any other.
        store::open(&server).await.unwrap().close().await;
        let back = fresh.url(&format!("back-{number}"));
        copy_cut_off(&server, &back, number + 7).await;
        assert_equal(&from, &back).await;
        let refusal = copy(&from, &server, |_| {}).await.unwrap_err().to_string();
        assert!(refusal.contains("it has data already") || is_empty(&from).await, "{refusal}");
        let refusal = copy(&server, &back, |_| {}).await.unwrap_err().to_string();
        assert!(refusal.contains("the file is there already"), "{refusal}");
    }
}

/// Copies, cut off after some steps, and then to the end.
async fn copy_cut_off(from: &str, to: &str, steps: usize) -> Copied {
    let (cut, mut is_cut) = tokio::sync::mpsc::unbounded_channel();
    let mut told = 0;
    let copying = copy(from, to, |progress| {
        told += usize::from(matches!(progress, Progress::Table(..)));
        if told > steps {
            let _ = cut.send(());
        }
    });
    tokio::select! {
        biased;
        _ = is_cut.recv() => {}
        copied = copying => panic!("it was to be cut off: {copied:?}"),
    }
    let refusal = store::open(to).await.err().expect("an unfinished copy was opened").to_string();
    assert!(refusal.contains("a copy into it is not finished"), "{refusal}");
    let mut goes_on = false;
    let copied = copy(from, to, |progress| goes_on |= matches!(progress, Progress::GoesOn(_))).await.unwrap();
    assert!(goes_on);
    copied
}

async fn is_empty(url: &str) -> bool {
    let mut connection = open(url).await;
    let count: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM detections) + (SELECT count(*) FROM audit_events)",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    count == 0
}

async fn open(url: &str) -> SqliteConnection {
    let options: SqliteConnectOptions = url.parse().unwrap();
    options.connect().await.unwrap()
}

/// Compares every row of every table, which rows have words and how many, and what numbers come next.
async fn assert_equal(one: &str, other: &str) {
    let (mut one, mut other) = (open(one).await, open(other).await);
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND (name NOT LIKE '%\\_fts%' ESCAPE '\\' OR name LIKE '%docsize')
                 AND name NOT IN ('_sqlx_migrations', 'writing_probe', 'words_deleted', 'words_folded') AND name NOT LIKE 'sqlite_stat%'
                 ORDER BY name";
    let tables: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut one).await.unwrap();
    assert_eq!(tables, sqlx::query_scalar::<_, String>(names).fetch_all(&mut other).await.unwrap());
    for table in tables {
        assert_eq!(rows(&table, &mut one).await, rows(&table, &mut other).await, "{table}");
    }
    let code = "SELECT name || sql FROM sqlite_master WHERE type IN ('trigger', 'index', 'view') AND sql IS NOT NULL ORDER BY name";
    let code_of_one: Vec<String> = sqlx::query_scalar(code).fetch_all(&mut one).await.unwrap();
    assert_eq!(code_of_one, sqlx::query_scalar::<_, String>(code).fetch_all(&mut other).await.unwrap());
}

async fn rows(table: &str, connection: &mut SqliteConnection) -> Vec<String> {
    let columns: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT name FROM pragma_table_xinfo('{table}')")))
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    // `origin` is where in its index FTS5 keeps a row, which depends on how it was written.
    let columns = columns.iter().filter(|name| !(table.ends_with("docsize") && *name == "origin"));
    let values: Vec<_> = columns.map(|name| format!("quote(CAST(\"{name}\" AS BLOB))")).collect();
    let sql = format!("SELECT {} FROM \"{table}\" ORDER BY 1", values.join(" || ' ' || "));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
}
