//! The rate of one API key that several programs use: whoever counts it for all of them.

use std::time::Duration;

use async_trait::async_trait;

/// How long all pause when the upstream does not say for how long.
pub(super) const DEFAULT_PAUSE: Duration = Duration::from_secs(5);

/// Counts the calls of all programs that use a key.
#[async_trait]
pub trait SharedRate: std::fmt::Debug + Send + Sync {
    /// Takes a turn.
    ///
    /// # Errors
    /// How long to wait until there may be one.
    async fn take(&self) -> Result<(), Duration>;

    /// A turn was not used, or the call never reached the upstream.
    async fn give_back(&self);

    /// The upstream asked to pause: nobody takes a turn until then.
    async fn pause(&self, wait: Duration);
}
