//! The record of who did what.

mod check;
mod list;

pub use check::check_audit;
pub use list::{AuditReport, list_audit};
