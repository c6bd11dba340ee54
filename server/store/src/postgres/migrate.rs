//! Brings a database up to date, one program after the other.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::migrate::Migrator;
use tokio::time::sleep;

use crate::Result;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The lock of whoever brings a database up to date: any number that nothing else on it uses.
const LOCK: i64 = 0x6761_7665_6c00;

/// How often it is looked whether it is free.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How many looks pass between two lines that say what is waited for.
const SAY_AGAIN: u32 = 100;

/// The newest migration of this build.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Waits until nobody else brings the database up to date, however long that takes; until [`let_go`], or the connection's end, nobody
/// else does. It asks again and again: whoever waits within a statement holds a snapshot, which `CREATE INDEX CONCURRENTLY` of the
/// other waits for in turn.
pub(super) async fn take_turn(connection: &mut PgConnection) -> Result<()> {
    let mut looks = 0_u32;
    while !sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(LOCK)
        .fetch_one(&mut *connection)
        .await?
    {
        if looks.is_multiple_of(SAY_AGAIN) {
            tracing::info!("another Gavel brings the database up to date; waiting for it");
        }
        looks += 1;
        sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// Lets others go on.
pub(super) async fn let_go(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(connection).await?;
    Ok(())
}

/// Applies outstanding migrations; to be called by whoever has the turn.
pub(super) async fn run(connection: &mut PgConnection) -> Result<()> {
    let mut migrations = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
    migrations.set_locking(false);
    migrations.run_direct(None, connection, false).await?;
    Ok(())
}
