//! The link that a stranger came by.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{context::JoinLink, error::AppError};

/// What the link of this very page is for; nothing where there is none, or it does not work.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "session/join-link", input = GetUrl)]
pub async fn get_join_link() -> Result<JoinLink, AppError> {
    Ok(use_context::<JoinLink>().unwrap_or_default())
}
