//! The upstream is back: what the fallback answered is judged.

use std::{
    iter,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use activelayer::ApiError;
use chrono::{DateTime, Utc};
use domain::{Detection, DetectionId, FieldError, Judgement, LiveEvent, UserId};
use serde_json::json;
use store::NewAuditEvent;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    Moderation, ModerationError,
    budgets::{Held, Spender, SpentBudget},
    check::{as_sent, to_judgement},
    outbox::{CLAIM, is_final, retry_wait},
    readings,
};

/// Rows taken and asked for at once: the budget of calls says how many of them leave. Small, since a message can have a megabyte and
/// a stop must not wait long.
const BATCH: u32 = 32;

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

/// What came of asking again.
enum Again {
    Judged(Box<Judgement>, Held),
    /// Not yet, or never, and why.
    Later(Option<DateTime<Utc>>, String),
    /// The upstream is away: it was not asked, or did not hear.
    NotNow,
}

impl Moderation {
    /// Asks for a new verdict because a moderator wants one. It takes a turn among the work that nobody waits for, so a
    /// moderator who rechecks much takes nothing from apps.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`], or [`ModerationError::Upstream`] when no verdict came; the old one stands then.
    pub async fn recheck_by_hand(&self, id: DetectionId, by: UserId) -> Result<Detection, ModerationError> {
        self.expect_to_keep()?;
        let before = self.detection(id).await?;
        if let Some(gone) = before.forgotten.content {
            let problem = gone.sentence("It cannot be checked again: the message was");
            return Err(ModerationError::Invalid(vec![FieldError { field: "message".to_owned(), problem }]));
        }
        let held = self.hold_again(&before).await?.map_err(|spent| {
            let message = format!("{} is spent", spent.name);
            ApiError::QuotaExhausted { message, limit: None, used: None, remaining: Some(0) }
        })?;
        let request = as_sent(readings::request(&before.content), before.origin);
        let asked = self.ask(&*self.upstreams.background, before.endpoint, &request, ASK_AGAIN_WITHIN);
        let site = before.site.as_deref();
        let answer = match asked.await {
            Ok((answer, _)) => self.at_own_threshold(answer, self.options.judged_by, site).await,
            Err(error) => {
                self.unanswered(held, &error).await;
                return Err(error.into());
            }
        };
        let judgement = to_judgement(answer, self.options.judged_by);
        let at = self.clock.now();
        self.store.rejudged(id, &judgement, at).await?;
        self.spend([held]).await;
        let event = NewAuditEvent {
            at,
            user_id: Some(by),
            action: "detection.rechecked",
            subject: format!("detection:{}", id.0),
            details: json!({ "was": before.judgement.verdict(), "is": judgement.verdict() }),
        };
        self.store.record(&event).await?;
        self.outbox_changed.notify_one();
        self.words_wanted.notify_one();
        self.announce_verdict(id).await?;
        self.detection(id).await
    }

    pub(crate) async fn announce_verdict(&self, id: DetectionId) -> Result<(), ModerationError> {
        if let Some(standing) = self.store.standings(&[id]).await?.pop() {
            self.live.announce(LiveEvent::Rejudged(standing));
        }
        Ok(())
    }

    /// Logs what a crash left, and judges what the fallback answered, oldest first; some of each. Call again while there is more.
    ///
    /// # Errors
    /// When the store fails; what was not settled stays in its queue.
    pub async fn catch_up(self: &Arc<Self>) -> Result<Round, ModerationError> {
        let left = self.log_left().await.unwrap_or_else(|error| {
            tracing::error!(%error, "submissions that were left could not be logged");
            0
        });
        let now = self.clock.now();
        let due = self.store.claim_rechecks(now, now + CLAIM, BATCH).await?;
        let is_done = left == 0 && due.is_empty();
        if self.recheck_all(due).await? == Round::Away {
            return Ok(Round::Away);
        }
        Ok(if is_done { Round::Done } else { Round::More })
    }

