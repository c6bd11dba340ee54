//! An app's final word on a detection: kept first, then carried to the upstream, in order.
//!
//! Of each detection one attempt is under way at a time, claimed in the database before the request leaves:
//! an older word never arrives after a newer one, whatever is tried again, and whoever else works on the same
//! file. Where an attempt with another word ended without an answer, the newest is sent once more a minute
//! later, for the case that the old one was still on its way.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use activelayer::{Answer, ApiError, FeedbackReceipt, FeedbackRequest, FeedbackResponse, SpamApi};
use chrono::{SecondsFormat, TimeDelta};
use domain::{ApiToken, ApiTokenId, Detection, Label};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Map;
use store::{AppFeedback, AppFeedbackOutcome, ECHO_LASTS, NewAppWord, app_words::ADDRESSES_OF_AN_APP};
use tokio_util::sync::CancellationToken;

use crate::{
    GatewayError, Moderation, ModerationError, Round,
    outbox::{is_final, retry_wait},
    recheck::is_away,
};

/// How long an attempt may be under way: twice the longest that a call to the upstream is given (30 s).
const CLAIM: TimeDelta = TimeDelta::seconds(60);

/// When a word is sent once more although it was taken: what was on its way before has arrived by then, or
/// never will.
const CONFIRM_AFTER: TimeDelta = TimeDelta::seconds(60);

/// How long an app waits for the upstream's receipt before it gets ours. Its word is on the disk by then.
const RECEIPT_PATIENCE: Duration = Duration::from_secs(1);

/// Words claimed at once, and how many of them are sent side by side.
const BATCH: u32 = 20;
const SIDE_BY_SIDE: usize = 4;

/// How long to wait after the upstream turned out to be away.
const STILL_AWAY: TimeDelta = TimeDelta::seconds(5);

/// How long to wait for work without being woken.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// Addresses that apps were seen to call from, so that each is written once.
pub(crate) type Addresses = Mutex<HashMap<ApiTokenId, HashSet<IpAddr>>>;

impl Moderation {
    /// Keeps an app's word on a detection that the log knows, whoever judged it, and carries it on if the
    /// upstream knows the detection. The receipt is the upstream's when that comes soon, else ours. A
    /// detection that the log does not know may be older than the app's use of the gateway: the upstream
    /// decides.
    ///
    /// # Errors
    /// [`GatewayError::Refused`] for a detection of another site, or one that neither log nor upstream knows;
    /// [`GatewayError::Unavailable`] when the log does not know it and the upstream cannot be asked;
    /// [`GatewayError::Failed`] when the store fails.
    pub async fn feedback_from_app(
        self: &Arc<Self>,
        token: &ApiToken,
        request: FeedbackRequest,
    ) -> Result<String, GatewayError> {
        let Some(detection) = self.detection_of_app(&request.detection_id).await? else {
            return self.feedback_on_unknown(&request).await;
        };
        // To an app, what other sites submitted does not exist.
        if detection.site.as_ref() != Some(&token.site) {
            let message = "No spam detection found with this detection_id".to_owned();
            return Err(GatewayError::Refused(ApiError::NotFound { message }));
        }
        if self.is_echo(&detection, request.is_spam).await? {
            return self.own_receipt(request);
        }
        self.keep_word(token, &detection, request).await
    }

    /// Whether a plugin tells of what Gavel itself changed. It does not where somebody has said otherwise since: then they are back.
    async fn is_echo(&self, detection: &Detection, is_spam: bool) -> Result<bool, ModerationError> {
        let mut since = self.clock.now() - ECHO_LASTS;
        if detection.app_word.is_some_and(|word| word.is_spam() != is_spam)
            && let Some(last) = self.store.app_words(detection.id).await?.last()
        {
            since = since.max(last.said_at);
        }
        Ok(self.store.take_echo(detection.id, is_spam, since).await?)
    }

