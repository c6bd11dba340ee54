//! Apps hear of what was decided after their answer: they are called, or ask.
//!
//! What a site is told goes out one by one in the order of the feed, so of two decisions about one submission the later one never
//! arrives first. A receiver that takes nothing is tried again for three days; then a person has to look.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{ApiToken, AppDecision, AppDecisionEvent, Callback, CallbackForm, UserId};
use futures_util::future::join_all;
use notify::{NotifyError, Post, Webhook};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{NewCallback, Store, callbacks::Due};
use tokio_util::sync::CancellationToken;

use crate::{Moderation, ModerationError, tokens::random_secret};

/// Detections looked at by one transaction, which checks that come meanwhile wait for.
const BATCH: u32 = 50;

/// How often it is looked for something to tell: the undo period has whole seconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long an attempt is kept from other programs: twice as long as a receiver may take.
const CLAIM: TimeDelta = TimeDelta::seconds(20);

/// First wait after a failure; doubles with each attempt.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(5);

/// Longest wait between attempts.
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(15);

/// After so long a person has to look: a long weekend.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(3);

/// Decisions that the Settings page shows of a site.
const SHOWN: u32 = 20;

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

    /// Every callback with the newest decisions of its site.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn callbacks(&self) -> Result<Vec<Shown>, ModerationError> {
        let mut shown = Vec::new();
        for callback in self.store.callbacks().await? {
            let newest = self.store.newest_app_decisions(&callback.site, SHOWN).await?;
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
        set(&*self.store, form, by, self.clock.now()).await
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

    /// Works out what is to be told, and tells what is due; returns how much of either there was.
    ///
    /// # Errors
    /// When the store fails; nothing is lost then.
    pub async fn tell_apps(&self) -> Result<usize, ModerationError> {
        let settled = self.store.settle_app_decisions(self.clock.now(), BATCH).await?;
        let now = self.clock.now();
        let due = self.store.claim_callbacks(now, now + CLAIM).await?;
        let told = join_all(due.iter().map(|due| self.call(due))).await;
        told.into_iter().collect::<Result<(), _>>()?;
        Ok(settled + due.len())
    }

    async fn call(&self, due: &Due) -> Result<(), ModerationError> {
        let post = Post {
            id: format!("decision-{}", due.decision.id),
            event: name(due.decision.event),
            body: body(&due.decision).to_string(),
            sent_at: self.clock.now(),
        };
        let told = self.post_to(&due.url, due.secret.clone(), &post).await;
        let now = self.clock.now();
        match told {
            Ok(()) => self.store.callback_taken(due, now).await?,
            Err(error) => {
                let again = again(due, now);
                tracing::warn!(site = due.decision.site, %error, gives_up = again.is_none(), "an app was not told of a decision");
                self.store.callback_refused(due, &error.to_string(), again, now).await?;
            }
        }
        Ok(())
    }

    async fn post_to(&self, url: &str, secret: String, post: &Post) -> Result<(), NotifyError> {
        let url = url.parse().map_err(|_| NotifyError::Settings("the address cannot be read".to_owned()))?;
        self.options.messenger.post(&Webhook { url, secret: SecretString::from(secret) }, post).await
    }

    pub(crate) async fn run_callbacks(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sleep = match self.tell_apps().await {
                Ok(0) => LOOK_EVERY,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::error!(%error, "apps could not be told of decisions");
                    LOOK_EVERY * 5
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.callbacks_wanted.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }
}

/// Sets where a site's app hears of decisions; its secret is returned here and nowhere else.
///
/// # Errors
/// [`ModerationError::Invalid`] with every field that is wrong.
pub async fn set(
    store: &dyn Store,
    form: &CallbackForm,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<SecretString, ModerationError> {
    let (site, url) = form.validate().map_err(ModerationError::Invalid)?;
    let secret = format!("gvlcb_{}", random_secret()?);
    store.set_callback(&NewCallback { site, url, secret: secret.clone() }, by, now).await?;
    Ok(SecretString::from(secret))
}

/// A decision as apps get it, by callback and when they ask.
pub fn body(decision: &AppDecision) -> Value {
    let mut body = json!(decision);
    body["version"] = json!(decision.id);
    body
}

fn name(event: AppDecisionEvent) -> &'static str {
    match event {
        AppDecisionEvent::Label => "decision.label",
        AppDecisionEvent::Undo => "decision.undo",
        AppDecisionEvent::Verdict => "decision.verdict",
    }
}

/// When a receiver that took nothing is tried again; `None` once a person has to look.
fn again(due: &Due, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let fails_for = due.failing_since.map_or(TimeDelta::zero(), |since| now - since);
    let wait = (FIRST_RETRY * (1_i32 << due.attempts.min(10))).min(LONGEST_RETRY);
    (fails_for < GIVE_UP_AFTER).then(|| now + wait)
}

fn found(there: bool) -> Result<(), ModerationError> {
    if there { Ok(()) } else { Err(ModerationError::NotFound("callback")) }
}
