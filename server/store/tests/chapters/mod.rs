//! The chapters.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod desk;
pub(crate) mod detections;
pub(crate) mod facets;
pub(crate) mod labels;
pub(crate) mod lessons;
pub(crate) mod outbox;
pub(crate) mod paging;
pub(crate) mod races;
pub(crate) mod rechecks;
pub(crate) mod search;
pub(crate) mod story;
pub(crate) mod tokens;
pub(crate) mod usage;
