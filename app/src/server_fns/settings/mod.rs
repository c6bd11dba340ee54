//! What administrators look after.

mod overview;

pub use overview::{SettingsReport, get_settings};
