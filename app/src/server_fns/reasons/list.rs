//! The lists of reasons, and the macros.

use domain::{Macro, ReasonList};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasonsReport {
    /// The list for all sites first, then by site.
    pub lists: Vec<ReasonList>,
    /// By name.
    pub macros: Vec<Macro>,
    /// Whether the person may change them.
    pub may_change: bool,
}

/// Every list and macro.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "reasons/list", input = GetUrl)]
pub async fn list_reasons() -> Result<ReasonsReport, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    Ok(ReasonsReport {
        lists: moderation.reason_lists().await?,
        macros: moderation.macros().await?,
        may_change: user.role.allows(domain::Role::Admin),
    })
}
