//! One's own account.

mod get;
mod rename;
mod sessions;

pub use get::{AccountReport, get_account};
pub use rename::{RenameMe, rename_me};
pub use sessions::{EndSession, end_session};
