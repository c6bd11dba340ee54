//! Stats: the quota, and what the log tells in figures and charts.

pub(crate) mod charts;
mod filters;
mod labels;
mod links;
mod page;
mod people;
mod quota;
mod reasons;
mod spending;
mod tops;
mod totals;
mod what_if;
mod words;

pub(crate) use page::StatsPage;
