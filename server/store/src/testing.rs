//! Empty databases for tests, of this crate and of those above it.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

/// The cluster that `xtask/setup/postgres.sh` starts.
const CLUSTER: &str = "postgres://gavel@127.0.0.1:54329";

/// The URL of a database that nobody has used: of PostgreSQL where `GAVEL_TEST_ENGINE` is `postgres`, else a file in a folder.
///
/// # Panics
/// When there is no PostgreSQL; it says how to start one.
pub async fn database(folder: &Path) -> String {
    match std::env::var("GAVEL_TEST_ENGINE") {
        Ok(engine) if engine == "postgres" => postgres().await,
        _ => format!("sqlite://{}/gavel.db", folder.display()),
    }
}

/// The URL of a PostgreSQL database that nobody has used, in the cluster of the tests (`GAVEL_TEST_POSTGRES` names another).
///
/// # Panics
/// When there is no PostgreSQL; it says how to start one.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to test")]
pub async fn postgres() -> String {
    let cluster = std::env::var("GAVEL_TEST_POSTGRES").unwrap_or_else(|_| CLUSTER.to_owned());
    let name = format!("test_{}", Uuid::new_v4().simple());
    let mut admin = PgConnection::connect(&format!("{cluster}/postgres"))
        .await
        .expect("no PostgreSQL for the tests: run xtask/setup/postgres.sh, which starts one");
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database can be created");
    format!("{cluster}/{name}")
}
