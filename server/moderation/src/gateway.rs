//! An app asks for a verdict: every submission gets an answer in time and a row in the log, whatever the upstream does.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, FeedbackReceipt, FeedbackRequest, FeedbackResponse,
    KeyInfo, StatsResponse, UserInfo, VerifyResponse, wire::odd,
};
use chrono::SecondsFormat;
use domain::{
    ApiToken, Circumstances, Content, Detection, DetectionId, Endpoint, Fallback, JudgedBy, Label,
    NewDetection, Origin,
};
use serde_json::Map;
use store::{Appended, NewAppFeedback};

use crate::{
    Moderation, ModerationError, NewCheck,
    budgets::Held,
    check::{Spent, milliseconds, to_judgement},
    fallback::Substitute,
    readings,
    refusals::{digest, told_since},
};

/// After this time a submission that was kept and not logged is taken for left; three times as long as an app waits at most.
const LEFT_AFTER: Duration = Duration::from_secs(15);

/// How many of them are logged at once; a message can have a megabyte.
const LEFT_AT_ONCE: u32 = 20;

/// How long the gateway waits for a verdict. Its callers give up after 5 s; the rest is for the log and the way back.
pub const GATEWAY_PATIENCE: Duration = Duration::from_millis(4250);

/// Content that an app wants judged.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Whose app it is.
    pub token: ApiToken,
    /// Which check it asks for.
    pub endpoint: CheckEndpoint,
    /// What it sent, without its key.
    pub request: CheckRequest,
    /// The app's address, which stands in for the author's when that is not given (as upstream does with ours).
    pub from: IpAddr,
}

/// A verdict for an app.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The answer's JSON text: the upstream's, byte for byte, or the fallback's.
    pub body: String,
    /// Its row in the log; of a submission that was kept, the one that it gets within milliseconds.
    pub detection: DetectionId,
    /// Whether the token was no longer in force when the submission or the row was written: then the verdict is not for the app.
    pub token_revoked: bool,
    /// Optional fields that the upstream refused, and that the verdict is given without.
    pub left_out: Vec<String>,
}

/// Why an app gets no verdict, or no receipt.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The upstream's word on feedback: 404 or 422. Nothing is logged.
    #[error(transparent)]
    Refused(ApiError),
    /// A submission that is refused for good: it has no message, or the upstream or the guide's table say no (422).
    #[error("{cause}")]
    Unfit {
        /// The upstream's word, or the guide's.
        cause: ApiError,
        /// The row in the log, with the content.
        detection: DetectionId,
    },
    /// The upstream is out of reach, and nothing stands in for it.
    #[error("no verdict: {cause}")]
    Unavailable {
        /// What kept the upstream from answering.
        cause: ApiError,
        /// The row in the log, for a check: it is judged once the upstream is back.
        detection: Option<DetectionId>,
    },
    /// The use case failed on our side.
    #[error(transparent)]
    Failed(#[from] ModerationError),
}

