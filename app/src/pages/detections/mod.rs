//! Detections: the log, with the list on the left and one detection on the right.

mod list;
mod log;
mod pane;
mod story;

pub(crate) use log::{DetectionsPage, NothingOpen};
pub(crate) use pane::DetectionPane;
