//! Everything of one sender.

mod get;

pub use get::{SenderReport, get_sender};
