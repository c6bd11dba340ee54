//! The rules, and what they will let go of.

use chrono::{DateTime, Utc};
use domain::RetentionRule;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrivacyReport {
    /// The rules, that of all sites first.
    pub rules: Vec<RetentionRule>,
    /// When the day is over, and with it what is forgotten next.
    pub tonight: DateTime<Utc>,
    /// Messages that will be forgotten then.
    pub messages: u64,
    /// Detections of which it will be forgotten who wrote them.
    pub writers: u64,
}

/// The rules and their next run.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "privacy/get", input = GetUrl)]
pub async fn get_privacy() -> Result<PrivacyReport, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Admin)?;
    let moderation = moderation()?;
    let next = moderation.forgotten_tonight().await?;
    Ok(PrivacyReport {
        rules: moderation.retention_rules().await?,
        tonight: next.at,
        messages: next.count.content,
        writers: next.count.personal,
    })
}
