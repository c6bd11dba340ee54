//! A WordPress is connected, worked on, or taken away.

use domain::WordPressForm;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// How a connection began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Begun {
    /// It is connected.
    Connected,
    /// Somebody has to approve Gavel there.
    Approve {
        /// What the site's owner calls it.
        name: String,
        /// The page where they do.
        page: String,
        /// Whether WordPress comes back by itself; else it shows a password, which is to be typed.
        comes_back: bool,
    },
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WordPressSubmission {
    /// The form as typed, without the password.
    pub form: WordPressForm,
    /// The outcome.
    pub outcome: Result<Begun, AppError>,
}

/// Looks for a WordPress; connects it at once where login and password are given.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong, and with what WordPress said.
#[server(prefix = "/fn", endpoint = "wordpress/begin")]
pub async fn begin_wordpress(
    /// The form, as typed.
    wordpress: WordPressForm,
) -> Result<Begun, AppError> {
    use crate::context::{authorise, moderation, own_address};
    use moderation::wordpress as site;

    let user = authorise(domain::Role::Admin)?;
    let begun = moderation()?.begin_wordpress(&wordpress, user.id, &own_address()?).await?;
    Ok(match begun {
        site::Begun::Connected => Begun::Connected,
        site::Begun::Approve { name, page, comes_back } => Begun::Approve { name, page, comes_back },
    })
}

/// Takes a WordPress away; what was written there stays.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there: somebody else was faster.
#[server(prefix = "/fn", endpoint = "wordpress/disconnect")]
pub async fn disconnect_wordpress(
    /// The site.
    site: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    Ok(moderation()?.disconnect_wordpress(&site, user.id).await?)
}

/// Has a WordPress worked on at once.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there.
#[server(prefix = "/fn", endpoint = "wordpress/wake")]
pub async fn wake_wordpress(
    /// The site.
    site: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Admin)?;
    Ok(moderation()?.wake_wordpress(&site).await?)
}

/// Acts on a form that a browser without JavaScript posted to the page, while that page renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "wordpress/submitted", input = GetUrl)]
pub async fn submitted_wordpress() -> Result<Option<WordPressSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let parsed: Result<BeginWordpress, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let Ok(BeginWordpress { wordpress }) = parsed else {
        let form = WordPressForm::default();
        return Ok(Some(WordPressSubmission { form, outcome: Err(AppError::malformed()) }));
    };
    let outcome = begin_wordpress(wordpress.clone()).await;
    let form = match outcome {
        Ok(Begun::Connected) => WordPressForm::default(),
        _ => WordPressForm { password: String::new(), ..wordpress },
    };
    Ok(Some(WordPressSubmission { form, outcome }))
}
