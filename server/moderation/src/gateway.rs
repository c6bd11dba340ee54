//! An app asks for a verdict: every submission gets an answer in time and a row in the log, whatever the upstream does.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use activelayer::{Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, wire::odd};
use domain::{
    ApiToken, Circumstances, Content, DetectionId, Endpoint, Fallback, JudgedBy, NewDetection, Origin,
};
use store::Appended;

use crate::{
    Moderation, ModerationError, NewCheck,
    aside::Put,
    budgets::{Held, Spender, SpentBudget},
    check::{milliseconds, to_judgement},
    fallback::Substitute,
    in_time::AGAIN,
    log_writer::Unwritten,
    readings,
    refusals::{digest, told_since},
    under_way::Kept,
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
    /// How many times the token had got a new secret when the submission or the row was written. If it is another number than the
    /// token's, or `None` as for a revoked one, the verdict may not be for the app: its secret is to be looked up again.
    pub token_rotations: Option<u32>,
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
        self.judge_noting(submission, &OnceLock::new()).await
    }

    /// Judges what nobody waits for by the embedded detector: rules hold, nothing is spent, and nothing is asked again later.
    ///
    /// # Errors
    /// As [`Self::judge_for_app`].
    pub(crate) async fn judge_for_nothing(
        self: &Arc<Self>,
        submission: Submission,
    ) -> Result<Judged, GatewayError> {
        let Some(engine) = self.upstreams.stand_in.as_ref().filter(|_| !self.is_embedded()) else {
            return self.judge_for_app(submission).await;
        };
        let started = Instant::now();
        let token = submission.token.name.clone();
        let mut detection = self.unjudged(submission, started)?;
        let wire = readings::request(&detection.content);
        if let Some(cause) = odd::unreadable(&wire) {
            let detection = self.log_refused(detection, &cause).await?;
            return Err(GatewayError::Unfit { cause, detection });
        }
        if let Some(answer) = self.by_rule(&mut detection, Some(&token), &wire, started).await? {
            return Ok(self.log_answer(detection, answer, JudgedBy::Rule, started).await?);
        }
        let answer = match engine.check(crate::check::to_wire(detection.endpoint), &wire).await {
            Ok(answer) => answer,
            Err(cause) => return Err(GatewayError::Unavailable { cause, detection: None }),
        };
        let answer = self.at_own_threshold(answer, JudgedBy::Detector, detection.site.as_deref()).await;
        Ok(self.log_answer(detection, answer, JudgedBy::Detector, started).await?)
    }

    /// Does so, and notes under which id the submission is kept as soon as it is.
    pub(crate) async fn judge_noting(
        self: &Arc<Self>,
        submission: Submission,
        kept_under: &OnceLock<DetectionId>,
    ) -> Result<Judged, GatewayError> {
        let started = Instant::now();
        let (token, endpoint) = (submission.token.clone(), submission.endpoint);
        let mut detection = self.unjudged(submission, started)?;
        let wire = readings::request(&detection.content);
        if let Some(cause) = odd::unreadable(&wire) {
            let detection = self.log_refused(detection, &cause).await?;
            return Err(GatewayError::Unfit { cause, detection });
        }
        if let Some(answer) = self.by_rule(&mut detection, Some(&token.name), &wire, started).await? {
            return Ok(self.log_answer(detection, answer, JudgedBy::Rule, started).await?);
        }
        let untold = match token.fallback {
            Fallback::Reject => self.untold(token.id, &digest(&detection)).await?,
            _ => None,
        };
        let mut waits = None;
        if let Some(row) = untold {
            waits = Some(row.id);
            let (id, verdict) = (row.id, row.judgement.verdict());
            if let Some(judged) = told_since(row) {
                self.store.told_since(id, verdict).await.map_err(ModerationError::from)?;
                return Ok(judged);
            }
        }
        let held = match self.hold_budget(Spender::App(&token)).await? {
            Ok(held) => held,
            Err(SpentBudget { name: spent, .. }) => {
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
        let (answer, kept) = tokio::join!(asked, self.keep_unjudged(&detection, kept_under));
        let kept = kept?;
        detection.circumstances.submission = kept.as_ref().map(|kept| kept.appended.id);
        let by_upstream = matches!(answer, Ok(_) | Err(ApiError::Invalid { .. }));
        self.health.app_answered(by_upstream, self.clock.now());
        match answer {
            Ok((answer, left_out)) => {
                let site = detection.site.as_deref();
                let answer = self.at_own_threshold(answer, self.options.judged_by, site).await;
                detection.circumstances.took_ms = Some(milliseconds(started));
                let body = answer.body.clone();
                detection.judgement = to_judgement(answer, self.options.judged_by);
                self.hold_by_rule(&mut detection, Some(&token.name)).await;
                let Appended { id, token_rotations } = self.log_judged(detection, kept, held).await?;
                Ok(Judged { body, detection: id, token_rotations, left_out })
            }
            Err(cause @ ApiError::Invalid { .. }) => {
                let detection = self.log_refused(detection, &cause).await?;
                Err(GatewayError::Unfit { cause, detection })
            }
            Err(cause) => {
                let same = digest(&detection);
                let substitute = self.substitute(&token, endpoint, &wire, started).await?;
                let judged = self.log_substitute(detection, &substitute, started).await?;
                self.unanswered(held, &cause).await;
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
            if usage.remaining_requests == Some(0) {
                return ApiError::QuotaExhausted {
                    message: "Monthly request limit exceeded".to_owned(),
                    limit: usage.total_requests,
                    used: usage.used_requests,
                    remaining: Some(0),
                };
            }
        }
        ApiError::Connect { reason: "it was not there when this was sent first".to_owned() }
    }

    /// What is logged of a submission if no verdict comes.
    pub(crate) fn unjudged(
        &self,
        submission: Submission,
        started: Instant,
    ) -> Result<NewDetection, ModerationError> {
        let Submission { token, endpoint, request, from } = submission;
        let content = readings::content(request);
        self.note_app_address(token.id, content.ip, from);
        let check = NewCheck {
            endpoint: match endpoint {
                CheckEndpoint::Check => Endpoint::Check,
                CheckEndpoint::CheckComment => Endpoint::CheckComment,
            },
            origin: Origin::Api,
            site: Some(token.site),
            content: addressed(content, from),
        };
        let unjudged = to_judgement(self.pass(started)?, JudgedBy::Fallback);
        let circumstances = Circumstances { token_id: Some(token.id), ..Circumstances::default() };
        Ok(self.new_detection(check, unjudged, circumstances))
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
        let substitute = self.substitute(token, endpoint, wire, started).await?;
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
    async fn keep_unjudged(
        &self,
        unjudged: &NewDetection,
        kept_under: &OnceLock<DetectionId>,
    ) -> Result<Option<Kept>, ModerationError> {
        if self.is_embedded() {
            return Ok(None);
        }
        let kept = self.log.keep(unjudged.clone()).await?;
        // A submission is kept once, so nothing was noted before.
        let _ = kept_under.set(kept.id);
        Ok(Some(self.under_way.begun(kept)))
    }

    /// Logs the upstream's verdict: at once, or behind the answer when its submission was kept.
    async fn log_judged(
        self: &Arc<Self>,
        detection: NewDetection,
        kept: Option<Kept>,
        held: Held,
    ) -> Result<Appended, ModerationError> {
        let Some(kept) = kept else {
            let appended = self.log.append(detection).await?;
            self.spend([held]).await;
            return Ok(appended);
        };
        // Without a file beside the database it is asked for again after a crash.
        let noted = self.aside.note(&detection).ok();
        let (this, answered) = (Arc::clone(self), kept.appended);
        let settle = move |written: Result<Appended, Unwritten>| match written {
            Ok(_) if held.is_nothing() => settled(noted, kept),
            // When it stops before the row is written, the next start finds the note.
            Err(Unwritten { error: error @ ModerationError::Stopping, .. }) => {
                not_logged(answered.id, &error)
            }
            written => drop(tokio::spawn(this.settle_late(written, noted, kept, held))),
        };
        self.log.append_later(detection, settle).await?;
        Ok(answered)
    }

    /// What an app's verdict leaves to be done that takes the disk.
    async fn settle_late(
        self: Arc<Self>,
        written: Result<Appended, Unwritten>,
        noted: Option<Put>,
        kept: Kept,
        held: Held,
    ) {
        let id = kept.appended.id;
        let written = match written {
            Err(lost) => self.write_at_last(lost).await,
            Ok(appended) => Ok(appended),
        };
        if let Err(error) = &written {
            not_logged(id, error);
        }
        let is_stopping = matches!(written, Err(ModerationError::Stopping));
        if let Some(noted) = noted.filter(|_| !is_stopping) {
            noted.settled();
        }
        if written.is_ok() {
            self.spend([held]).await;
        }
        drop(kept);
    }

    /// Writes a verdict that an app was given, as soon as the disk allows it.
    async fn write_at_last(&self, mut lost: Unwritten) -> Result<Appended, ModerationError> {
        loop {
            let (true, Some(row)) = (lost.error.trouble().is_some(), lost.row.take()) else {
                return Err(lost.error);
            };
            tokio::time::sleep(AGAIN).await;
            match self.log.enqueue(*row).await?.await {
                Ok(appended) => return Ok(appended),
                Err(again) => lost = again,
            }
        }
    }

    /// Logs what stands in for the upstream's verdict.
    async fn log_substitute(
        &self,
        detection: NewDetection,
        substitute: &Substitute,
        started: Instant,
    ) -> Result<Judged, ModerationError> {
        self.log_answer(detection, substitute.answer().clone(), JudgedBy::Fallback, started).await
    }

    /// Logs an answer that the upstream was not asked for.
    async fn log_answer(
        &self,
        mut detection: NewDetection,
        answer: Answer<CheckResponse>,
        judged_by: JudgedBy,
        started: Instant,
    ) -> Result<Judged, ModerationError> {
        let body = answer.body.clone();
        detection.judgement = to_judgement(answer, judged_by);
        detection.circumstances.took_ms = Some(milliseconds(started));
        let Appended { id, token_rotations } = self.log.append(detection).await?;
        Ok(Judged { body, detection: id, token_rotations, left_out: Vec::new() })
    }

    /// Logs what was kept for so long that nobody can still be asking about it: a crash came between, or the log could not be written.
    /// The upstream is asked for its verdict again. Returns how many these were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log_left(&self) -> Result<usize, ModerationError> {
        let aside = self.log_aside().await?;
        // What ends or begins while the store is asked counts as under way.
        let before = self.under_way.now();
        let mut left = self.store.left_submissions(self.clock.now() - LEFT_AFTER, LEFT_AT_ONCE).await?;
        let under_way = &before | &self.under_way.now();
        left.retain(|left| left.circumstances.submission.is_none_or(|id| !under_way.contains(&id)));
        let count = aside + left.len();
        for mut detection in left {
            // A time that is still to come is that of a clock that was ahead.
            detection.created_at = detection.created_at.min(self.clock.now());
            let appended = self.log.append(detection).await?;
            tracing::warn!(detection = appended.id.0, "a submission was left without its verdict");
        }
        Ok(count)
    }
}

/// The verdict on a submission that was kept is in the log.
fn settled(noted: Option<Put>, kept: Kept) {
    if let Some(noted) = noted {
        noted.settled();
    }
    drop(kept);
}

fn not_logged(detection: DetectionId, error: &ModerationError) {
    tracing::error!(detection = detection.0, %error, "a verdict was not logged; it is asked for again later");
}

fn over(spent: &str) -> String {
    format!("{spent} is spent")
}

fn over_budget(spent: String, detection: DetectionId) -> GatewayError {
    let message = over(&spent);
    let cause = ApiError::QuotaExhausted { message, limit: None, used: None, remaining: Some(0) };
    GatewayError::Unavailable { cause, detection: Some(detection) }
}

/// Adds the app's address where the request names none.
fn addressed(mut content: Content, from: IpAddr) -> Content {
    let is_told = content.ip.is_some() || content.extra.contains_key("ip");
    if !is_told && !from.is_unspecified() {
        content.ip = Some(from);
    }
    content
}
