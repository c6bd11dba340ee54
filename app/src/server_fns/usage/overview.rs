//! The overview page's figures.

use domain::{
    Alert, BulkAction, DailyCount, DetectionSummary, Overview, QuotaForecast, UpstreamHealth, UsageSample,
    overview::{Here, Needs},
    statistics::DaySoFar,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Days of the small chart.
#[cfg(feature = "ssr")]
const CHART_DAYS: u32 = 30;

/// What the overview shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverviewReport {
    /// Whether who asks may review.
    pub may_review: bool,
    /// What waits for a person.
    pub needs: Needs,
    /// Alerts that last, oldest first.
    pub alerts: Vec<Alert>,
    /// Today so far for who asks, beside what is usual.
    pub today: DaySoFar,
    /// Checks of the last thirty days (UTC), oldest first.
    pub month: Vec<DailyCount>,
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
    /// What who asks did to many at once in the last day, and can take back.
    pub bulk: Vec<BulkAction>,
    /// Who else has a page open.
    pub here: Vec<Here>,
    /// The newest detections whose label is not the verdict.
    pub disputes: Vec<DetectionSummary>,
}

/// The overview's figures.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "usage/overview", input = GetUrl)]
pub async fn get_overview() -> Result<OverviewReport, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let quota = moderation.quota().await?;
    let forecast = match &quota {
        Some(sample) => moderation.quota_forecast(sample).await?,
        None => QuotaForecast::default(),
    };
    let mut alerts = moderation.alerts(None).await?.alerts;
    alerts.retain(|alert| alert.cleared_at.is_none());
    alerts.reverse();
    Ok(OverviewReport {
        may_review: user.role.allows(domain::Role::Moderator),
        needs: moderation.needs().await?,
        alerts,
        today: moderation.day_so_far(&crate::zone::viewers()).await?,
        month: moderation.usage_report(CHART_DAYS).await?.daily,
        figures: moderation.overview().await?,
        quota,
        forecast,
        health: moderation.health(),
        embedded: moderation.is_embedded(),
        bulk: moderation.bulk_of_the_day(user.id).await?,
        here: moderation.who_is_here().await?,
        disputes: moderation.newest_disputes().await?,
    })
}
