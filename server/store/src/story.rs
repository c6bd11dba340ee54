//! What happened around a detection beside its decisions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{DetectionId, Note, PastVerdict, UserId};

use crate::Result;

/// A note about to be written.
#[derive(Clone, Debug)]
pub struct NewNote {
    /// What it is about.
    pub detection_id: DetectionId,
    /// Who writes it.
    pub user_id: UserId,
    /// What it says.
    pub body: String,
    /// Now.
    pub written_at: DateTime<Utc>,
}

/// Notes and earlier verdicts. Lists are oldest first, and hold the newest
/// [`domain::story::STORY_MAX`].
#[async_trait]
pub trait Stories: Send + Sync {
    /// Writes a note and its audit event in one transaction; `None` when there is no such detection.
    async fn add_note(&self, note: &NewNote) -> Result<Option<Note>>;

    /// The notes on a detection.
    async fn notes(&self, detection: DetectionId) -> Result<Vec<Note>>;

    /// The verdicts that later ones replaced.
    async fn past_verdicts(&self, detection: DetectionId) -> Result<Vec<PastVerdict>>;
}
