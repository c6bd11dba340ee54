//! Reading the log.

mod arrived;
mod export;
mod facets;
mod get;
mod known_values;
mod search;

pub use arrived::{count_arrived, newest_detection};
pub use export::{cancel_export, follow_export};
pub use facets::detection_facets;
pub use get::{get_detection, get_related, get_whole_detection};
pub use known_values::get_known_values;
pub use search::{SearchResult, Unfolded, count_detections, search_detections};

/// Reads a search as typed; its days are those of who asks.
#[cfg(feature = "ssr")]
pub(super) fn read(q: &str) -> Result<domain::SearchQuery, crate::error::AppError> {
    let here = |query: domain::SearchQuery| query.in_zone(&crate::zone::viewers(), crate::components::now());
    domain::SearchQuery::parse(q).map(here).map_err(|errors| {
        let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        crate::error::AppError::BadSearch(words).with_status()
    })
}