    /// Keeps what is somebody's word, and carries it on.
    pub(crate) async fn keep_word(
        self: &Arc<Self>,
        token: &ApiToken,
        detection: &Detection,
        request: FeedbackRequest,
    ) -> Result<String, GatewayError> {
        let now = self.clock.now();
        let word = NewAppWord {
            detection_id: detection.id,
            token_id: token.id,
            label: Label::from_is_spam(request.is_spam),
            extra: request.extra.clone(),
            said_at: now,
            upstream: self.options.judged_by,
            claimed_until: now + CLAIM,
        };
        let claimed = self.store.app_said(&word).await.map_err(ModerationError::from)?;
        self.announce_verdict(detection.id).await?;
        let receipt = match claimed {
            Some(claimed) => self.receipt_soon(claimed).await,
            None => None,
        };
        match receipt {
            Some(answer) => receipt_for(answer, &request.detection_id),
            None => self.own_receipt(request),
        }
    }

    /// The detection with this upstream id, also when the app was quicker than the log.
    pub(crate) async fn detection_of_app(
        &self,
        upstream_id: &str,
    ) -> Result<Option<Detection>, ModerationError> {
        if let Some(detection) = self.store.detection_by_upstream_id(upstream_id).await? {
            return Ok(Some(detection));
        }
        self.log.written().await?;
        Ok(self.store.detection_by_upstream_id(upstream_id).await?)
    }

    /// There is no row to keep such feedback with, so when the upstream is away the app has to come again.
    async fn feedback_on_unknown(&self, request: &FeedbackRequest) -> Result<String, GatewayError> {
        match self.timed(self.upstreams.gateway.feedback(request)).await {
            Ok(answer) => Ok(answer.body),
            Err(error @ (ApiError::NotFound { .. } | ApiError::Invalid { .. })) => {
                Err(GatewayError::Refused(error))
            }
            Err(cause) => Err(GatewayError::Unavailable { cause, detection: None }),
        }
    }

    /// Sends a word, and gives the upstream's receipt if it comes before the app has waited long enough. The
    /// attempt goes on.
    async fn receipt_soon(self: &Arc<Self>, claimed: AppFeedback) -> Option<Answer<FeedbackResponse>> {
        let this = Arc::clone(self);
        let attempt = tokio::spawn(async move {
            let carried = this.carry(&claimed, &this.upstreams.gateway).await;
            carried
                .inspect_err(|error| tracing::error!(%error, "how an app's feedback went could not be kept"))
                .ok()
        });
        match tokio::time::timeout(RECEIPT_PATIENCE, attempt).await {
            Ok(Ok(Some(Carried::Taken(answer)))) => Some(answer),
            _ => None,
        }
    }

    fn own_receipt(&self, request: FeedbackRequest) -> Result<String, GatewayError> {
        let receipt = FeedbackResponse {
            success: true,
            message: "Feedback submitted and will be processed shortly".to_owned(),
            data: FeedbackReceipt {
                detection_id: request.detection_id,
                user_status: request.is_spam,
                queued_at: self.clock.now().to_rfc3339_opts(SecondsFormat::Millis, true),
                extra: Map::new(),
            },
            extra: Map::new(),
        };
        Ok(Answer::encode(receipt).map_err(ModerationError::Upstream)?.body)
    }

    /// Makes one attempt with a word that was claimed for it.
    async fn carry(&self, claimed: &AppFeedback, api: &Arc<dyn SpamApi>) -> Result<Carried, ModerationError> {
        if claimed.judged_by != self.options.judged_by {
            self.store.app_feedback_ended(claimed, &AppFeedbackOutcome::Unknown).await?;
            return Ok(Carried::NotNow);
        }
        let request = FeedbackRequest {
            detection_id: claimed.upstream_id.clone(),
            is_spam: claimed.label.is_spam(),
            extra: claimed.extra.clone(),
        };
        let result = self.timed(api.feedback(&request)).await;
        let now = self.clock.now();
        let (outcome, carried) = match result {
            Ok(answer) => (AppFeedbackOutcome::Taken(now + CONFIRM_AFTER), Carried::Taken(answer)),
            Err(error) if is_final(&error) => {
                tracing::warn!(detection = claimed.detection_id.0, %error, "an app's feedback was refused for good");
                (AppFeedbackOutcome::Refused, Carried::NotNow)
            }
            Err(error) => {
                let is_away = is_away(&error);
                let wait = if is_away { STILL_AWAY } else { retry_wait(claimed.attempts, &error) };
                tracing::info!(detection = claimed.detection_id.0, %error, "an app's feedback will be sent later");
                let outcome = AppFeedbackOutcome::Deferred {
                    retry_at: now + wait,
                    error: error.to_string(),
                    // What was not sent, or was answered by a refusal to take it, cannot arrive later.
                    maybe_told: !is_away,
                };
                (outcome, if is_away { Carried::Away } else { Carried::NotNow })
            }
        };
        if self.store.app_feedback_ended(claimed, &outcome).await? {
            self.words_wanted.notify_one();
        }
        // A moderator's feedback may have waited behind it.
        self.outbox_changed.notify_one();
        Ok(carried)
    }

