//! Why labels were set.

use domain::{Days, statistics::Scope};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::error::AppError;

/// How often each reason was given, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasonsCounted {
    /// Names with the labels that have them, the most frequent first; no name: labels without a reason. `None` where figures are of a
    /// search: reasons are counted for sites only.
    pub counts: Option<Vec<(Option<String>, u64)>>,
    /// The days in which the labels were set.
    pub days: Days,
    /// What else they are about.
    pub scope: Scope,
}

/// The reasons of the labels that were set in a range and stand.
///
/// # Errors
/// [`AppError::Invalid`] or [`AppError::BadSearch`] names what could not be read.
#[server(prefix = "/fn", endpoint = "stats/reasons", input = GetUrl)]
pub async fn count_reasons(
    /// Range, site and search.
    asked: Asked,
) -> Result<ReasonsCounted, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let (days, scope) = asked.read(&moderation).await?;
    let counts = match scope.query.is_empty() {
        true => Some(moderation.count_reasons(days, scope.site.as_deref()).await?),
        false => None,
    };
    Ok(ReasonsCounted { counts, days, scope })
}
