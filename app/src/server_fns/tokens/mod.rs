//! Tokens of apps.

mod create;
mod list;
mod mark;
mod revoke;
mod rotate;

pub use create::{CreateToken, IssuedToken, Submission, TokenForm, create_token, submitted_token};
pub use list::{TokenLine, list_tokens};
pub use mark::{MarkToken, mark_token};
pub use revoke::{RevokeToken, revoke_token};
pub use rotate::{RotateForm, RotateToken, rotate_token, submitted_rotation};
