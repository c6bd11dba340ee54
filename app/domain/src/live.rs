//! What open pages are told while it happens: ids and labels, never content.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{BulkAction, DetectionId, FeedbackState, ImportId, JudgedBy, Label, UserId};

/// What stands of a detection now, without its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Local id.
    pub id: DetectionId,
    /// The moderators' standing label.
    pub label: Option<Label>,
    /// The name of who set it.
    pub labelled_by: Option<String>,
    /// When it was set.
    pub labelled_at: Option<DateTime<Utc>>,
    /// See [`crate::Detection::version`].
    pub version: i64,
    /// Where the feedback is.
    pub feedback: FeedbackState,
    /// The verdict.
    pub is_spam: bool,
    /// Spam score, 0 to 100.
    pub score: f64,
    /// Threshold, 0 to 100.
    pub threshold: f64,
    /// Who judged.
    pub judged_by: JudgedBy,
    /// See [`crate::Detection::app_word`].
    pub app_word: Option<Label>,
    /// See [`crate::Detection::told`].
    pub told: Option<Label>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveEvent {
    /// New detections are in the log, up to this one.
    Arrived(DetectionId),
    /// Somebody decided, or took a decision back.
    Decided {
        /// What stands now.
        standing: Standing,
        /// Who did it.
        by: UserId,
        /// Their name.
        by_name: String,
    },
    /// A detection was judged again, or its app said something.
    Rejudged(Standing),
    /// A bulk action got on: many rows may have changed.
    Bulk(BulkAction),
    /// An import got on; who looks at it asks how far it is.
    Import(ImportId),
    /// The reader fell behind and missed some: look at everything again.
    Missed,
}
