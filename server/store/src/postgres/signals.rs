//! Signals go by NOTIFY: no table grows, and whoever listens hears at once.

use async_trait::async_trait;
use sqlx::postgres::PgListener;

use super::PostgresStore;
use crate::{Result, Signalled, Signals};

/// The channel; a database's channels are its own.
const CHANNEL: &str = "gavel";

/// Listens, and passes over what this program itself told.
struct Listening {
    listener: PgListener,
    /// How its own signals begin.
    own: String,
}

#[async_trait]
impl Signals for PostgresStore {
    fn replica(&self) -> Option<&str> {
        Some(&self.replica)
    }

    async fn publish(&self, signal: &str) -> Result<()> {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(format!("{} {signal}", self.replica))
            .execute(&self.beside)
            .await?;
        Ok(())
    }

    async fn listen(&self) -> Result<Option<Box<dyn Signalled>>> {
        let mut listener = PgListener::connect_with(&self.beside).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Box::new(Listening { listener, own: format!("{} ", self.replica) })))
    }
}

#[async_trait]
impl Signalled for Listening {
    async fn next(&mut self) -> Result<Option<String>> {
        loop {
            let Some(told) = self.listener.try_recv().await? else { return Ok(None) };
            let payload = told.payload();
            if !payload.starts_with(&self.own) {
                let signal = payload.split_once(' ').map_or(payload, |(_, signal)| signal);
                return Ok(Some(signal.to_owned()));
            }
        }
    }
}
