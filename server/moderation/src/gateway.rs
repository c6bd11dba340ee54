//! An app asks for a verdict: every submission gets an answer in time and a row in the log, whatever the upstream does.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use activelayer::{ApiError, CheckEndpoint, CheckRequest};
use domain::{ApiToken, Circumstances, Content, DetectionId, Endpoint, JudgedBy, NewDetection, Origin};
use store::Appended;

use crate::{
    Moderation, ModerationError, NewCheck,
    budgets::Held,
    check::{Spent, milliseconds, to_judgement},
    fallback::Substitute,
};

/// After this time a submission that was kept and not logged is taken for left; three times as long as an app waits at most.
const LEFT_AFTER: Duration = Duration::from_secs(15);

/// How many of them are logged at once; a message can have a megabyte.
const LEFT_AT_ONCE: u32 = 20;

/// Content that an app wants judged.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Whose app it is.
    pub token: ApiToken,
    /// Which check it asks for.
    pub endpoint: CheckEndpoint,
    /// What it sent, validated and without its key.
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
}

/// Why an app gets no verdict, or no receipt.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The upstream's word on this very request: 422, or 404 for feedback. Nothing is logged.
    #[error(transparent)]
    Refused(ApiError),
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
    /// [`GatewayError::Refused`] when the upstream finds the content invalid; [`GatewayError::Unavailable`] when it gave no
    /// verdict and the site's fallback is `reject`; [`GatewayError::Failed`] when the log cannot be written.
    pub async fn judge_for_app(self: &Arc<Self>, submission: Submission) -> Result<Judged, GatewayError> {
        let started = Instant::now();
        let Submission { token, endpoint, request, from } = submission;
        let given = given_address(&request);
        let check = NewCheck {
            endpoint: match endpoint {
                CheckEndpoint::Check => Endpoint::Check,
                CheckEndpoint::CheckComment => Endpoint::CheckComment,
            },
            origin: Origin::Api,
            site: Some(token.site.clone()),
            content: content(request, from),
        };
        self.note_app_address(token.id, given, from);
        let wire = crate::check::to_request(&check.content);
        let unjudged = to_judgement(self.pass(started)?, JudgedBy::Fallback);
        let circumstances = Circumstances { token_id: Some(token.id), ..Circumstances::default() };
        let mut detection = self.new_detection(check, unjudged, circumstances);
        let held = match self.hold_budget(&token).await? {
            Ok(held) => held,
            Err(spent) => return self.answer_over_budget(&token, detection, &wire, spent, started).await,
        };
        // The disk is waited for while the upstream is.
        let asked = self.timed(self.upstreams.gateway.check(endpoint, &wire));
        let (answer, kept) = tokio::join!(asked, self.keep_unjudged(&detection));
        let kept = kept?;
        detection.circumstances.submission = kept.map(|kept| kept.id);
        let by_upstream = matches!(answer, Ok(_) | Err(ApiError::Invalid { .. }));
        self.health.app_answered(by_upstream, self.clock.now());
        match answer {
            Ok(answer) => {
                detection.circumstances.took_ms = Some(milliseconds(started));
                let body = answer.body.clone();
                detection.judgement = to_judgement(answer, self.options.judged_by);
                let Appended { id, token_revoked } = self.log_judged(detection, kept, held).await?;
                Ok(Judged { body, detection: id, token_revoked })
            }
            Err(error @ ApiError::Invalid { .. }) => {
                if let Some(kept) = kept {
                    self.store.forget_submission(kept.id).await.map_err(ModerationError::from)?;
                }
                Err(GatewayError::Refused(error))
            }
            Err(cause) => {
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
                        Err(GatewayError::Unavailable { cause, detection: Some(judged.detection) })
                    }
                }
            }
        }
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
        let substitute = self.substitute(token.fallback, endpoint, wire, started).await?;
        let judged = self.log_substitute(detection, &substitute, started).await?;
        let reason = format!("{spent} is spent");
        let deferred = self.store.recheck_deferred(judged.detection, None, &reason).await;
        deferred.map_err(ModerationError::from)?;
        match substitute {
            Substitute::Told(_) => Ok(judged),
            Substitute::Untold(_) => {
                let cause =
                    ApiError::QuotaExhausted { message: reason, limit: None, used: None, remaining: Some(0) };
                Err(GatewayError::Unavailable { cause, detection: Some(judged.detection) })
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
        Ok(Judged { body, detection: id, token_revoked })
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
}

fn given_address(request: &CheckRequest) -> Option<IpAddr> {
    request.ip.as_deref().and_then(|ip| ip.trim().parse().ok())
}

fn content(request: CheckRequest, from: IpAddr) -> Content {
    let given = given_address(&request);
    Content {
        message: request.message,
        email: request.email,
        name: request.name,
        ip: given.or_else(|| (!from.is_unspecified()).then_some(from)),
        timestamp: request.timestamp,
        user_agent: request.user_agent,
        website_url: request.website_url,
        domain: request.domain,
        extra: request.extra,
    }
}
