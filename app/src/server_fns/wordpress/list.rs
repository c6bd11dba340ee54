//! The WordPress sites there are.

use domain::{Unwritten, WordPressSite};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A WordPress with what could not be written to it, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownWordPress {
    /// The site.
    pub site: WordPressSite,
    /// The newest 20.
    pub unwritten: Vec<Unwritten>,
}

/// Every WordPress, by site.
///
/// # Errors
/// [`AppError::Forbidden`] for those who are no administrators.
#[server(prefix = "/fn", endpoint = "wordpress/list", input = GetUrl)]
pub async fn list_wordpress() -> Result<Vec<ShownWordPress>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Admin)?;
    let sites = moderation()?.wordpress_sites().await?;
    Ok(sites.into_iter().map(|(site, unwritten)| ShownWordPress { site, unwritten }).collect())
}
