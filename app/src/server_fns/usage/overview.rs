//! The overview page's figures.

use domain::{Overview, UpstreamHealth, UsageSample};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the overview shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverviewReport {
    /// Figures counted from the log.
    pub figures: Overview,
    /// The newest quota figures, if the upstream ever gave any.
    pub quota: Option<UsageSample>,
    /// How the upstream is doing.
    pub health: UpstreamHealth,
    /// Whether the embedded detector is the upstream.
    pub embedded: bool,
}

/// The overview's figures.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "usage/overview", input = GetUrl)]
pub async fn get_overview() -> Result<OverviewReport, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    Ok(OverviewReport {
        figures: moderation.overview().await?,
        quota: moderation.quota().await?,
        health: moderation.health(),
        embedded: moderation.is_embedded(),
    })
}
