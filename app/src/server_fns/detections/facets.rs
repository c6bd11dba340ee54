//! What the matches of a search are made of.

use domain::Facets;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Counts the newest matches of a search by a few of their properties.
///
/// # Errors
/// [`AppError::BadSearch`] names the term that could not be read.
#[server(prefix = "/fn", endpoint = "detections/facets", input = GetUrl)]
pub async fn detection_facets(
    /// The search, as typed; empty is everything.
    q: String,
) -> Result<Facets, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let query = super::read(&q)?;
    Ok(moderation()?.facets(&query).await?)
}
