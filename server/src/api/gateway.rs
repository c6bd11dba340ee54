//! The contract in front of the configured upstream: Gavel's tokens, limits and log.

use std::{future::Future, net::IpAddr};

use activelayer::{ApiError, CheckEndpoint, CheckRequest, FeedbackRequest, wire::Refusal};
use async_trait::async_trait;
use domain::{ApiToken, ApiTokenId};
use moderation::{GatewayError, Submission};
use tracing::Instrument;

use super::{Contract, Reply, limits::MinuteLimits};
use crate::state::AppState;

/// Answers for the upstream.
pub struct Gateway {
    app: AppState,
    limits: MinuteLimits<ApiTokenId>,
}

impl Gateway {
    /// A gateway on top of the use cases.
    pub fn new(app: AppState) -> Self {
        Self { app, limits: MinuteLimits::default() }
    }
}

#[async_trait]
impl Contract for Gateway {
    type Caller = ApiToken;

    async fn caller(&self, key: &str) -> Result<ApiToken, Refusal> {
        let token = self.app.moderation.token(key).await.map_err(|error| {
            tracing::error!(%error, "a token could not be looked up");
            Refusal::internal()
        })?;
        let token = token.ok_or_else(Refusal::unauthorized)?;
        if let Some(per_minute) = token.per_minute {
            self.limits
                .charge(token.id, per_minute, self.app.clock.now())
                .map_err(|wait| Refusal::rate_limited(Some(wait)))?;
        }
        Ok(token)
    }

    async fn check(
        &self,
        token: ApiToken,
        endpoint: CheckEndpoint,
        request: CheckRequest,
        from: IpAddr,
    ) -> Reply {
        let app = self.app.clone();
        let submission = Submission { token, endpoint, request, from };
        match to_the_end(async move { app.moderation.judge_for_app(submission).await }).await {
            Some(Ok(judged)) => Reply::json(judged.body).about(Some(judged.detection)),
            Some(Err(error)) => refused(&error),
            None => Refusal::internal().into(),
        }
    }

    async fn feedback(&self, token: ApiToken, request: FeedbackRequest) -> Reply {
        let app = self.app.clone();
        let work = async move { app.moderation.feedback_from_app(&token, request).await };
        to_the_end(work).await.map_or_else(|| Refusal::internal().into(), answered)
    }

    async fn verify(&self, token: ApiToken) -> Reply {
        answered(self.app.moderation.verify_for_app(&token).await)
    }

    async fn stats(&self, _: ApiToken) -> Reply {
        answered(self.app.moderation.stats_for_app().await)
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
