//! Stats: the quota, and what the log tells in figures and charts.

mod page;
mod quota;

pub(crate) use page::StatsPage;
