//! What the Stats page draws.

use domain::statistics::{Charts, Scope};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::error::AppError;

/// The figures, and what can be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartsReport {
    /// The figures.
    pub charts: Charts,
    /// What they are about.
    pub scope: Scope,
    /// The sites that the log knows.
    pub sites: Vec<String>,
    /// The team's saved searches: name and search.
    pub searches: Vec<(String, String)>,
}

/// The figures of a range.
///
/// # Errors
/// [`AppError::Invalid`] or [`AppError::BadSearch`] names what could not be read.
#[server(prefix = "/fn", endpoint = "stats/charts", input = GetUrl)]
pub async fn get_charts(
    /// Range, site and search.
    asked: Asked,
) -> Result<ChartsReport, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let (days, scope) = asked.read(&moderation).await?;
    let charts = moderation.charts(days, &scope).await?;
    let sites = moderation.sites().await?;
    let searches = moderation.search_names().await?;
    Ok(ChartsReport { charts, scope, sites, searches })
}
