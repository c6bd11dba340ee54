//! Reading the log.

mod get;
mod search;

pub use get::{get_detection, get_related, get_whole_detection};
pub use search::{SearchResult, search_detections};
