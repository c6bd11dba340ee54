//! What the program tells about itself: logs, metrics, health. Never message contents, never secrets.

pub mod health;
pub mod logs;
pub mod metrics;
pub mod requests;
