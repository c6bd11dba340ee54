//! The overview page's figures.

use domain::{Overview, QuotaForecast, UpstreamHealth, UsageSample};
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
    /// How long it lasts.
    pub forecast: QuotaForecast,
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
    let quota = moderation.quota().await?;
    let forecast = match &quota {
        Some(sample) => moderation.quota_forecast(sample).await?,
        None => QuotaForecast::default(),
    };
    Ok(OverviewReport {
        figures: moderation.overview().await?,
        quota,
        forecast,
        health: moderation.health(),
        embedded: moderation.is_embedded(),
    })
}
