//! Whether connections are connections. A pooler in transaction mode (PgBouncer, Pgpool, Supavisor) hands each transaction to whichever
//! connection is free: prepared statements, settings and locks end up with strangers, and wrong values come back as success.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;
use uuid::Uuid;

/// How long a note may take from one connection to another.
const HEARD_WITHIN: Duration = Duration::from_secs(2);

/// Whether a connection that listens hears what another one says. Behind a pooler in transaction mode it hears nothing.
pub(super) async fn connections_last(
    options: &PgConnectOptions,
    other: &mut PgConnection,
) -> sqlx::Result<bool> {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    let (channel, word) = (format!("gavel_test_{}", Uuid::new_v4().simple()), Uuid::new_v4().to_string());
    listener.listen(&channel).await?;
    sqlx::query("SELECT pg_notify($1, $2)").bind(&channel).bind(&word).execute(other).await?;
    let heard = timeout(HEARD_WITHIN, listener.recv()).await;
    drop(listener);
    pool.close().await;
    Ok(matches!(heard, Ok(Ok(note)) if note.payload() == word))
}
