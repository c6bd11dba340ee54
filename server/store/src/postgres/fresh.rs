//! An empty store for a test.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::PostgresStore;

/// A database of its own, in the cluster that `xtask/setup/postgres.sh` starts.
pub(super) async fn store() -> PostgresStore {
    let cluster = std::env::var("GAVEL_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://gavel@127.0.0.1:54329".to_owned());
    let name = format!("test_{}_{}", std::process::id(), fastrand::u32(..));
    let mut admin = PgConnection::connect(&format!("{cluster}/postgres"))
        .await
        .expect("no PostgreSQL for the tests: run xtask/setup/postgres.sh, which starts one");
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    PostgresStore::open(&format!("{cluster}/{name}")).await.unwrap()
}
