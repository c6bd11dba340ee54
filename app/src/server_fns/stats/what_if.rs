//! What another threshold would do.

use domain::{
    Days,
    statistics::{Scope, WhatIf},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::error::AppError;

/// What a threshold would do, and to what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhatIfReport {
    /// The figures.
    pub what_if: WhatIf,
    /// The threshold that the examples are about: the one asked for, else the upstream's newest.
    pub threshold: u8,
    /// The upstream's newest threshold; `None` before the first check.
    pub current: Option<f64>,
    /// Whether the embedded detector judges, whose threshold can be set.
    pub is_embedded: bool,
    /// The days that the figures are about.
    pub days: Days,
    /// What else they are about.
    pub scope: Scope,
}

/// What the asked threshold would do to labelled detections of a range.
///
/// # Errors
/// [`AppError::Invalid`] or [`AppError::BadSearch`] names what could not be read.
#[server(prefix = "/fn", endpoint = "stats/what-if", input = GetUrl)]
pub async fn get_what_if(
    /// Range, site, search and threshold.
    asked: Asked,
) -> Result<WhatIfReport, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let (days, scope) = asked.read(&moderation).await?;
    let current = moderation.newest_threshold().await?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
    let threshold =
        asked.threshold().unwrap_or_else(|| current.unwrap_or(50.0).round().clamp(0.0, 100.0) as u8);
    let what_if = moderation.what_if(days, &scope, threshold).await?;
    let is_embedded = moderation.is_embedded();
    Ok(WhatIfReport { what_if, threshold, current, is_embedded, days, scope })
}
