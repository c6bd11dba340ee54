//! The contract in front of the configured upstream: Gavel's tokens, limits and log.

use std::{net::IpAddr, time::Duration};

use activelayer::{ApiError, CheckEndpoint, CheckRequest, FeedbackRequest, wire::Refusal};
use async_trait::async_trait;
use domain::{ApiTokenId, Fallback, RefusalKind};
use moderation::{AccountAnswer, GatewayError, Submission, Told, callbacks::body};

use super::{
    Asks, Contract, Decisions, Part, Reply, allowed,
    callers::{Caller, Callers},
    limits::MinuteLimits,
};
use crate::{bodies::Bodies, completion::to_the_end, state::AppState};

/// When an app may ask again while nothing can be written: the log is written again within seconds of there being room.
const TROUBLE_LASTS: Duration = Duration::from_secs(10);

/// Answers for the upstream.
pub struct Gateway {
    app: AppState,
    callers: Callers,
    /// By token, and whether it asks to be heard.
    limits: MinuteLimits<(ApiTokenId, bool)>,
}

impl Gateway {
    /// A gateway on top of the use cases.
    pub fn new(app: AppState) -> Self {
        Self { callers: Callers::new(app.clone()), app, limits: MinuteLimits::default() }
    }
}

#[async_trait]
impl Contract for Gateway {
    type Caller = Caller;

    async fn caller(&self, key: &str, asks: Asks, from: IpAddr) -> Result<Caller, Refusal> {
        let caller = self.callers.find(key).await?;
        allowed::bounds(&caller.token, asks.scope(), from).map_err(|(kind, refusal)| {
            self.app.moderation.note_refusal(Some(caller.token.id), kind, &reason(&refusal));
            refusal
        })?;
        self.app.moderation.note_use(&caller.token).await;
        if let Some(per_minute) = caller.token.per_minute {
            self.limits
                .charge(
                    (caller.token.id, asks == Asks::ToBeHeard),
                    asks.allowed(per_minute),
                    self.app.clock.now(),
                )
                .map_err(|wait| Refusal::rate_limited(Some(wait)))
                .inspect_err(|refusal| self.note_refusal(Some(&caller), refusal))?;
        }
        Ok(caller)
    }

    fn note_refusal(&self, caller: Option<&Caller>, refusal: &Refusal) {
        if let Some(kind) = kind_of(refusal.status) {
            let token = caller.map(|caller| caller.token.id);
            self.app.moderation.note_refusal(token, kind, &reason(refusal));
        }
    }

    fn bodies(&self) -> &Bodies {
        &self.app.bodies
    }

    /// Whether the token is in force is asked of the store with what it writes: a revoked one may cost a check, and gets no
    /// verdict. One that got a new secret meanwhile is looked up again.
    async fn check(
        &self,
        caller: Caller,
        endpoint: CheckEndpoint,
        request: CheckRequest,
        from: IpAddr,
    ) -> Reply {
        // What it was told before may be the answer; that is no write which would say whether the token is in force.
        let caller = match caller.token.fallback {
            Fallback::Reject => match caller.certain().await {
                Ok(caller) => caller,
                Err(refusal) => return refusal.into(),
            },
            Fallback::Engine | Fallback::Pass => caller,
        };
        let app = self.app.clone();
        let submission = Submission { token: caller.token.clone(), endpoint, request, from };
        let work = async move { app.moderation.answer_app(submission).await };
        match to_the_end(work).await {
            Ok(Ok(Told::Meanwhile(body))) => {
                caller.confirmed().await.map_or_else(Reply::from, |_| Reply::json(body))
            }
            Ok(Ok(Told::Judged(judged))) => {
                let is_certain = judged.token_rotations == Some(caller.token.rotations);
                let refused = if is_certain { None } else { caller.again().await.err() };
                refused.map_or_else(
                    || Reply::json(judged.body).about(Some(judged.detection)).without(&judged.left_out),
                    Reply::from,
                )
            }
            Ok(Err(error)) => match caller.certain().await {
                Ok(caller) => {
                    if let GatewayError::Unfit { cause, .. } = &error {
                        self.note_refusal(Some(&caller), &Refusal::from(cause));
                    }
                    refused(&error)
                }
                Err(refusal) => refusal.into(),
            },
            Err(_) => Refusal::internal().into(),
        }
    }

