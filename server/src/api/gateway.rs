//! The contract in front of the configured upstream: Gavel's tokens, limits and log.

use std::{future::Future, net::IpAddr};

use activelayer::{ApiError, CheckEndpoint, CheckRequest, FeedbackRequest, wire::Refusal};
use async_trait::async_trait;
use domain::ApiTokenId;
use moderation::{GatewayError, Submission};
use tracing::Instrument;

use super::{
    Contract, Reply,
    callers::{Caller, Callers},
    limits::MinuteLimits,
};
use crate::state::AppState;

/// Answers for the upstream.
pub struct Gateway {
    app: AppState,
    callers: Callers,
    limits: MinuteLimits<ApiTokenId>,
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

    async fn caller(&self, key: &str) -> Result<Caller, Refusal> {
        let caller = self.callers.find(key).await?;
        if let Some(per_minute) = caller.token.per_minute {
            self.limits
                .charge(caller.token.id, per_minute, self.app.clock.now())
                .map_err(|wait| Refusal::rate_limited(Some(wait)))?;
        }
        Ok(caller)
    }

    /// The verdict is asked for while the store is asked for the token: a revoked one may cost a check, and gets no verdict.
    async fn check(
        &self,
        caller: Caller,
        endpoint: CheckEndpoint,
        request: CheckRequest,
        from: IpAddr,
    ) -> Reply {
        let app = self.app.clone();
        let submission = Submission { token: caller.token.clone(), endpoint, request, from };
        let work = async move { tokio::join!(caller.confirmed(), app.moderation.judge_for_app(submission)) };
        match to_the_end(work).await {
            Some((Err(refusal), _)) => refusal.into(),
            Some((Ok(_), Ok(judged))) => Reply::json(judged.body).about(Some(judged.detection)),
            Some((Ok(_), Err(error))) => refused(&error),
            None => Refusal::internal().into(),
        }
    }

    async fn feedback(&self, caller: Caller, request: FeedbackRequest) -> Reply {
        let token = match caller.confirmed().await {
            Ok(token) => token,
            Err(refusal) => return refusal.into(),
        };
        let app = self.app.clone();
        let work = async move { app.moderation.feedback_from_app(&token, request).await };
        to_the_end(work).await.map_or_else(|| Refusal::internal().into(), answered)
    }

    async fn verify(&self, caller: Caller) -> Reply {
        match caller.confirmed().await {
            Ok(token) => answered(self.app.moderation.verify_for_app(&token).await),
            Err(refusal) => refusal.into(),
        }
    }

    async fn stats(&self, caller: Caller) -> Reply {
        match caller.confirmed().await {
            Ok(_) => answered(self.app.moderation.stats_for_app().await),
            Err(refusal) => refusal.into(),
        }
    }
}

/// Does the work whether or not the caller still waits: one that hangs up early must still be found in the log. `None` when
/// the work panicked.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    tokio::spawn(work.in_current_span()).await.ok()
}

fn answered(result: Result<String, GatewayError>) -> Reply {
    result.map_or_else(|error| refused(&error), Reply::json)
}

/// The upstream's 401 and 403 are about Gavel's key, which is no business of the app: to it the service is unavailable.
fn refused(error: &GatewayError) -> Reply {
    match error {
        GatewayError::Refused(cause) => Refusal::from(cause).into(),
        GatewayError::Unavailable { cause, detection } => {
            let refusal = match cause {
                ApiError::QuotaExhausted { .. } => Refusal::from(cause),
                _ => Refusal { retry_after: cause.retry_after(), ..Refusal::unavailable() },
            };
            Reply::from(refusal).about(*detection)
        }
        GatewayError::Failed(cause) => {
            tracing::error!(%cause, "an app was not answered");
            Refusal::internal().into()
        }
    }
}
