//! Who one is here, and where one is logged in.

use domain::{OwnSession, User};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the page about one's own account shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountReport {
    /// The account.
    pub user: User,
    /// Its sessions, newest first.
    pub sessions: Vec<OwnSession>,
}

/// One's own account and sessions.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "account/get", input = GetUrl)]
pub async fn get_account() -> Result<AccountReport, AppError> {
    use crate::context::{CurrentSession, authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let this = use_context::<CurrentSession>().unwrap_or_default().0.unwrap_or_default();
    let sessions = moderation()?.own_sessions(user.id, &this).await?;
    Ok(AccountReport { user, sessions })
}