    async fn feedback(&self, caller: Caller, request: FeedbackRequest) -> Reply {
        let token = match caller.confirmed().await {
            Ok(token) => token,
            Err(refusal) => return refusal.into(),
        };
        let app = self.app.clone();
        let work = async move { app.moderation.feedback_from_app(&token, request).await };
        to_the_end(work).await.map_or_else(|_| Refusal::internal().into(), answered)
    }

    async fn decisions(&self, caller: Caller, part: Part) -> Reply {
        let token = match caller.confirmed().await {
            Ok(token) => token,
            Err(refusal) => return refusal.into(),
        };
        match self.app.moderation.decisions_for_app(&token, part.after, part.limit).await {
            Ok((found, more)) => {
                let next = found.last().map_or(part.after, |last| last.id);
                Decisions { decisions: found.iter().map(body).collect(), next, more }.into()
            }
            Err(error) => {
                tracing::error!(%error, "an app could not be told what was decided");
                Refusal::internal().into()
            }
        }
    }

    async fn verify(&self, caller: Caller) -> Reply {
        match caller.confirmed().await {
            Ok(token) => told(self.app.moderation.verify_for_app(&token).await),
            Err(refusal) => refusal.into(),
        }
    }

    async fn stats(&self, caller: Caller) -> Reply {
        match caller.confirmed().await {
            Ok(_) => told(self.app.moderation.stats_for_app().await),
            Err(refusal) => refusal.into(),
        }
    }
}

fn answered(result: Result<String, GatewayError>) -> Reply {
    result.map_or_else(|error| refused(&error), Reply::json)
}

fn told(result: Result<AccountAnswer, GatewayError>) -> Reply {
    result.map_or_else(|error| refused(&error), |told| Reply::json(told.body).aged(told.age))
}

/// The upstream's 401 and 403 are about Gavel's key, which is no business of the app: to it the service is unavailable.
fn refused(error: &GatewayError) -> Reply {
    match error {
        GatewayError::Refused(cause) => Refusal::from(cause).into(),
        GatewayError::Unfit { cause, detection } => Reply::from(Refusal::from(cause)).about(Some(*detection)),
        GatewayError::Unavailable { cause, detection } => {
            let refusal = match cause {
                ApiError::QuotaExhausted { .. } => Refusal::from(cause),
                _ => Refusal { retry_after: cause.retry_after(), ..Refusal::unavailable() },
            };
            Reply::from(refusal).about(*detection)
        }
        // What could not be kept was not judged either: without an answer the app's clients hold what they have.
        GatewayError::Failed(cause) if cause.trouble().is_some() => {
            tracing::error!(%cause, "an app was not answered");
            Refusal { retry_after: Some(TROUBLE_LASTS), ..Refusal::unavailable() }.into()
        }
        GatewayError::Failed(cause) => {
            tracing::error!(%cause, "an app was not answered");
            Refusal::internal().into()
        }
    }
}

/// What kind of refusal a status is, of those that are counted.
fn kind_of(status: u16) -> Option<RefusalKind> {
    Some(match status {
        400 => RefusalKind::Unreadable,
        401 => RefusalKind::UnknownKey,
        408 => RefusalKind::Slow,
        413 => RefusalKind::TooLarge,
        415 => RefusalKind::Compressed,
        422 => RefusalKind::Invalid,
        429 => RefusalKind::Limited,
        _ => return None,
    })
}

/// What the app was told: of a wrong field the first sentence about it.
fn reason(refusal: &Refusal) -> String {
    let sentence = refusal.body.errors.as_ref().and_then(|errors| errors.values().flatten().next());
    sentence.or(refusal.body.message.as_ref()).unwrap_or(&refusal.body.error).clone()
}
