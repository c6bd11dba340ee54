//! Connections: what each is told when it is made, and that a dead one is replaced before anybody gets it.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor};
use tokio::time::timeout;

/// Connections that read.
const READERS: u32 = 8;

/// Connections for what replicas tell each other: one listens, the others tell, renew leases, and count what all may do so often.
const BESIDE: u32 = 4;

/// Nothing of what replicas tell each other is worth waiting for the disk.
const UNSYNCED: &str = "SET synchronous_commit = off;";

/// How long whoever writes waits for the connection: others of this program come before.
const WRITER_PATIENCE: Duration = Duration::from_secs(10);

/// How long whoever reads waits for a connection: a page is not worth more while the database is away.
const READER_PATIENCE: Duration = Duration::from_secs(5);

/// How long a database may take to be reached, and to answer the least question.
pub(super) const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// A connection that nobody used for so long is asked whether it lives. A server that stopped is not back sooner, so one that was
/// used since then is as good as its last answer.
const UNASKED: Duration = Duration::from_millis(100);

/// What a connection is told when it is made. By statements, and not as the parameters of its start, which poolers refuse.
/// Compiling a plan (`jit`) takes longer than the look-ups here. Whoever dies in the middle of a turn must not keep everybody waiting.
const SETTINGS: &str = "SET timezone = 'UTC'; SET jit = off; SET lock_timeout = '10s';
     SET idle_in_transaction_session_timeout = '15s'; SET client_min_messages = warning;";

/// A statement that takes longer than this was lost by whoever asked. What is slow comes in steps, or reads with an end of its own.
const BOUNDED: &str = "SET statement_timeout = '5min';";

/// Nothing is changed by a connection that reads.
const READING: &str = "SET default_transaction_read_only = on;";

/// How to reach the database that a URL names: with TLS as its `sslmode` says.
pub(super) fn options(url: &str) -> sqlx::Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)?.application_name("gavel"))
}

/// A connection of its own, for work that may take as long as it needs.
pub(super) async fn alone(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    let connecting = PgConnection::connect_with(options);
    let mut connection =
        timeout(WRITER_PATIENCE, connecting).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    connection.execute(SETTINGS).await?;
    Ok(connection)
}

/// The one connection that writes.
pub(super) fn writer(options: PgConnectOptions, replica: &str) -> PgPool {
    pool(1, WRITER_PATIENCE, "", replica).connect_lazy_with(options)
}

/// Connections that read.
pub(super) fn readers(options: PgConnectOptions, replica: &str) -> PgPool {
    pool(READERS, READER_PATIENCE, READING, replica).connect_lazy_with(options)
}

/// Connections for what replicas tell each other: it must not wait behind what is written.
pub(super) fn beside(options: PgConnectOptions, replica: &str) -> PgPool {
    pool(BESIDE, WRITER_PATIENCE, UNSYNCED, replica).connect_lazy_with(options)
}

/// `replica` is what this program is called among those that serve on the database.
fn pool(connections: u32, patience: Duration, more: &'static str, replica: &str) -> PgPoolOptions {
    let replica = replica.to_owned();
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(patience)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| Box::pin(is_alive(connection, meta.idle_for)))
        .after_connect(move |connection, _| {
            let replica = replica.clone();
            Box::pin(async move {
                let named = sqlx::query("SELECT set_config('gavel.replica', $1, FALSE)").bind(replica);
                named.execute(&mut *connection).await?;
                for settings in [SETTINGS, BOUNDED, more] {
                    if !settings.is_empty() {
                        connection.execute(settings).await?;
                    }
                }
                Ok(())
            })
        })
}

async fn is_alive(connection: &mut PgConnection, idle_for: Duration) -> sqlx::Result<bool> {
    if idle_for >= UNASKED {
        // One whose machine is gone says nothing at all.
        timeout(ANSWERS_WITHIN, connection.ping()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    }
    Ok(true)
}
