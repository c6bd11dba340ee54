//! What a moderator decided about a detection.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{BulkId, DetectionId, ImportId, Reason, ReasonId, RuleAction, UserId};

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

/// What comes with a label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelParts {
    /// Why it was set.
    pub reasons: Vec<ReasonId>,
    /// A note that is written with it; blank for none.
    pub note: String,
    /// A rule that is made with it of the sender's e-mail address, where there is one: always or never spam.
    pub rule: Option<RuleAction>,
}

/// What was decided together: one label, or those of a bulk action. Written `decision:12`, `bulk:3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decided {
    /// One decision.
    One(DecisionId),
    /// The decisions of a bulk action.
    Bulk(BulkId),
}

impl std::fmt::Display for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(id) => write!(f, "decision:{}", id.0),
            Self::Bulk(id) => write!(f, "bulk:{}", id.0),
        }
    }
}

impl std::str::FromStr for Decided {
    type Err = NotDecided;
    fn from_str(text: &str) -> Result<Self, NotDecided> {
        let (kind, id) = text.split_once(':').ok_or(NotDecided)?;
        let id: i64 = id.parse().map_err(|_| NotDecided)?;
        match kind {
            "decision" => Ok(Self::One(DecisionId(id))),
            "bulk" => Ok(Self::Bulk(BulkId(id))),
            _ => Err(NotDecided),
        }
    }
}

/// A name of what was decided that was cut or made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names no decision; load the page again")]
pub struct NotDecided;

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
    /// Why.
    #[serde(default)]
    pub reasons: Vec<Reason>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_decided_survives_its_form() {
        for decided in [Decided::One(DecisionId(12)), Decided::Bulk(BulkId(3))] {
            assert_eq!(decided.to_string().parse(), Ok(decided));
        }
        for text in ["", "12", "decision:", "label:1", "bulk:x"] {
            assert_eq!(text.parse::<Decided>(), Err(NotDecided), "{text}");
        }
    }
}
