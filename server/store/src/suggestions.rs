//! Values to offer while somebody types a search.

use async_trait::async_trait;

use crate::Result;

/// Values that the log knows. Every answer is bounded, whatever the size of the log.
#[async_trait]
pub trait Suggestions: Send + Sync {
    /// Sites of the tokens in force and of the newest 2,000 detections, by name, at most `limit`.
    async fn known_sites(&self, limit: u32) -> Result<Vec<String>>;

    /// Numbers of the newest imports, newest first, at most `limit`.
    async fn known_imports(&self, limit: u32) -> Result<Vec<i64>>;
}
