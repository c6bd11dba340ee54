//! What administrators look after.

mod overview;
mod proxy_signs;

pub use overview::{SettingsReport, get_settings};
pub use proxy_signs::get_proxy_signs;
