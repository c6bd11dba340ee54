//! Reading the log.

mod arrived;
mod get;
mod search;

pub use arrived::{count_arrived, newest_detection};
pub use get::{get_detection, get_related, get_whole_detection};
pub use search::{SearchResult, search_detections};
