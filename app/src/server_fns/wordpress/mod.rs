//! WordPress sites that decisions are written to.

mod change;
mod grant;
mod list;

pub use change::{
    BeginWordpress, Begun, DisconnectWordpress, WakeWordpress, WordPressSubmission, begin_wordpress,
    disconnect_wordpress, submitted_wordpress, wake_wordpress,
};
pub use grant::{GrantConnection, GrantSubmission, Granted, grant_connection, submitted_grant};
pub use list::{ShownWordPress, list_wordpress};
