//! Reading the log.

mod get;
mod search;

pub use get::{DetectionStory, get_detection};
pub use search::{SearchResult, search_detections};
