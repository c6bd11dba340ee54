//! When alerts open, and who is told.

use domain::{AlertChannel, AlertRulesForm};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the section shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertsSection {
    /// What is in force.
    pub form: AlertRulesForm,
    /// Who gets letters by which server; `None` when the configuration names none.
    pub mail_route: Option<String>,
}

/// What saving brought.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAlerts {
    /// What signs the webhook's requests, when it is new: shown in this answer and nowhere else, ever.
    pub secret: Option<String>,
}

/// Without the secret.
impl std::fmt::Debug for SavedAlerts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SavedAlerts").finish_non_exhaustive()
    }
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertsSubmission {
    /// The form as typed, to show again.
    pub form: AlertRulesForm,
    /// The outcome.
    pub outcome: Result<SavedAlerts, AppError>,
}

/// What is set about alerts; `None` for those who are no administrators.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "alerts/settings", input = GetUrl)]
pub async fn get_alert_settings() -> Result<Option<AlertsSection>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    let set = moderation()?.alert_settings().await?;
    let form = AlertRulesForm::of(&set.rules, set.webhook.as_ref());
    Ok(Some(AlertsSection { form, mail_route: set.mail_route }))
}

/// Sets when alerts open, and where they are told.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "alerts/save")]
pub async fn save_alerts(
    /// The form, as typed.
    rules: AlertRulesForm,
) -> Result<SavedAlerts, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let secret = moderation()?.set_alerts(&rules, &user).await?;
    let secret = secret.map(|secret| activelayer::ExposeSecret::expose_secret(&secret).to_owned());
    Ok(SavedAlerts { secret })
}

/// Acts on a form that a browser without JavaScript posted to the Settings page, while that page renders. `None` when none was
/// posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "alerts/submitted", input = GetUrl)]
pub async fn submitted_alerts() -> Result<Option<AlertsSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    if !body.starts_with("rules") {
        return Ok(None);
    }
    let parsed: Result<SaveAlerts, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let Ok(SaveAlerts { rules }) = parsed else {
        let form = AlertRulesForm::default();
        return Ok(Some(AlertsSubmission { form, outcome: Err(AppError::malformed()) }));
    };
    let outcome = save_alerts(rules.clone()).await;
    Ok(Some(AlertsSubmission { form: rules, outcome }))
}

/// A test that got through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentTest {
    /// By which way.
    pub channel: AlertChannel,
    /// Where to, without secrets: a host, or who gets letters by which server.
    pub to: String,
}

/// Sends a note that says it is a test.
///
/// # Errors
/// [`AppError::Invalid`] with what went wrong.
#[server(prefix = "/fn", endpoint = "alerts/test")]
pub async fn test_alerts(
    /// `webhook` or `email`.
    channel: String,
) -> Result<SentTest, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let channel: AlertChannel = channel
        .parse()
        .map_err(|_| AppError::bad_field("channel", "The channel must be webhook or email."))?;
    let to = moderation()?.test_alerts(channel, &user).await?;
    Ok(SentTest { channel, to })
}

/// Acts on a test button that a browser without JavaScript pressed on the Settings page, while that page renders. `None` when
/// none was.
///
/// # Errors
/// What came of the test.
#[server(prefix = "/fn", endpoint = "alerts/tested", input = GetUrl)]
pub async fn submitted_test() -> Result<Option<SentTest>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    if !body.starts_with("channel") {
        return Ok(None);
    }
    let parsed: Result<TestAlerts, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let TestAlerts { channel } = parsed.map_err(|_| AppError::malformed())?;
    test_alerts(channel).await.map(Some)
}
