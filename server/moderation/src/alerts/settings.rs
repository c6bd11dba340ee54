//! What administrators set about alerts, and trying it out.

use domain::{AlertChannel, AlertRules, AlertRulesForm, FieldError, User, WebhookKind, WebhookTarget};
use notify::{Letter, Post, Reach, Webhook};
use secrecy::SecretString;
use serde_json::json;
use store::AlertSettings;

use super::bodies;
use crate::{Moderation, ModerationError, tokens::random_secret};

/// What is set, without the secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertsInForce {
    /// When alerts open.
    pub rules: AlertRules,
    /// Where they are posted.
    pub webhook: Option<WebhookTarget>,
    /// Who gets letters by which server; `None` when the configuration names none.
    pub mail_route: Option<String>,
}

impl Moderation {
    /// What is set about alerts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn alert_settings(&self) -> Result<AlertsInForce, ModerationError> {
        let AlertSettings { rules, webhook, .. } = self.store.alert_settings().await?;
        Ok(AlertsInForce { rules, webhook, mail_route: self.options.messenger.mail_route() })
    }

    /// Sets it. A webhook that leads elsewhere than before gets a new secret, which is returned here and nowhere else.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] for fields that are wrong, otherwise when the store fails.
    pub async fn set_alerts(
        &self,
        form: &AlertRulesForm,
        by: &User,
    ) -> Result<Option<SecretString>, ModerationError> {
        let (rules, webhook) = form.validate().map_err(ModerationError::Invalid)?;
        let before = self.store.alert_settings().await?;
        let url = |webhook: &Option<WebhookTarget>| webhook.as_ref().map(|webhook| webhook.url.clone());
        let is_new = webhook.is_some() && url(&webhook) != url(&before.webhook);
        let webhook_secret = match &webhook {
            None => None,
            Some(_) if is_new => Some(webhook_secret()?),
            Some(_) => before.webhook_secret,
        };
        let settings = AlertSettings { rules, webhook, webhook_secret };
        self.store.set_alert_settings(&settings, by.id, self.clock.now()).await?;
        self.alerts_wanted.notify_one();
        Ok(settings.webhook_secret.filter(|_| is_new).map(SecretString::from))
    }

    /// Sends a note that says it is a test, and returns where to: the webhook's host, for its path may be secret, or the way of
    /// letters.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] with field `webhook_url` or `email`, in words about what went wrong.
    pub async fn test_alerts(&self, channel: AlertChannel, by: &User) -> Result<String, ModerationError> {
        let now = self.clock.now();
        let id = format!("test-{}", uuid::Uuid::new_v4());
        let what = format!("{} tries out how Gavel tells of alerts. Nothing is wrong.", by.name);
        let mut kind = None;
        let mut to = self.options.messenger.mail_route().unwrap_or_default();
        let sent = match channel {
            AlertChannel::Webhook => {
                let settings = self.store.alert_settings().await?;
                let Some(webhook) = webhook(&settings) else {
                    return Err(problem("webhook_url", "Set and save an address first."));
                };
                to = webhook.url.host_str().unwrap_or_default().to_owned();
                kind = settings.webhook.as_ref().map(WebhookTarget::kind);
                let facts = json!({ "event": "test", "id": id, "what": what, "at": now });
                let body = bodies::of(kind.unwrap_or(WebhookKind::Json), &[what], None, facts);
                self.options.messenger.post(&webhook, &Post { id, event: "test", body, sent_at: now }).await
            }
            AlertChannel::Email => {
                let subject = "Gavel: a test".to_owned();
                self.options.messenger.mail(&Letter { id, subject, text: what + "\r\n", sent_at: now }).await
            }
        };
        let event = store::NewAuditEvent {
            at: now,
            user_id: Some(by.id),
            action: "alerts.tested",
            subject: "alerts".to_owned(),
            details: json!({ "channel": channel, "sent": sent.is_ok() }),
        };
        self.store.record(&event).await?;
        let field = if channel == AlertChannel::Webhook { "webhook_url" } else { "email" };
        sent.map_err(|error| {
            let wish = kind.and_then(|kind| bodies::wish(&error, kind)).unwrap_or_default();
            problem(field, &format!("The test did not arrive: {error}.{wish}"))
        })?;
        Ok(to)
    }

    /// The channels that notes go out on.
    pub(super) fn channels(&self, settings: &AlertSettings) -> Vec<AlertChannel> {
        let posts = settings.webhook.is_some().then_some(AlertChannel::Webhook);
        let mails = settings.rules.email && self.options.messenger.mail_route().is_some();
        posts.into_iter().chain(mails.then_some(AlertChannel::Email)).collect()
    }
}

/// Where to post, if an address is set that can be read.
pub(super) fn webhook(settings: &AlertSettings) -> Option<Webhook> {
    let url = settings.webhook.as_ref()?.url.parse().ok()?;
    let secret = settings.webhook_secret.clone()?.into();
    Some(Webhook { url, secret, reach: Reach::Any })
}

/// 256 random bits, as tokens have, with a beginning of their own.
fn webhook_secret() -> Result<String, ModerationError> {
    Ok(format!("gvlwh_{}", random_secret()?))
}

fn problem(field: &str, problem: &str) -> ModerationError {
    ModerationError::Invalid(vec![FieldError { field: field.to_owned(), problem: problem.to_owned() }])
}
