//! Quota and figures.

mod overview;
mod stats;

pub use overview::{OverviewReport, get_overview};
pub use stats::{StatsReport, get_quota, get_stats};
