//! The Connect button of ActiveLayer's own plugin: a site asks for a key of this Gavel.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A site that may fetch its key.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Granted {
    /// Where its owner goes on.
    pub back: String,
}

/// Without the code.
impl std::fmt::Debug for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Granted").finish_non_exhaustive()
    }
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrantSubmission {
    /// The outcome.
    pub outcome: Result<Granted, AppError>,
}

/// Lets a site fetch a key of its own, once.
///
/// # Errors
/// [`AppError::Invalid`] when the site asked for something else than its own plugin does.
#[server(prefix = "/fn", endpoint = "wordpress/grant")]
pub async fn grant_connection(
    /// The site's address.
    site_url: String,
    /// Where its plugin waits.
    return_url: String,
    /// The SHA-256, in hexadecimal, of what the plugin will show.
    code_challenge: String,
) -> Result<Granted, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let back = moderation()?.grant_connection(&site_url, &return_url, &code_challenge, user.id)?;
    Ok(Granted { back })
}

/// Acts on a form that a browser without JavaScript posted to the page, while that page renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "wordpress/granted", input = GetUrl)]
pub async fn submitted_grant() -> Result<Option<GrantSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let parsed: Result<GrantConnection, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let outcome = match parsed {
        Ok(GrantConnection { site_url, return_url, code_challenge }) => {
            grant_connection(site_url, return_url, code_challenge).await
        }
        Err(_) => Err(AppError::malformed()),
    };
    Ok(Some(GrantSubmission { outcome }))
}
