//! Quota and figures.

mod connection;
mod overview;
mod quota;
mod stats;

pub use connection::{Connection, get_connection};
pub use overview::{OverviewReport, get_overview};
pub use quota::{QuotaView, get_quota, get_quota_report};
pub use stats::{StatsReport, get_stats};
