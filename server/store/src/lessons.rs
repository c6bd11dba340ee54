//! What the detector learns from: labels, in the order in which they changed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Detection, UserId};

use crate::Result;

/// A label that was set, changed or taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelChange {
    /// Number of the change; later ones have higher numbers. A detection has only its last change.
    pub number: i64,
    /// What stands now.
    pub detection: Detection,
    /// Who set the label that stands; `None` when none does.
    pub by: Option<UserId>,
}

/// Reads what there is to learn.
#[async_trait]
pub trait Lessons: Send + Sync {
    /// Where to start reading: before the `most` last changes, and not before the last reset.
    async fn first_lesson(&self, most: u32) -> Result<i64>;

    /// Changes after number `after`, oldest first, at most `limit`.
    async fn label_changes(&self, after: i64, limit: u32) -> Result<Vec<LabelChange>>;

    /// Lets everything up to now teach nothing any more, and puts that on the audit record. Returns the number of the last
    /// change that is forgotten.
    async fn forget_lessons(&self, by: UserId, at: DateTime<Utc>) -> Result<i64>;
}
