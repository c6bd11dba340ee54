//! The quota.

use domain::{QuotaReport, UsageSample};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// All about the quota.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuotaView {
    /// What is known of it.
    pub report: QuotaReport,
    /// Whether the embedded detector is the upstream.
    pub embedded: bool,
}

/// Quota, forecast, trend, and what the log counted.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "usage/quota_report", input = GetUrl)]
pub async fn get_quota_report() -> Result<QuotaView, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    Ok(QuotaView { report: moderation.quota_report().await?, embedded: moderation.is_embedded() })
}

/// The newest quota figures, for the top bar.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "usage/quota", input = GetUrl)]
pub async fn get_quota() -> Result<Option<UsageSample>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    Ok(moderation()?.quota().await?)
}
