//! One action on many detections: progress, cancel and undo are for all of them together.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{DetectionId, Label, Reason, UserId};

crate::words! {
    /// What is done to each of many detections.
    BulkKind {
        /// Marked as spam.
        Spam = "spam",
        /// Marked as ham.
        Ham = "ham",
        /// Judged again.
        Recheck = "recheck",
    }
}

impl From<Label> for BulkKind {
    fn from(label: Label) -> Self {
        match label {
            Label::Spam => Self::Spam,
            Label::Ham => Self::Ham,
        }
    }
}

impl BulkKind {
    /// The label that it sets, if it sets one.
    pub fn label(self) -> Option<Label> {
        match self {
            Self::Spam => Some(Label::Spam),
            Self::Ham => Some(Label::Ham),
            Self::Recheck => None,
        }
    }
}

crate::words! {
    /// How far a bulk action is.
    BulkState {
        /// What it is about is being listed.
        Listing = "listing",
        /// It is being done.
        Running = "running",
        /// All of it is done.
        Done = "done",
        /// It was stopped; what was done by then stands.
        Cancelled = "cancelled",
        /// It is being taken back.
        Undoing = "undoing",
        /// It was taken back.
        Undone = "undone",
    }
}

impl BulkState {
    /// Whether somebody is still working on it.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Listing | Self::Running | Self::Undoing)
    }
}

/// Id of a bulk action; grows with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BulkId(pub i64);

/// A bulk action and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkAction {
    /// Local id.
    pub id: BulkId,
    /// Who asked for it.
    pub user_id: UserId,
    /// What is done.
    pub kind: BulkKind,
    /// Why, for labels.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// The search, as typed, whose matches it is about; `None` for a selection.
    pub q: Option<String>,
    /// How far it is.
    pub state: BulkState,
    /// Detections that it is about; grows while they are being listed.
    pub total: u64,
    /// Detections that it was done to.
    pub done: u64,
    /// Detections that somebody else decided meanwhile: left alone.
    pub skipped: u64,
    /// Detections that the upstream would not judge again.
    pub failed: u64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Until this moment undo sends nothing upstream.
    pub send_after: DateTime<Utc>,
}

/// One detection of a selection: its id, and the version that the moderator saw. Written `12~3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RowRef {
    /// Local id.
    pub id: DetectionId,
    /// See [`crate::Detection::version`].
    pub version: i64,
}

impl std::fmt::Display for RowRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}~{}", self.id.0, self.version)
    }
}

impl std::str::FromStr for RowRef {
    type Err = BadRowRef;
    fn from_str(text: &str) -> Result<Self, BadRowRef> {
        let (id, version) = text.split_once('~').ok_or(BadRowRef)?;
        let id = DetectionId(id.parse().map_err(|_| BadRowRef)?);
        Ok(Self { id, version: version.parse().map_err(|_| BadRowRef)? })
    }
}

/// A reference to a row that was cut or made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a selected row could not be read; load the page again and select anew")]
pub struct BadRowRef;

/// Over how many detections a bulk action asks "all of them?" first (DESIGN: "Confirm only above 50").
pub const CONFIRM_ABOVE: u64 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reference_survives_its_form() {
        let row = RowRef { id: DetectionId(12), version: 3 };
        assert_eq!(row.to_string(), "12~3");
        assert_eq!("12~3".parse(), Ok(row));
        for text in ["", "12", "~", "12~", "x~1", "1~2~3"] {
            assert_eq!(text.parse::<RowRef>(), Err(BadRowRef), "{text}");
        }
    }
}
