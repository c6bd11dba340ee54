//! Opening: what is created, what is refused, and in which words.

use store::StoreError;

#[cfg(test)]
async fn refusal(url: &str) -> String {
    let line = match store::open(url).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error @ StoreError::Open { .. }) => error.to_string(),
        Err(error) => panic!("{url}: not an open error: {error}"),
    };
    assert!(!line.contains('\n'), "one line: {line}");
    line
}

#[tokio::test]
async fn folders_are_created_and_a_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/deep/er/gavel.db", folder.path().display());
    for _ in 0..2 {
        let store = store::open(&url).await.unwrap();
        store.ping().await.unwrap();
        store.close().await;
        assert!(store.ping().await.is_err(), "closed");
    }
    let files: Vec<_> = std::fs::read_dir(folder.path().join("deep/er")).unwrap().collect();
    assert_eq!(files.len(), 1, "the write-ahead log is gone after closing: {files:?}");
}

#[tokio::test]
async fn schemes_that_there_are_not() {
    for url in ["mysql://x", "gavel.db", ""] {
        assert!(refusal(url).await.contains("written like sqlite://data/gavel.db"));
    }
    assert!(refusal("sqlite://").await.contains("names no file"));
    assert!(refusal("sqlite://x.db?mode=odd").await.contains("odd"));
}

#[tokio::test]
async fn a_folder_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let line = refusal(&format!("sqlite://{}", folder.path().display())).await;
    assert!(line.contains("is a folder; name a file in it"), "{line}");
}

#[tokio::test]
async fn a_file_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data"), "").unwrap();
    let line = refusal(&format!("sqlite://{}/data/gavel.db", folder.path().display())).await;
    assert!(line.contains("cannot be created"), "{line}");
}

/// Not by file modes: they do not bind the super-user, who runs tests in containers.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_place_where_nobody_may_write() {
    let line = refusal("sqlite:///proc/gavel.db").await;
    assert!(line.contains("/proc/gavel.db cannot be opened or created"), "{line}");
    let line = refusal("sqlite:///proc/gavel/gavel.db").await;
    assert!(line.contains("the folder /proc/gavel cannot be created"), "{line}");
}

#[tokio::test]
async fn a_missing_file_that_must_not_be_created() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db?mode=rw", folder.path().display());
    assert!(refusal(&url).await.contains("cannot be opened or created"));
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "dear diary, ".repeat(1000)).unwrap();
    let line = refusal(&format!("sqlite://{}", file.display())).await;
    assert!(line.contains("is no SQLite database"), "{line}");
    assert_eq!(std::fs::read_to_string(&file).unwrap().len(), 12_000, "left as it was");
}

#[tokio::test]
async fn a_read_only_database() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db", folder.path().display());
    drop(sqlx_connection(&url, true).await);
    let line = refusal(&format!("{url}?mode=ro")).await;
    assert!(line.contains("write-protected"), "{line}");
}

#[tokio::test]
async fn migrations_that_this_build_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db", folder.path().display());
    store::open(&url).await.unwrap().close().await;

    change(&url, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2").await;
    let line = refusal(&url).await;
    assert!(line.contains("its migration 2 is not the one in this build"), "{line}");

    change(&url, "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2").await;
    let line = refusal(&url).await;
    assert!(line.contains("made by a newer Gavel (migration 9999)"), "{line}");
}

#[tokio::test]
async fn a_database_of_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/other.db", folder.path().display());
    let mut connection = sqlx_connection(&url, true).await;
    sqlx::query("CREATE TABLE users (shoe_size INTEGER)").execute(&mut connection).await.unwrap();
    drop(connection);
    let line = refusal(&url).await;
    assert!(line.contains("migration 1 failed") && line.contains("users already exists"), "{line}");
}

#[cfg(test)]
async fn sqlx_connection(url: &str, create: bool) -> sqlx::SqliteConnection {
    use sqlx::ConnectOptions;
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
    options.create_if_missing(create).connect().await.unwrap()
}