impl Moderation {
    /// Judges what an app submits. Before it answers, the submission is on the disk.
    ///
    /// # Errors
    /// [`GatewayError::Unfit`] when the content is refused for good; [`GatewayError::Unavailable`] when it gave no
    /// verdict and the site's fallback is `reject`; [`GatewayError::Failed`] when the log cannot be written.
    pub async fn judge_for_app(self: &Arc<Self>, submission: Submission) -> Result<Judged, GatewayError> {
        let started = Instant::now();
        let Submission { token, endpoint, request, from } = submission;
        let check = NewCheck {
            endpoint: match endpoint {
                CheckEndpoint::Check => Endpoint::Check,
                CheckEndpoint::CheckComment => Endpoint::CheckComment,
            },
            origin: Origin::Api,
            site: Some(token.site.clone()),
            content: content(request, from),
        };
        let wire = readings::request(&check.content);
        let unjudged = to_judgement(self.pass(started)?, JudgedBy::Fallback);
        let circumstances = Circumstances { token_id: Some(token.id), ..Circumstances::default() };
        let mut detection = self.new_detection(check, unjudged, circumstances);
        if let Some(cause) = odd::unreadable(&wire) {
            let detection = self.log_refused(detection, &cause).await?;
            return Err(GatewayError::Unfit { cause, detection });
        }
        let untold = match token.fallback {
            Fallback::Reject => self.untold(token.id, &digest(&detection)).await?,
            _ => None,
        };
        let mut waits = None;
        if let Some(row) = untold {
            waits = Some(row.id);
            if let Some(judged) = told_since(row) {
                return Ok(judged);
            }
        }
        let held = match self.hold_budget(&token).await? {
            Ok(held) => held,
            Err(spent) => {
                return match waits {
                    Some(row) => Err(over_budget(spent, row)),
                    None => self.answer_over_budget(&token, detection, &wire, spent, started).await,
                };
            }
        };
        if let Some(row) = waits
            && self.store.awaits_recheck(row).await.map_err(ModerationError::from)?
        {
            self.recheck_wanted.notify_one();
            let cause = self.why_untold().await;
            return Err(GatewayError::Unavailable { cause, detection: Some(row) });
        }
        // The disk is waited for while the upstream is.
        let asked = self.ask(&*self.upstreams.gateway, detection.endpoint, &wire, GATEWAY_PATIENCE);
        let (answer, kept) = tokio::join!(asked, self.keep_unjudged(&detection));
        let kept = kept?;
        detection.circumstances.submission = kept.map(|kept| kept.id);
        let by_upstream = matches!(answer, Ok(_) | Err(ApiError::Invalid { .. }));
        self.health.app_answered(by_upstream, self.clock.now());
        match answer {
            Ok((answer, left_out)) => {
                detection.circumstances.took_ms = Some(milliseconds(started));
                let body = answer.body.clone();
                detection.judgement = to_judgement(answer, self.options.judged_by);
                let Appended { id, token_revoked } = self.log_judged(detection, kept, held).await?;
                Ok(Judged { body, detection: id, token_revoked, left_out })
            }
            Err(cause @ ApiError::Invalid { .. }) => {
                let detection = self.log_refused(detection, &cause).await?;
                Err(GatewayError::Unfit { cause, detection })
            }
            Err(cause) => {
                let same = digest(&detection);
                let substitute = self.substitute(token.fallback, endpoint, &wire, started).await?;
                let judged = self.log_substitute(detection, &substitute, started).await?;
                tracing::warn!(
                    detection = judged.detection.0,
                    fallback = token.fallback.as_str(),
                    %cause,
                    "no verdict in time; it is judged again later"
                );
                self.recheck_wanted.notify_one();
                match substitute {
                    Substitute::Told(_) => Ok(judged),
                    Substitute::Untold(_) => {
                        self.note_untold(token.id, &same, judged.detection).await?;
                        Err(GatewayError::Unavailable { cause, detection: Some(judged.detection) })
                    }
                }
            }
        }
    }

    /// Why there is still no verdict on what an app was told so about before.
    async fn why_untold(&self) -> ApiError {
        if let Some(quota) =
            self.upstreams.guard.as_ref().and_then(|guard| guard.guard_state().quota_exhausted)
        {
            return quota;
        }
        // The engine in process is never away: at most, its quota is used up.
        if self.is_embedded()
            && let Ok(answer) = self.upstreams.gateway.stats().await
        {
            let usage = answer.value.data.usage;
            if usage.remaining_requests == 0 {
                return ApiError::QuotaExhausted {
                    message: "Monthly request limit exceeded".to_owned(),
                    limit: Some(usage.total_requests),
                    used: Some(usage.used_requests),
                    remaining: Some(0),
                };
            }
        }
        ApiError::Connect { reason: "it was not there when this was sent first".to_owned() }
    }

    /// The fallback's answer to what a spent budget keeps from the upstream. It is final: to judge it again later would
    /// spend the next budget before its time.
    async fn answer_over_budget(
        &self,
        token: &ApiToken,
        detection: NewDetection,
        wire: &CheckRequest,
        spent: String,
        started: Instant,
    ) -> Result<Judged, GatewayError> {
        let endpoint = crate::check::to_wire(detection.endpoint);
        let same = digest(&detection);
        let substitute = self.substitute(token.fallback, endpoint, wire, started).await?;
        let judged = self.log_substitute(detection, &substitute, started).await?;
        let deferred = self.store.recheck_deferred(judged.detection, None, &over(&spent)).await;
        deferred.map_err(ModerationError::from)?;
        match substitute {
            Substitute::Told(_) => Ok(judged),
            Substitute::Untold(_) => {
                self.note_untold(token.id, &same, judged.detection).await?;
                Err(over_budget(spent, judged.detection))
            }
        }
    }