    /// Sends what apps said and is due, some of it. Call again while there is more.
    ///
    /// # Errors
    /// When the store fails; what was claimed is tried again once its claim is over.
    pub async fn deliver_app_words(&self) -> Result<Round, ModerationError> {
        let now = self.clock.now();
        let due = self.store.claim_app_feedback(now, now + CLAIM, BATCH).await?;
        if due.is_empty() {
            return Ok(Round::Done);
        }
        let attempts: Vec<_> =
            due.iter().map(|claimed| self.carry(claimed, &self.upstreams.background)).collect();
        let carried: Vec<Carried> =
            stream::iter(attempts).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        let is_away = carried.iter().any(|one| matches!(one, Carried::Away));
        Ok(if is_away { Round::Away } else { Round::More })
    }

    /// Runs rounds until `stop`: when an app spoke, when a moderator's feedback is out of the way, and now
    /// and then.
    pub(crate) async fn run_app_words(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let away = STILL_AWAY.to_std().unwrap_or(LOOK_AGAIN);
            let sleep = match self.deliver_app_words().await {
                Ok(Round::More) => continue,
                Ok(Round::Done) => self.time_to_next_word().await.unwrap_or(away),
                Ok(Round::Away) => away,
                Err(error) => {
                    tracing::error!(%error, "feedback of apps could not be worked on");
                    away
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.words_wanted.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// How long until the next word is due, from a second to [`LOOK_AGAIN`].
    async fn time_to_next_word(&self) -> Result<Duration, ModerationError> {
        let next = self.store.next_app_feedback_due().await?;
        let left = next.map_or(LOOK_AGAIN, |due| (due - self.clock.now()).to_std().unwrap_or_default());
        Ok(left.clamp(Duration::from_secs(1), LOOK_AGAIN))
    }

    /// Notes where an app calls from, when it says nothing of the writer's address or says that it is this
    /// one.
    pub(crate) fn note_app_address(&self, token: ApiTokenId, given: Option<IpAddr>, from: IpAddr) {
        if from.is_unspecified() || given.is_some_and(|given| given.to_canonical() != from.to_canonical()) {
            return;
        }
        {
            let mut known = self.app_addresses.lock().unwrap_or_else(PoisonError::into_inner);
            let addresses = known.entry(token).or_default();
            // One more than an app has: then it is known to be asked from browsers.
            if addresses.len() > ADDRESSES_OF_AN_APP as usize || !addresses.insert(from) {
                return;
            }
        }
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            if let Err(error) = store.note_app_address(token, from).await {
                tracing::warn!(%error, "where an app calls from could not be noted");
            }
        });
    }
}

/// How an attempt went.
enum Carried {
    /// The upstream took it.
    Taken(Answer<FeedbackResponse>),
    /// Not this time, or never.
    NotNow,
    /// The upstream is away: the next one would fare no better.
    Away,
}

/// The receipt names the detection as the app does, also when a recheck gave it another id since.
fn receipt_for(answer: Answer<FeedbackResponse>, asked: &str) -> Result<String, GatewayError> {
    if answer.value.data.detection_id == asked {
        return Ok(answer.body);
    }
    let mut receipt = answer.value;
    asked.clone_into(&mut receipt.data.detection_id);
    Ok(Answer::encode(receipt).map_err(ModerationError::Upstream)?.body)
}
