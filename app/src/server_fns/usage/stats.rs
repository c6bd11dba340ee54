//! The Stats page's figures.

use domain::{DailyCount, UsageSample};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the Stats page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatsReport {
    /// The newest quota figures, if the upstream ever gave any.
    pub quota: Option<UsageSample>,
    /// Checks a day (UTC), oldest first, today last.
    pub daily: Vec<DailyCount>,
    /// Whether the embedded detector is the upstream.
    pub embedded: bool,
}

/// Quota, and checks of the last `days` days.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "usage/stats", input = GetUrl)]
pub async fn get_stats(
    /// How many days to look back, 1 to 366.
    days: u32,
) -> Result<StatsReport, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let report = moderation.usage_report(days).await?;
    Ok(StatsReport { quota: report.quota, daily: report.daily, embedded: moderation.is_embedded() })
}
