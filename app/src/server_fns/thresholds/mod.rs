//! From which score on the embedded detector calls a message spam.

mod change;
mod list;

pub use change::{
    RemoveThreshold, SetThreshold, ThresholdSubmission, remove_threshold, set_threshold, submitted_threshold,
};
pub use list::{OwnThresholds, list_thresholds};
