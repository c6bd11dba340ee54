//! Tokens of apps.

mod create;
mod list;
mod revoke;

pub use create::{CreateToken, IssuedToken, Submission, TokenForm, create_token, submitted_token};
pub use list::{TokenLine, list_tokens};
pub use revoke::{RevokeToken, revoke_token};
