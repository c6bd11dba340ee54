//! PostgreSQL: what is refused, in which words, and what a stop of the server does to those who are connected.

#[cfg(test)]
mod fresh;
#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

    use super::fresh::Postgres;
    use super::samples::detection;

    async fn refusal(url: &str) -> String {
        let line = match store::open(url).await {
            Ok(_) => panic!("{url} was opened"),
            Err(error) => error.to_string(),
        };
        assert!(!line.contains('\n') && !line.contains("secret"), "{line}");
        line
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_without_the_password() {
        let line = refusal("postgres://ana:secret@127.0.0.1:1/gavel?password=secret").await;
        assert!(
            line.contains("postgres://127.0.0.1:1/gavel: no PostgreSQL answers at 127.0.0.1:1; start it"),
            "{line}"
        );
        let line = refusal("postgres://ana:se/secret@db.example.com/gavel").await;
        assert!(
            line.contains("postgres://db.example.com/gavel: it is not written like") && line.contains("%2F"),
            "{line}"
        );
        let line = refusal("postgres://ana:secret@no-such-host.invalid/gavel").await;
        assert!(line.contains("no-such-host.invalid:5432 cannot be reached"), "{line}");
        let url = Postgres.database().await;
        let line = refusal(&format!("{url}_none")).await;
        assert!(
            line.contains("there is no database test_")
                && line.contains("create it: createdb -h 127.0.0.1 -p"),
            "{line}"
        );
        let line = refusal(&url.replace("gavel@", "nobody:secret@")).await;
        assert!(line.contains("does not let the user nobody in: role \"nobody\" does not exist"), "{line}");
        let line = refusal(&format!("{url}?sslmode=require")).await;
        assert!(line.contains("no connection with TLS") && line.contains("sslmode"), "{line}");
    }

    #[tokio::test]
    async fn rights_and_other_programs() {
        let url = Postgres.database().await;
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let role = format!("guest_{}", fastrand::u32(..));
        connection.execute(AssertSqlSafe(format!("CREATE ROLE {role} LOGIN"))).await.unwrap();
        let line = refusal(&url.replace("gavel@", &format!("{role}@"))).await;
        assert!(line.contains(&format!("the user {role} may not create tables in it")), "{line}");
        connection.execute(AssertSqlSafe(format!("DROP ROLE {role}"))).await.unwrap();
        connection.execute("CREATE TABLE users (shoe_size INT)").await.unwrap();
        let line = refusal(&url).await;
        assert!(
            line.contains("another program's tables") && line.contains("a database of its own"),
            "{line}"
        );
    }

    #[tokio::test]
    async fn a_newer_database() {
        let url = Postgres.database().await;
        store::open(&url).await.unwrap().close().await;
        let (applied, newest) = store::schema(&url).await.unwrap();
        assert_eq!(applied, Some(newest));
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2").await.unwrap();
        assert!(refusal(&url).await.contains("made by a newer Gavel (migration 9999)"));
    }

    #[tokio::test]
    async fn a_server_that_takes_no_changes() {
        let url = Postgres.database().await;
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let name = url.rsplit('/').next().unwrap();
        let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        assert!(refusal(&url).await.contains("takes no changes, as standby servers do; name the primary"));
    }

    #[tokio::test]
    async fn several_at_once_bring_it_up_to_date() {
        let url = Postgres.database().await;
        let opened = futures_util::future::join_all((0..4).map(|_| store::open(&url))).await;
        for store in opened {
            store.unwrap().ping().await.unwrap();
        }
    }

    #[tokio::test]
    async fn whoever_was_cut_off_is_connected_again() {
        let url = Postgres.database().await;
        let store = store::open(&url).await.unwrap();
        store.append_detections(&[detection("one")]).await.unwrap();
        store.ping().await.unwrap();
        let mut admin = PgConnection::connect(&url).await.unwrap();
        for _ in 0..3 {
            let ended: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()) s",
            )
            .fetch_one(&mut admin)
            .await
            .unwrap();
            assert!(ended >= 2, "the one that writes, and one that reads");
            // Whoever is cut off was not used for a moment: a server is not back sooner.
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            store.append_detections(&[detection("more")]).await.unwrap();
            store.ping().await.unwrap();
            store.try_writing().await.unwrap();
        }
    }
}
