//! What comes most often.

use domain::{
    Days,
    statistics::{Scope, Tops},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::error::AppError;

/// What comes most often, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopsReport {
    /// The lists.
    pub tops: Tops,
    /// The days that they are about.
    pub days: Days,
    /// What else they are about.
    pub scope: Scope,
}

/// Senders, domains, addresses and languages that come most often among the newest checks of a range.
///
/// # Errors
/// [`AppError::Invalid`] or [`AppError::BadSearch`] names what could not be read.
#[server(prefix = "/fn", endpoint = "stats/tops", input = GetUrl)]
pub async fn get_tops(
    /// Range, site and search.
    asked: Asked,
) -> Result<TopsReport, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let (days, scope) = asked.read(&moderation).await?;
    let tops = moderation.tops(days, &scope).await?;
    Ok(TopsReport { tops, days, scope })
}
