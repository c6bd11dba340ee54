//! The guard as a [`SpamApi`].

use std::{sync::Arc, time::Duration};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse, SpamApi,
    StatsResponse, VerifyResponse,
};
use async_trait::async_trait;

use super::{Call, Class, Guarded};

/// Makes every call for one class, with the same patience. Refusals of the guard read as an upstream's: no turn as
/// [`ApiError::RateLimited`], an open circuit as [`ApiError::Connect`].
#[derive(Debug)]
pub struct ForClass<A> {
    guarded: Arc<Guarded<A>>,
    class: Class,
    patience: Duration,
}

impl<A> ForClass<A> {
    /// Calls of `class` that must be answered within `patience`.
    pub fn new(guarded: Arc<Guarded<A>>, class: Class, patience: Duration) -> Self {
        Self { guarded, class, patience }
    }

    fn call(&self) -> Call {
        Call::within(self.class, self.patience)
    }
}

#[async_trait]
impl<A: SpamApi> SpamApi for ForClass<A> {
    async fn check(
        &self,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        Ok(self.guarded.check(self.call(), endpoint, request).await?)
    }

    async fn feedback(&self, request: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        Ok(self.guarded.feedback(self.call(), request).await?)
    }

    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        Ok(self.guarded.verify(self.call()).await?)
    }

    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        Ok(self.guarded.stats(self.call()).await?)
    }
}
