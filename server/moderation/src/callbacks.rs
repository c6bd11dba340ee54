//! Apps hear of what was decided after their answer: they are called, or ask.
//!
//! This is what people and apps ask for; `calls` is the worker that calls.

mod calls;

use chrono::{DateTime, Utc};
use domain::{ApiToken, AppDecision, AppDecisionEvent, Callback, CallbackForm, FieldError, UserId};
use notify::{NotifyError, Post, Reach, Webhook};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{NewCallback, Store};
use url::Url;

use crate::{Moderation, ModerationError, tokens::random_secret};

/// A callback with what was decided last about its site.
pub type Shown = (Callback, Vec<AppDecision>);

impl Moderation {
    /// A site's decisions behind one, in their order, and whether there are more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn decisions_for_app(
        &self,
        token: &ApiToken,
        after: i64,
        limit: u32,
    ) -> Result<(Vec<AppDecision>, bool), ModerationError> {
        let mut decisions = self.store.app_decisions(&token.site, after, limit + 1).await?;
        let more = decisions.len() > limit as usize;
        decisions.truncate(limit as usize);
        Ok((decisions, more))
    }

    /// Every callback with the newest decisions of its site, at most so many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn callbacks(&self, most: u32) -> Result<Vec<Shown>, ModerationError> {
        let mut shown = Vec::new();
        for callback in self.store.callbacks().await? {
            let newest = self.store.newest_app_decisions(&callback.site, most).await?;
            shown.push((callback, newest));
        }
        Ok(shown)
    }

    /// Sets where a site's app hears of decisions; its secret is returned here and nowhere else.
    ///
    /// # Errors
    /// Those of [`set`].
    pub async fn set_callback(
        &self,
        form: &CallbackForm,
        by: Option<UserId>,
    ) -> Result<SecretString, ModerationError> {
        set(&*self.store, form, self.options.callback_reach, by, self.clock.now()).await
    }

    /// Takes a site's callback away.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn remove_callback(&self, site: &str, by: Option<UserId>) -> Result<(), ModerationError> {
        found(self.store.remove_callback(site, by, self.clock.now()).await?)
    }

    /// Has a site's callback tried again at once; from a decision on, if one is named.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn callback_again(&self, site: &str, from: Option<i64>) -> Result<(), ModerationError> {
        found(self.store.callback_again(site, from).await?)?;
        self.callbacks_wanted.notify_one();
        Ok(())
    }

    /// Sends a made-up decision, to see whether the receiver takes it.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when the site has no callback; otherwise what the receiver made of it is the value.
    pub async fn try_callback(&self, site: &str) -> Result<Result<(), NotifyError>, ModerationError> {
        let (url, secret) =
            self.store.callback_target(site).await?.ok_or(ModerationError::NotFound("callback"))?;
        let now = self.clock.now();
        let decision = AppDecision {
            id: 0,
            event: AppDecisionEvent::Label,
            detection_id: "00000000-0000-0000-0000-000000000000".to_owned(),
            external_id: None,
            site: site.to_owned(),
            is_spam: false,
            previous_is_spam: Some(true),
            decided_by: "person".to_owned(),
            reason: None,
            decided_at: now,
        };
        let mut body = body(&decision);
        body["event"] = json!("test");
        let post = Post {
            id: "decision-test".to_owned(),
            event: "decision.test",
            body: body.to_string(),
            sent_at: now,
        };
        Ok(self.post_to(&url, secret, &post).await)
    }

    async fn post_to(&self, url: &str, secret: String, post: &Post) -> Result<(), NotifyError> {
        let secret = SecretString::from(secret);
        let webhook = Webhook { url: address(url)?, secret, reach: self.options.callback_reach };
        self.options.messenger.post(&webhook, post).await
    }
}

/// Sets where a site's app hears of decisions; its secret is returned here and nowhere else.
///
/// # Errors
/// [`ModerationError::Invalid`] with every field that is wrong.
pub async fn set(
    store: &dyn Store,
    form: &CallbackForm,
    reach: Reach,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<SecretString, ModerationError> {
    let (site, url) = form.validate().map_err(ModerationError::Invalid)?;
    leads_where_it_may(&url, reach).await.map_err(|problem| ModerationError::Invalid(vec![problem]))?;
    let secret = format!("gvlcb_{}", random_secret()?);
    store.set_callback(&NewCallback { site, url, secret: secret.clone() }, by, now).await?;
    Ok(SecretString::from(secret))
}

/// Looked at also with each call: what a name leads to can change.
async fn leads_where_it_may(url: &str, reach: Reach) -> Result<(), FieldError> {
    let leads = async { notify::resolve(&address(url)?, reach).await };
    leads.await.map(drop).map_err(|error| FieldError {
        field: "url".to_owned(),
        problem: format!("This cannot be called: {error}."),
    })
}

fn address(url: &str) -> Result<Url, NotifyError> {
    url.parse().map_err(|_| NotifyError::Settings("the address cannot be read".to_owned()))
}

/// A decision as apps get it, by callback and when they ask.
pub fn body(decision: &AppDecision) -> Value {
    let mut body = json!(decision);
    body["version"] = json!(decision.id);
    body
}

fn found(there: bool) -> Result<(), ModerationError> {
    if there { Ok(()) } else { Err(ModerationError::NotFound("callback")) }
}
