//! The upstream is back: what the fallback answered is judged, then feedback that apps gave meanwhile is delivered.

use std::{sync::Arc, time::Duration};

use activelayer::{ApiError, FeedbackRequest};
use domain::{Detection, DetectionId, LiveEvent, UserId};
use serde_json::json;
use store::{AppFeedback, NewAuditEvent};
use tokio_util::sync::CancellationToken;

use crate::{
    Moderation, ModerationError,
    check::{as_sent, to_judgement},
    outbox::{is_final, retry_wait},
    readings,
};

/// Rows taken at once; small, since a message can have a megabyte and a stop must not wait long.
const BATCH: u32 = 20;

/// How long to wait after the upstream turned out to be still away. Asking costs nothing while its circuit is open.
const STILL_AWAY: Duration = Duration::from_secs(5);

/// How often to look without being woken: for rows whose retry falls due, and for what a crash left.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// How long it may take to ask once more without what the upstream refused.
const ASK_AGAIN_WITHIN: Duration = Duration::from_secs(30);

/// How a round of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// There may be more to do.
    More,
    /// Nothing is due.
    Done,
    /// The upstream is away; what is due stays due.
    Away,
}

impl Moderation {
    /// Asks for a new verdict because a moderator wants one. It takes a turn among the work that nobody waits for, so a
    /// moderator who rechecks much takes nothing from apps.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`], or [`ModerationError::Upstream`] when no verdict came; the old one stands then.
    pub async fn recheck_by_hand(&self, id: DetectionId, by: UserId) -> Result<Detection, ModerationError> {
        let before = self.detection(id).await?;
        let request = as_sent(readings::request(&before.content), before.origin);
        let asked = self.ask(&*self.upstreams.background, before.endpoint, &request, ASK_AGAIN_WITHIN);
        let judgement = to_judgement(asked.await?.0, self.options.judged_by);
        let at = self.clock.now();
        self.store.rejudged(id, &judgement, at).await?;
        let event = NewAuditEvent {
            at,
            user_id: Some(by),
            action: "detection.rechecked",
            subject: format!("detection:{}", id.0),
            details: json!({ "was": before.judgement.verdict(), "is": judgement.verdict() }),
        };
        self.store.record(&event).await?;
        self.outbox_changed.notify_one();
        self.announce_verdict(id).await?;
        self.detection(id).await
    }

    async fn announce_verdict(&self, id: DetectionId) -> Result<(), ModerationError> {
        if let Some(standing) = self.store.standings(&[id]).await?.pop() {
            self.live.announce(LiveEvent::Rejudged(standing));
        }
        Ok(())
    }

    /// Logs what a crash left, judges what the fallback answered, oldest first, and delivers feedback of apps; some of each. Call again while there is
    /// more.
    ///
    /// # Errors
    /// When the store fails; what was not settled stays in its queue.
    pub async fn catch_up(&self) -> Result<Round, ModerationError> {
        let left = self.log_left().await.unwrap_or_else(|error| {
            tracing::error!(%error, "submissions that were left could not be logged");
            0
        });
        let due = self.store.due_rechecks(self.clock.now(), BATCH).await?;
        for detection in &due {
            if !self.recheck(detection).await? {
                return Ok(Round::Away);
            }
        }
        let feedback = self.store.due_app_feedback(self.clock.now(), BATCH).await?;
        for item in &feedback {
            if !self.deliver_for_app(item).await? {
                return Ok(Round::Away);
            }
        }
        Ok(if left == 0 && due.is_empty() && feedback.is_empty() { Round::Done } else { Round::More })
    }

    /// Asks for the verdict that did not come. Returns whether it is worth asking for more.
    async fn recheck(&self, detection: &Detection) -> Result<bool, ModerationError> {
        self.read_budgets().await?;
        let _held = match self.budgets.admit_site(detection.site.as_deref(), self.clock.now()) {
            Ok(held) => held,
            Err(spent) => {
                let reason = format!("{} is spent", spent.name);
                self.store.recheck_deferred(detection.id, Some(spent.until), &reason).await?;
                return Ok(true);
            }
        };
        let request = as_sent(readings::request(&detection.content), detection.origin);
        let asked = self.ask(&*self.upstreams.background, detection.endpoint, &request, ASK_AGAIN_WITHIN);
        let error = match asked.await {
            Ok((answer, _)) => {
                let judgement = to_judgement(answer, self.options.judged_by);
                self.store.rejudged(detection.id, &judgement, self.clock.now()).await?;
                let token = self.store.token_of(detection.id).await?;
                if self.budgets.count(detection.site.as_deref(), token, self.clock.now()) {
                    self.alerts_wanted.notify_one();
                }
                // Decisions on it have waited for the upstream's id.
                self.outbox_changed.notify_one();
                self.announce_verdict(detection.id).await?;
                return Ok(true);
            }
            Err(error) => error,
        };
        if is_away(&error) {
            return Ok(false);
        }
        let attempts = self.store.recheck_attempts(detection.id).await?;
        let retry_at = (!is_final(&error)).then(|| self.clock.now() + retry_wait(attempts, &error));
        tracing::warn!(detection = detection.id.0, %error, again = retry_at.is_some(), "a recheck failed");
        self.store.recheck_deferred(detection.id, retry_at, &error.to_string()).await?;
        Ok(true)
    }

    async fn deliver_for_app(&self, item: &AppFeedback) -> Result<bool, ModerationError> {
        let request = FeedbackRequest {
            detection_id: item.upstream_id.clone(),
            is_spam: item.label.is_spam(),
            extra: item.extra.clone(),
        };
        match self.timed(self.upstreams.background.feedback(&request)).await {
            Ok(_) => self.store.app_feedback_settled(item.id).await?,
            Err(error) if is_final(&error) => {
                tracing::warn!(detection = item.detection_id.0, %error, "an app's feedback was refused for good");
                self.store.app_feedback_settled(item.id).await?;
            }
            Err(error) if is_away(&error) => return Ok(false),
            Err(error) => {
                let retry_at = self.clock.now() + retry_wait(item.attempts, &error);
                self.store.app_feedback_deferred(item.id, retry_at, &error.to_string()).await?;
            }
        }
        Ok(true)
    }

    /// Runs rounds until `stop`: when the gateway had to do without the upstream, and now and then.
    pub(crate) async fn run_rechecks(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sleep = match self.catch_up().await {
                Ok(Round::More) => continue,
                Ok(Round::Done) => LOOK_AGAIN,
                Ok(Round::Away) => STILL_AWAY,
                Err(error) => {
                    tracing::error!(%error, "the rechecks could not be worked on");
                    STILL_AWAY
                }
            };
            // New work must not cut the wait for an upstream that is away short.
            let is_idle = sleep == LOOK_AGAIN;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.recheck_wanted.notified(), if is_idle => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }
}

/// Whether the error is about the upstream and not about what it was asked: the next one would fare no better.
pub(crate) fn is_away(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::Connect { .. }
            | ApiError::RateLimited { .. }
            | ApiError::QuotaExhausted { .. }
            | ApiError::Unauthorized { .. }
            | ApiError::NoPlan { .. }
    )
}
