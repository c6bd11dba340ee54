//! What else the log knows about a detection's text and about who sent it.

use serde::{Deserialize, Serialize};

use crate::{BoundedCount, DetectionSummary};

/// Where counts of a history stop.
pub const HISTORY_BOUND: u64 = 1_000;

/// Detections that shed light on one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// How many others have the same text, but for white space.
    pub same_text: BoundedCount,
    /// The likest, likest first.
    pub similar: Vec<Alike>,
    /// What the same sender sent, when there is an e-mail address.
    pub sender: Option<History>,
    /// What came from the same address, when there is one.
    pub ip: Option<History>,
}

/// A detection whose text is like another's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alike {
    /// The detection.
    pub detection: DetectionSummary,
    /// How much of their words the two share, in percent; 100 is the same text.
    pub percent: u8,
}

/// What else a search finds beside the detection itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The search, which leads to all of it.
    pub search: String,
    /// How many there are, the detection itself included.
    pub count: BoundedCount,
    /// How many of them were judged spam.
    pub spam: BoundedCount,
    /// The newest others.
    pub latest: Vec<DetectionSummary>,
}
