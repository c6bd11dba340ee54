//! A callback is set, tried, or taken away.

use domain::CallbackForm;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A callback that was set.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SetDone {
    /// Signs what is sent: shown in this answer and nowhere else.
    pub secret: String,
}

/// Without the secret.
impl std::fmt::Debug for SetDone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetDone").finish_non_exhaustive()
    }
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallbackSubmission {
    /// The form as typed, to show again; blank once it has done its work.
    pub form: CallbackForm,
    /// The outcome.
    pub outcome: Result<SetDone, AppError>,
}

/// A test that was asked for without JavaScript, and what the receiver made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallbackTest {
    /// Whose callback.
    pub site: String,
    /// As of [`try_callback`].
    pub outcome: Result<Option<String>, AppError>,
}

/// Sets a site's callback; one that it has is replaced.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "callbacks/set")]
pub async fn set_callback(
    /// The form, as typed.
    callback: CallbackForm,
) -> Result<SetDone, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let secret = moderation()?.set_callback(&callback, Some(user.id)).await?;
    Ok(SetDone { secret: activelayer::ExposeSecret::expose_secret(&secret).to_owned() })
}

/// Takes a site's callback away.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there: somebody else was faster.
#[server(prefix = "/fn", endpoint = "callbacks/remove")]
pub async fn remove_callback(
    /// The site.
    site: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    Ok(moderation()?.remove_callback(&site, Some(user.id)).await?)
}

/// Sends a made-up decision to a site's receiver, and says what it made of it; `None`: it took it.
///
/// # Errors
/// [`AppError::NotFound`] when there is no callback.
#[server(prefix = "/fn", endpoint = "callbacks/try")]
pub async fn try_callback(
    /// The site.
    site: String,
) -> Result<Option<String>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Admin)?;
    Ok(moderation()?.try_callback(&site).await?.err().map(|error| error.to_string()))
}

/// Has a site's receiver tried again at once, from a decision on if one is named.
///
/// # Errors
/// [`AppError::NotFound`] when there is no callback.
#[server(prefix = "/fn", endpoint = "callbacks/again")]
pub async fn callback_again(
    /// The site.
    site: String,
    /// The decision.
    #[server(default)]
    from: Option<i64>,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Admin)?;
    Ok(moderation()?.callback_again(&site, from).await?)
}

/// Sends the test that a browser without JavaScript asked for, while the page renders. `None` when it asked for none.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "callbacks/submitted-test", input = GetUrl)]
pub async fn submitted_callback_test() -> Result<Option<CallbackTest>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    #[derive(Deserialize)]
    struct Asked {
        test: String,
    }
    let Ok(Asked { test: site }) = serde_qs::Config::new(5, false).deserialize_str(&body) else {
        return Ok(None);
    };
    let outcome = try_callback(site.clone()).await;
    Ok(Some(CallbackTest { site, outcome }))
}

/// Acts on a form that a browser without JavaScript posted to the page, while that page renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "callbacks/submitted", input = GetUrl)]
pub async fn submitted_callback() -> Result<Option<CallbackSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    if body.starts_with("test=") {
        return Ok(None);
    }
    let parsed: Result<SetCallback, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let Ok(SetCallback { callback }) = parsed else {
        let form = CallbackForm::default();
        return Ok(Some(CallbackSubmission { form, outcome: Err(AppError::malformed()) }));
    };
    let outcome = set_callback(callback.clone()).await;
    let form = if outcome.is_ok() { CallbackForm::default() } else { callback };
    Ok(Some(CallbackSubmission { form, outcome }))
}
