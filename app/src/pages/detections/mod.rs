//! Detections: the log, with the list on the left and one detection on the right.

mod detail;
mod list;
mod log;
mod pane;

pub(crate) use log::{DetectionsPage, NothingOpen};
pub(crate) use pane::DetectionPane;
