//! Opens the database, brings it up to date, and says in one line why it cannot.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use super::{PostgresStore, code, statistics};
use crate::{Result, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Connections that read.
const READERS: u32 = 8;

/// Connections for what replicas tell each other: one listens, the others tell, renew leases, and count what all may do so often. Nothing of it
/// is worth waiting for the disk.
const BESIDE: u32 = 4;

/// How long a statement waits for another program's turn at writing before it gives up, and a caller for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

impl PostgresStore {
    /// Opens the database and applies outstanding migrations.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let failed = |reason: String| StoreError::Open { url: crate::without_credentials(url), reason };
        let replica = Uuid::new_v4().to_string();
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| failed(one_line(&error)))?
            .application_name("gavel")
            .options([
                ("timezone", "UTC"),
                // What is there already is no news.
                ("client_min_messages", "warning"),
                ("gavel.replica", &replica),
                // Compiling a plan takes longer than the look-ups here.
                ("jit", "off"),
                ("lock_timeout", "10s"),
                // Whoever dies in the middle of a turn must not keep everybody waiting.
                ("idle_in_transaction_session_timeout", "15s"),
            ]);
        let writer =
            pool(1).connect_with(options.clone()).await.map_err(|error| failed(why_closed(&error)))?;
        MIGRATIONS.run(&writer).await?;
        code::renew(&writer).await?;
        statistics::catch_up(&writer).await?;
        let beside = pool(BESIDE).connect_lazy_with(options.clone().options([("synchronous_commit", "off")]));
        let reading = options.options([("default_transaction_read_only", "on")]);
        let readers = pool(READERS).connect_lazy_with(reading);
        Ok(Self { writer, readers, beside, replica, facts: Arc::default() })
    }
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).test_before_acquire(false)
}

fn why_closed(error: &sqlx::Error) -> String {
    one_line(error)
}

fn one_line(error: &impl std::fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
