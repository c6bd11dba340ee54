//! The review queue: one at a time, claimed for a while.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{BoundedCount, Cursor, DetectionId, UserId};

/// Who has a detection to themselves, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The detection.
    pub detection_id: DetectionId,
    /// Who reviews it.
    pub user_id: UserId,
    /// Their name.
    pub user_name: String,
    /// When it is free again, unless they renew it.
    pub expires_at: DateTime<Utc>,
}

/// How far the team is with the queue today (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewProgress {
    /// Detections labelled today.
    pub labelled: BoundedCount,
    /// Detections that still wait for somebody's word: no label, and the app said nothing.
    pub waiting: BoundedCount,
}

impl ReviewProgress {
    /// All of today's work: what is done and what waits.
    pub fn total(&self) -> BoundedCount {
        BoundedCount {
            count: self.labelled.count + self.waiting.count,
            more: self.labelled.more || self.waiting.more,
        }
    }
}

/// A detection of the queue, claimed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuePlace {
    /// Where it stands in the queue; the next one comes after it.
    pub cursor: Cursor,
    /// When the claim ends.
    pub expires_at: DateTime<Utc>,
}
