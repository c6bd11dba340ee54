//! What every implementation of the API offers.

use async_trait::async_trait;

use crate::{
    ApiError, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse, StatsResponse, VerifyResponse,
};

/// Which of the two checks to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckEndpoint {
    /// `POST /check`: full analysis.
    Check,
    /// `POST /check-comment`: a light verdict for comments and reviews.
    CheckComment,
}

impl CheckEndpoint {
    /// The path below the base URL.
    pub fn path(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::CheckComment => "check-comment",
        }
    }
}

/// An answer, typed and as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    /// The fields.
    pub value: T,
    /// The body's JSON text, byte for byte, so that it can be passed on unchanged.
    pub body: String,
}

/// The five endpoints, whoever answers: ActiveLayer over HTTP, or an engine in process.
#[async_trait]
pub trait SpamApi: Send + Sync {
    /// `POST /check` or `POST /check-comment`: is this spam?
    async fn check(
        &self,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError>;

    /// `POST /feedback`: a moderator's final word on a detection.
    async fn feedback(&self, request: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError>;

    /// `GET /verify`: is the key active, and whose is it?
    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError>;

    /// `GET /stats`: the plan's usage.
    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError>;
}