    /// Keeps what is submitted, so that no crash loses it while the upstream is asked. The engine in process answers sooner than
    /// the disk: then only the detection is written.
    async fn keep_unjudged(&self, unjudged: &NewDetection) -> Result<Option<Appended>, ModerationError> {
        if self.is_embedded() {
            return Ok(None);
        }
        self.log.keep(unjudged.clone()).await.map(Some)
    }

    /// Logs the upstream's verdict: at once, or behind the answer when its submission was kept.
    async fn log_judged(
        self: &Arc<Self>,
        detection: NewDetection,
        kept: Option<Appended>,
        held: Held,
    ) -> Result<Appended, ModerationError> {
        let spent = Spent::on(&detection);
        let written = self.log.enqueue(detection).await?;
        let this = Arc::clone(self);
        let counted = async move {
            let written = written.await;
            if written.is_ok() {
                this.count_check(spent);
            }
            // It is counted as spent before its place is given back.
            drop(held);
            written
        };
        let Some(kept) = kept else { return counted.await };
        tokio::spawn(async move {
            if let Err(error) = counted.await {
                tracing::error!(detection = kept.id.0, %error, "a verdict was not logged; it is asked for again later");
            }
        });
        Ok(kept)
    }

    /// Logs what stands in for the upstream's verdict.
    async fn log_substitute(
        &self,
        mut detection: NewDetection,
        substitute: &Substitute,
        started: Instant,
    ) -> Result<Judged, ModerationError> {
        let answer = substitute.answer().clone();
        let body = answer.body.clone();
        detection.judgement = to_judgement(answer, JudgedBy::Fallback);
        detection.circumstances.took_ms = Some(milliseconds(started));
        let Appended { id, token_revoked } = self.log.append(detection).await?;
        Ok(Judged { body, detection: id, token_revoked, left_out: Vec::new() })
    }

