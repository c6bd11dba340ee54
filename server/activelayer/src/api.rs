//! What every implementation of the API offers.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

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

impl<T: DeserializeOwned> Answer<T> {
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    /// [`ApiError::Malformed`], naming the field, when the body is not the JSON that the guide promises.
    pub fn decode(body: String) -> Result<Self, ApiError> {
        let malformed = |reason: String| ApiError::Malformed { reason };
        let mut json = serde_json::Deserializer::from_str(&body);
        let value =
            serde_path_to_error::deserialize(&mut json).map_err(|error| malformed(error.to_string()))?;
        json.end().map_err(|error| malformed(error.to_string()))?;
        Ok(Self { value, body })
    }
}

impl<T: Serialize> Answer<T> {
    /// An answer made here, for engines that speak the API without HTTP: the body is the value's JSON.
    ///
    /// # Errors
    /// [`ApiError::Server`] when the value cannot be written as JSON, which the types of this crate always can.
    pub fn encode(value: T) -> Result<Self, ApiError> {
        let body = serde_json::to_string(&value)
            .map_err(|error| ApiError::Server { status: 500, message: error.to_string() })?;
        Ok(Self { value, body })
    }
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

#[async_trait]
impl<A: SpamApi + ?Sized> SpamApi for Arc<A> {
    async fn check(
        &self,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        (**self).check(endpoint, request).await
    }

    async fn feedback(&self, request: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        (**self).feedback(request).await
    }

    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        (**self).verify().await
    }

    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        (**self).stats().await
    }
}