#[cfg(test)]
async fn change(url: &str, sql: &'static str) {
    use sqlx::Connection;
    let mut connection = sqlx_connection(url, false).await;
    assert_eq!(sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
}

/// Names the database to a child process; the parent's run of the same test has none.
#[cfg(test)]
const DATABASE: &str = "GAVEL_OPEN_TEST_DATABASE";

/// Opens the database at the same time as the other child.
#[cfg(test)]
fn child(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = store::open(url).await.unwrap();
        store.try_writing().await.unwrap();
        store.close().await;
    });
}

#[cfg(test)]
fn two_open(url: &str) {
    let start = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "two_programs_open_one_database_at_once", "--nocapture"])
            .env(DATABASE, url)
            .output()
    };
    let outputs = std::thread::scope(|scope| {
        let programs = [(); 2].map(|()| scope.spawn(start));
        programs.map(|program| program.join().unwrap().unwrap())
    });
    for output in outputs {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A database as an older version left it.
#[cfg(test)]
async fn old_database(url: &str) {
    use sqlx::migrate::Migrator;
    let mut migrator = Migrator::new(std::path::Path::new("../../migrations/sqlite")).await.unwrap();
    migrator.migrations = migrator.iter().filter(|one| one.version <= 29).cloned().collect::<Vec<_>>().into();
    let mut connection = sqlx_connection(url, true).await;
    migrator.run(&mut connection).await.unwrap();
}

#[test]
fn two_programs_open_one_database_at_once() {
    if let Ok(url) = std::env::var(DATABASE) {
        return child(&url);
    }
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for number in 0..20 {
        let url = |name: &str| format!("sqlite://{}/{number}/{name}.db", folder.path().display());
        two_open(&url("new"));
        runtime.block_on(old_database(&url("old")));
        two_open(&url("old"));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = format!("sqlite://{}/gavel.db", data.display());
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for _ in 0..2 {
        let store = store::open(&url).await.unwrap();
        store.try_writing().await.unwrap();
        assert_eq!(mode(&data), 0o700);
        for file in std::fs::read_dir(&data).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        store.close().await;
        // As a version left it that did not care.
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(data.join("gavel.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    // A folder that holds other things too is left as it is.
    std::fs::write(data.join("letters.txt"), "dear diary").unwrap();
    store::open(&url).await.unwrap().close().await;
    assert_eq!((mode(&data), mode(&data.join("gavel.db"))), (0o755, 0o600));
}

/// An older `gavel serve` goes on while a newer command adds columns; so does a connection that read the schema half-way.
#[tokio::test]
async fn columns_that_another_program_adds_end_no_connection() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db", folder.path().display());
    let store = store::open(&url).await.unwrap();
    let user = store::NewUser {
        email: "ana@example.com".into(),
        name: "Ana".into(),
        role: domain::Role::Admin,
        password_hash: String::new(),
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    let user = store.create_user(&user).await.unwrap();
    let expires_at = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(1);
    let session =
        store::SessionRecord { id_hash: vec![1], user_id: Some(user.id), data: "{}".into(), expires_at };
    store.save_session(&session).await.unwrap();
    change(
        &url,
        "INSERT INTO usage_samples (taken_at, plan, total, used, remaining) VALUES (1000, 'Free', 10, 1, 9)",
    )
    .await;
    for _ in 0..2 {
        assert!(store.user(user.id).await.unwrap().is_some());
        assert!(store.user_by_email("ana@example.com").await.unwrap().is_some());
        assert_eq!(store.users().await.unwrap().len(), 1);
        assert_eq!(store.people().await.unwrap().len(), 1);
        assert!(store.session(&[1], chrono::DateTime::UNIX_EPOCH).await.unwrap().is_some());
        assert!(store.latest_usage_sample().await.unwrap().is_some());
        assert_eq!(store.usage_samples(chrono::DateTime::UNIX_EPOCH).await.unwrap().len(), 1);
        assert_eq!(store.hourly_usage_samples(chrono::DateTime::UNIX_EPOCH).await.unwrap().len(), 1);
        widen_every_table(&url).await;
    }
}

#[cfg(test)]
async fn widen_every_table(url: &str) {
    let mut connection = sqlx_connection(url, false).await;
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
                  AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    for table in tables {
        let added = format!("ALTER TABLE {table} ADD COLUMN added_{} INTEGER", fastrand::u32(..));
        sqlx::query(sqlx::AssertSqlSafe(added)).execute(&mut connection).await.unwrap();
    }
}
