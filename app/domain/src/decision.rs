//! What a moderator decided about a detection.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{DetectionId, ImportId, UserId};

crate::words! {
    /// A moderator's word on a detection.
    Label {
        /// Unwanted.
        Spam = "spam",
        /// Wanted.
        Ham = "ham",
    }
}

impl Label {
    /// The label that says the same as an upstream verdict.
    pub fn from_is_spam(is_spam: bool) -> Self {
        if is_spam { Self::Spam } else { Self::Ham }
    }

    /// The value of `is_spam` that feedback carries for this label.
    pub fn is_spam(self) -> bool {
        self == Self::Spam
    }
}

/// Id of one decision; grows with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DecisionId(pub i64);

/// One decision: who set which label, over which, when, and what became of the feedback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Local id.
    pub id: DecisionId,
    /// What was decided about.
    pub detection_id: DetectionId,
    /// Who decided.
    pub user_id: UserId,
    /// The name shown for them.
    pub user_name: String,
    /// The label that was set.
    pub label: Label,
    /// The label before, if there was one; undo restores it.
    pub previous: Option<Label>,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// Until this moment undo sends nothing upstream.
    pub send_after: DateTime<Utc>,
    /// When the upstream accepted the feedback.
    pub sent_at: Option<DateTime<Utc>>,
    /// Why the last attempt to send failed, if it did.
    pub last_error: Option<String>,
    /// The import that it was made by, where a file knew the label.
    pub import_id: Option<ImportId>,
    /// Whether the upstream is told of it; labels of files only where that was asked for.
    pub is_told: bool,
    /// Whether its feedback was not sent because the upstream does not know the detection.
    #[serde(default)]
    pub is_unknown: bool,
    /// When it was taken back.
    pub undone_at: Option<DateTime<Utc>>,
}
