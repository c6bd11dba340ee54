//! What an app is answered when the upstream gives no verdict in time; chosen for each site.

use std::time::Instant;

use activelayer::{Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse};
use chrono::SecondsFormat;
use domain::{ApiToken, Fallback, JudgedBy};
use serde_json::Map;

use crate::{Moderation, ModerationError};

/// Threshold in an answer that nobody judged: that of the guide's samples.
pub(crate) const THRESHOLD: f64 = 50.0;

/// A verdict that stands until the upstream's comes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Substitute {
    /// The app gets it.
    Told(Answer<CheckResponse>),
    /// Only the log gets it; the app is told that there is none.
    Untold(Answer<CheckResponse>),
}

impl Substitute {
    pub(crate) fn answer(&self) -> &Answer<CheckResponse> {
        match self {
            Self::Told(answer) | Self::Untold(answer) => answer,
        }
    }
}

impl Moderation {
    /// What stands in for the verdict that did not come.
    pub(crate) async fn substitute(
        &self,
        token: &ApiToken,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
        started: Instant,
    ) -> Result<Substitute, ModerationError> {
        match token.fallback {
            Fallback::Engine => match self.ask_stand_in(endpoint, request).await {
                Ok(answer) => {
                    let answer = self.at_own_threshold(answer, JudgedBy::Fallback, Some(&token.site)).await;
                    Ok(Substitute::Told(answer))
                }
                Err(error) => {
                    tracing::warn!(%error, "the engine gave no verdict either; the submission passes");
                    Ok(Substitute::Told(self.pass(started)?))
                }
            },
            Fallback::Pass => Ok(Substitute::Told(self.pass(started)?)),
            Fallback::Reject => Ok(Substitute::Untold(self.pass(started)?)),
        }
    }

    async fn ask_stand_in(
        &self,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        match &self.upstreams.stand_in {
            Some(engine) => engine.check(endpoint, request).await,
            None => Err(ApiError::Connect { reason: "there is no stand-in".to_owned() }),
        }
    }

    /// An answer in the guide's shape that lets the submission pass.
    pub(crate) fn pass(&self, started: Instant) -> Result<Answer<CheckResponse>, ModerationError> {
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        let answer = CheckResponse {
            detection_id: uuid::Uuid::new_v4().to_string(),
            is_spam: false,
            total_score: 0.0,
            threshold: THRESHOLD,
            execution_time: (milliseconds * 100.0).round() / 100.0,
            timestamp: self.clock.now().to_rfc3339_opts(SecondsFormat::Millis, true),
            extra: Map::new(),
        };
        Answer::encode(answer).map_err(ModerationError::Upstream)
    }
}
