//! The worker that calls apps.
//!
//! What a site is told goes out one by one in the order of the feed, so of two decisions about one submission the later one never
//! arrives first. Sites do not wait for each other. A receiver that takes nothing is tried again for three days; then a person
//! has to look.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::AppDecisionEvent;
use notify::Post;
use store::callbacks::Due;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::body;
use crate::{Moderation, ModerationError};

/// Detections looked at by one transaction, which checks that come meanwhile wait for.
const BATCH: u32 = 50;

/// Sites that are called at the same time. A receiver that hangs takes one of these places for ten seconds, and then waits longer
/// and longer for its next one.
const CALLS_AT_ONCE: usize = 16;

/// How often it is looked for something to tell: the undo period has whole seconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long nothing is looked for when the store fails.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// How long an attempt is kept from other programs, and after a crash from this one: longer than a receiver may take (ten seconds).
const CLAIM: TimeDelta = TimeDelta::seconds(15);

/// First wait after a failure; doubles with each attempt.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(5);

/// Longest wait between attempts.
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(15);

/// After so long a person has to look: a long weekend.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(3);

impl Moderation {
    /// Tells apps until `stop` is cancelled; calls that are under way then are waited for.
    pub(crate) async fn run_callbacks(self: Arc<Self>, stop: CancellationToken) {
        // Tasks of their own: a call that is about to be noted holds the connection that the next look waits for.
        let mut calls = JoinSet::new();
        while !stop.is_cancelled() {
            let sleep = match self.due_calls(CALLS_AT_ONCE - calls.len()).await {
                Ok((settled, due)) => {
                    for due in due {
                        calls.spawn(Arc::clone(&self).call(due));
                    }
                    if settled > 0 { Duration::ZERO } else { LOOK_EVERY }
                }
                Err(error) => {
                    tracing::error!(%error, "apps could not be told of decisions");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = calls.join_next() => {}
                () = self.callbacks_wanted.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
        while calls.join_next().await.is_some() {}
    }

    /// Works out what is to be told; how many detections it looked at, and at most `room` decisions to tell, each of another site.
    async fn due_calls(&self, room: usize) -> Result<(usize, Vec<Due>), ModerationError> {
        let settled = self.store.settle_app_decisions(self.clock.now(), BATCH).await?;
        let now = self.clock.now();
        let due = match room {
            0 => Vec::new(),
            room => self.store.claim_callbacks(now, now + CLAIM, room).await?,
        };
        Ok((settled, due))
    }

    async fn call(self: Arc<Self>, due: Due) {
        let post = Post {
            id: format!("decision-{}", due.decision.id),
            event: name(due.decision.event),
            body: body(&due.decision).to_string(),
            sent_at: self.clock.now(),
        };
        let told = self.post_to(&due.url, due.secret.clone(), &post).await;
        let now = self.clock.now();
        let noted = match told {
            Ok(()) => self.store.callback_taken(&due, now).await,
            Err(error) => {
                let again = again(&due, now);
                tracing::warn!(site = due.decision.site, %error, gives_up = again.is_none(), "an app was not told of a decision");
                self.store.callback_refused(&due, &error.to_string(), again, now).await
            }
        };
        if let Err(error) = noted {
            // It is told once more when the claim is over: the receiver knows a repeat by its delivery's id.
            tracing::error!(site = due.decision.site, %error, "it could not be noted what became of a callback");
        }
    }
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
