//! What replicas tell each other while it happens.

use async_trait::async_trait;

use crate::Result;

/// A way from each program that serves on a database to all others: quick, and nothing is kept for whoever does not listen.
#[async_trait]
pub trait Signals: Send + Sync {
    /// What this program is called among those that serve on the database; `None` where it is always alone.
    fn replica(&self) -> Option<&str>;

    /// Tells the others: text below 7,900 bytes, without the character NUL.
    ///
    /// # Errors
    /// When the database does not take it.
    async fn publish(&self, signal: &str) -> Result<()>;

    /// Listens to the others from now on; `None` where there are none.
    ///
    /// # Errors
    /// When the database cannot be listened to.
    async fn listen(&self) -> Result<Option<Box<dyn Signalled>>>;
}

/// Who listens.
#[async_trait]
pub trait Signalled: Send {
    /// The next signal of another program; `None` when the connection was lost and is there again: some may have been missed.
    ///
    /// # Errors
    /// When the connection was lost, and another cannot be had.
    async fn next(&mut self) -> Result<Option<String>>;
}
