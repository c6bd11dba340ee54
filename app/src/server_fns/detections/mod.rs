//! Reading the log.

mod arrived;
mod get;
mod known_values;
mod search;

pub use arrived::{count_arrived, newest_detection};
pub use get::{get_detection, get_related, get_whole_detection};
pub use known_values::get_known_values;
pub use search::{SearchResult, search_detections};
