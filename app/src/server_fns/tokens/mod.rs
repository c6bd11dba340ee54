//! Tokens of apps.

mod create;
mod list;
mod mark;
mod revoke;

pub use create::{CreateToken, IssuedToken, Submission, TokenForm, create_token, submitted_token};
pub use list::{TokenLine, list_tokens};
pub use mark::{MarkToken, mark_token};
pub use revoke::{RevokeToken, revoke_token};
