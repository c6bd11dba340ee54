//! How good the embedded detector is on this installation's own labels.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::statistics::Confusion;

/// Figures on moderators' labels, each judged by the detector as it was before that label: it had learnt the labels before, and
/// not that one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnTest {
    /// When it was measured.
    pub at: DateTime<Utc>,
    /// All labels.
    pub all: TestLine,
    /// By site, those with most labels first; at most [`LINES_SHOWN`].
    pub by_site: Vec<TestLine>,
    /// By language, those with most labels first; at most [`LINES_SHOWN`].
    pub by_language: Vec<TestLine>,
}

/// The most sites, and the most languages, that have figures of their own.
pub const LINES_SHOWN: usize = 12;

/// Figures of some labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestLine {
    /// Which labels, in words.
    pub name: String,
    /// The detector.
    pub detector: Confusion,
    /// The detector on what ActiveLayer judged.
    pub detector_beside: Confusion,
    /// ActiveLayer on the same.
    pub active_layer: Confusion,
}

/// What there is to show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnTestReport {
    /// The newest figures, if there are any.
    pub test: Option<OwnTest>,
    /// Whether newer ones are being measured.
    pub under_way: bool,
}