    /// Logs what was kept for so long that nobody can still be asking about it: a crash came between, or the log could not be written.
    /// The upstream is asked for its verdict again. Returns how many these were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log_left(&self) -> Result<usize, ModerationError> {
        let left = self.store.left_submissions(self.clock.now() - LEFT_AFTER, LEFT_AT_ONCE).await?;
        let count = left.len();
        for detection in left {
            let appended = self.log.append(detection).await?;
            tracing::warn!(detection = appended.id.0, "a submission was left without its verdict");
        }
        Ok(count)
    }

    /// Passes an app's feedback on. What the upstream cannot take now is kept and delivered later; the app has done its part.
    /// A detection that the log does not know may be older than the app's use of the gateway: the upstream decides.
    ///
    /// # Errors
    /// [`GatewayError::Refused`] for a detection of another site, one that the upstream does not know, or feedback that it finds
    /// invalid; [`GatewayError::Unavailable`] when the log does not know the detection and the upstream cannot be asked;
    /// [`GatewayError::Failed`] when the store fails.
    pub async fn feedback_from_app(
        &self,
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
        if detection.judgement.judged_by == JudgedBy::Fallback {
            return self.keep_feedback(token, &detection, request).await;
        }
        let upstream_id = detection.judgement.upstream_id.clone();
        let wire = FeedbackRequest { detection_id: upstream_id, ..request.clone() };
        match self.timed(self.upstreams.gateway.feedback(&wire)).await {
            Ok(answer) => {
                self.store.forget_app_feedback(detection.id).await.map_err(ModerationError::from)?;
                self.app_said(token, &detection, request.is_spam).await?;
                receipt_for(answer, &request.detection_id)
            }
            Err(error @ (ApiError::NotFound { .. } | ApiError::Invalid { .. })) => {
                Err(GatewayError::Refused(error))
            }
            Err(cause) => {
                tracing::info!(detection = detection.id.0, %cause, "an app's feedback will be sent later");
                self.keep_feedback(token, &detection, request).await
            }
        }
    }

    /// The detection with this upstream id, also when the app was quicker than the log.
    async fn detection_of_app(&self, upstream_id: &str) -> Result<Option<Detection>, ModerationError> {
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

    async fn keep_feedback(
        &self,
        token: &ApiToken,
        detection: &Detection,
        request: FeedbackRequest,
    ) -> Result<String, GatewayError> {
        let now = self.clock.now();
        let feedback = NewAppFeedback {
            detection_id: detection.id,
            token_id: token.id,
            label: Label::from_is_spam(request.is_spam),
            extra: request.extra,
            due_at: now,
        };
        self.store.queue_app_feedback(&feedback).await.map_err(ModerationError::from)?;
        self.app_said(token, detection, request.is_spam).await?;
        self.recheck_wanted.notify_one();
        let receipt = FeedbackResponse {
            success: true,
            message: "Feedback submitted and will be processed shortly".to_owned(),
            data: FeedbackReceipt {
                detection_id: request.detection_id,
                user_status: request.is_spam,
                queued_at: now.to_rfc3339_opts(SecondsFormat::Millis, true),
                extra: Map::new(),
            },
            extra: Map::new(),
        };
        Ok(encode(receipt)?.body)
    }

    /// Keeps an app's word for the detection's story.
    async fn app_said(
        &self,
        token: &ApiToken,
        detection: &Detection,
        is_spam: bool,
    ) -> Result<(), ModerationError> {
        let label = Label::from_is_spam(is_spam);
        Ok(self.store.app_said(detection.id, token.id, label, self.clock.now()).await?)
    }

    /// The upstream's word on the key that stands behind the gateway. When it gives none, the app still learns that its own
    /// token is in force.
    ///
    /// # Errors
    /// When the answer cannot be written, which it always can.
    pub async fn verify_for_app(&self, token: &ApiToken) -> Result<String, GatewayError> {
        match self.timed(self.upstreams.gateway.verify()).await {
            Ok(Answer { value: VerifyResponse { valid: true, .. }, body }) => Ok(body),
            // A revoked key behind the gateway is not the app's; health and log tell those whose it is.
            Ok(_) | Err(_) => {
                let written =
                    |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                let own = VerifyResponse {
                    valid: true,
                    message: "API key is valid".to_owned(),
                    key_info: KeyInfo {
                        name: token.name.clone(),
                        created_at: written(token.created_at),
                        last_used_at: token.last_used_at.map(written),
                        extra: Map::new(),
                    },
                    user_info: UserInfo {
                        id: 0,
                        email: "gateway@localhost".to_owned(),
                        name: Some(token.site.clone()),
                        extra: Map::new(),
                    },
                    timestamp: written(self.clock.now()),
                    extra: Map::new(),
                };
                Ok(encode(own)?.body)
            }
        }
    }

    /// The upstream's word on the plan's usage.
    ///
    /// # Errors
    /// [`GatewayError::Unavailable`] when it gives none.
    pub async fn stats_for_app(&self) -> Result<String, GatewayError> {
        let answer: Result<Answer<StatsResponse>, _> = self.timed(self.upstreams.gateway.stats()).await;
        answer.map(|answer| answer.body).map_err(|cause| GatewayError::Unavailable { cause, detection: None })
    }
}

/// The receipt names the detection as the app does, also when a recheck gave it another id since.
fn receipt_for(answer: Answer<FeedbackResponse>, asked: &str) -> Result<String, GatewayError> {
    if answer.value.data.detection_id == asked {
        return Ok(answer.body);
    }
    let mut receipt = answer.value;
    asked.clone_into(&mut receipt.data.detection_id);
    Ok(encode(receipt)?.body)
}

fn encode<T: serde::Serialize>(value: T) -> Result<Answer<T>, ModerationError> {
    Answer::encode(value).map_err(ModerationError::Upstream)
}

fn over(spent: &str) -> String {
    format!("{spent} is spent")
}

fn over_budget(spent: String, detection: DetectionId) -> GatewayError {
    let message = over(&spent);
    let cause = ApiError::QuotaExhausted { message, limit: None, used: None, remaining: Some(0) };
    GatewayError::Unavailable { cause, detection: Some(detection) }
}

/// What was sent; without an address, from the app's.
fn content(request: CheckRequest, from: IpAddr) -> Content {
    let is_told = request.ip.is_some() || request.extra.contains_key("ip");
    let mut content = readings::content(request);
    if !is_told && !from.is_unspecified() {
        content.ip = Some(from);
    }
    content
}