    /// Asks for the verdicts that did not come, all at once, and writes those together that come together. Each is asked for by a
    /// task of its own: one that is not run on while others are written would keep the store's connection that it waits for.
    async fn recheck_all(self: &Arc<Self>, due: Vec<Detection>) -> Result<Round, ModerationError> {
        let away = Arc::new(AtomicBool::new(false));
        let mut asked = JoinSet::new();
        for detection in due {
            let (program, away) = (Arc::clone(self), Arc::clone(&away));
            asked.spawn(async move {
                let outcome = program.verdict_for(&detection, &away).await;
                (detection, outcome)
            });
        }
        let mut given_back = Vec::new();
        while let Some(first) = asked.join_next().await {
            let mut judged = Vec::new();
            for joined in iter::once(first).chain(iter::from_fn(|| asked.try_join_next())) {
                let (detection, outcome) = match joined {
                    Ok(asked) => asked,
                    // Its claim ends by itself, and then it is due again.
                    Err(error) => {
                        tracing::error!(%error, "a recheck broke");
                        continue;
                    }
                };
                match outcome? {
                    Again::Judged(judgement, held) => judged.push((detection, *judgement, held)),
                    Again::Later(retry_at, reason) => {
                        self.store.recheck_deferred(detection.id, retry_at, &reason).await?;
                    }
                    Again::NotNow => given_back.push(detection.id),
                }
            }
            self.take_verdicts(judged).await?;
        }
        if !given_back.is_empty() {
            self.store.release_rechecks(&given_back).await?;
        }
        Ok(if away.load(Ordering::Relaxed) { Round::Away } else { Round::More })
    }

    async fn verdict_for(&self, detection: &Detection, away: &AtomicBool) -> Result<Again, ModerationError> {
        if away.load(Ordering::Relaxed) {
            return Ok(Again::NotNow);
        }
        if let Some(gone) = detection.forgotten.content {
            return Ok(Again::Later(None, gone.sentence("The message was")));
        }
        let held = match self.hold_again(detection).await? {
            Ok(held) => held,
            Err(spent) => return Ok(Again::Later(Some(spent.until), format!("{} is spent", spent.name))),
        };
        let request = as_sent(readings::request(&detection.content), detection.origin);
        let asked = self.ask(&*self.upstreams.background, detection.endpoint, &request, ASK_AGAIN_WITHIN);
        let error = match asked.await {
            Ok((answer, _)) => {
                let site = detection.site.as_deref();
                let answer = self.at_own_threshold(answer, self.options.judged_by, site).await;
                let judgement = to_judgement(answer, self.options.judged_by);
                return Ok(Again::Judged(Box::new(judgement), held));
            }
            Err(error) => error,
        };
        self.unanswered(held, &error).await;
        if is_away(&error) {
            away.store(true, Ordering::Relaxed);
            return Ok(Again::NotNow);
        }
        let attempts = self.store.recheck_attempts(detection.id).await?;
        let retry_at = (!is_final(&error)).then(|| self.clock.now() + retry_wait(attempts, &error));
        tracing::warn!(detection = detection.id.0, %error, again = retry_at.is_some(), "a recheck failed");
        Ok(Again::Later(retry_at, error.to_string()))
    }

    /// A place in the budgets of whoever submitted a detection.
    async fn hold_again(&self, detection: &Detection) -> Result<Result<Held, SpentBudget>, ModerationError> {
        let token = self.store.token_of(detection.id).await?;
        self.hold_budget(Spender::Backlog { site: detection.site.as_deref(), token }).await
    }

    async fn take_verdicts(&self, judged: Vec<(Detection, Judgement, Held)>) -> Result<(), ModerationError> {
        if judged.is_empty() {
            return Ok(());
        }
        let (mut verdicts, mut places) = (Vec::with_capacity(judged.len()), Vec::with_capacity(judged.len()));
        for (detection, judgement, held) in judged {
            verdicts.push((detection.id, judgement));
            places.push(held);
        }
        self.store.all_rejudged(&verdicts, self.clock.now()).await?;
        self.spend(places).await;
        for (id, _) in &verdicts {
            self.announce_verdict(*id).await?;
        }
        // Decisions on them, and what apps said, have waited for the upstream's ids.
        self.outbox_changed.notify_one();
        self.words_wanted.notify_one();
        Ok(())
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
