//! A threshold is set or taken away.

use domain::{OwnThreshold, ThresholdForm};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThresholdSubmission {
    /// The form as typed, to show again; blank once it has done its work.
    pub form: ThresholdForm,
    /// The outcome.
    pub outcome: Result<OwnThreshold, AppError>,
}

/// Sets a threshold; one of the same site is replaced.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "thresholds/set")]
pub async fn set_threshold(
    /// The form, as typed.
    threshold: ThresholdForm,
) -> Result<OwnThreshold, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    Ok(moderation()?.set_own_threshold(&threshold, user.id).await?)
}

/// Takes a threshold away.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there: somebody else was faster.
#[server(prefix = "/fn", endpoint = "thresholds/remove")]
pub async fn remove_threshold(
    /// Its site; blank for the installation's.
    site: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let site = Some(site.trim()).filter(|site| !site.is_empty());
    moderation()?.remove_own_threshold(site, user.id).await?;
    Ok(())
}

/// Acts on a form that a browser without JavaScript posted to the Settings page, while that page renders. `None` when none was
/// posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "thresholds/submitted", input = GetUrl)]
pub async fn submitted_threshold() -> Result<Option<ThresholdSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    if !body.starts_with("threshold") {
        return Ok(None);
    }
    let parsed: Result<SetThreshold, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let Ok(SetThreshold { threshold }) = parsed else {
        let form = ThresholdForm::default();
        return Ok(Some(ThresholdSubmission { form, outcome: Err(AppError::malformed()) }));
    };
    let outcome = set_threshold(threshold.clone()).await;
    let form = if outcome.is_ok() { ThresholdForm::default() } else { threshold };
    Ok(Some(ThresholdSubmission { form, outcome }))
}
