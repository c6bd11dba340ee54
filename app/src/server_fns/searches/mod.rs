//! Searches that the team keeps.

mod change;
mod list;

pub use change::{DeleteSearch, RenameSearch, SaveSearch, delete_search, rename_search, save_search};
pub use list::{CountedSearch, list_searches};
