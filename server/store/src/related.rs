//! Detections that resemble one another.

use async_trait::async_trait;
use domain::{BoundedCount, DetectionId, DetectionSummary};

use crate::Result;

/// Looks for resemblance. Every answer is bounded, whatever the size of the log.
#[async_trait]
pub trait Neighbours: Send + Sync {
    /// The newest others with the same text but for white space, at most `limit`, and how many there are, counted no
    /// further than `bound`.
    async fn same_text(
        &self,
        id: DetectionId,
        limit: u32,
        bound: u64,
    ) -> Result<(BoundedCount, Vec<DetectionId>)>;

    /// For each word (letters and digits only), the newest detections whose message has it, at most `limit`.
    async fn holders(&self, words: &[String], limit: u32) -> Result<Vec<Vec<DetectionId>>>;

    /// The first `chars` characters of messages, in no order; ids that are not there are left out.
    async fn message_starts(&self, ids: &[DetectionId], chars: u32) -> Result<Vec<(DetectionId, String)>>;

    /// Rows of a list, in the order of `ids`; those that are not there are left out.
    async fn summaries(&self, ids: &[DetectionId]) -> Result<Vec<DetectionSummary>>;
}
