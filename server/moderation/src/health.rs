//! What the last calls told about the upstream.

use std::{
    future::Future,
    sync::{PoisonError, RwLock},
    time::Instant,
};

use activelayer::{Answer, ApiError};
use domain::UpstreamHealth;

use crate::{Moderation, ModerationError};

/// The latest health, shared by all calls.
#[derive(Debug, Default)]
pub(crate) struct HealthBoard(RwLock<UpstreamHealth>);

impl HealthBoard {
    fn update(&self, change: impl FnOnce(&mut UpstreamHealth)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self) -> UpstreamHealth {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Moderation {
    /// How the upstream is doing, as far as the last calls told.
    pub fn health(&self) -> UpstreamHealth {
        self.health.read()
    }

    /// Asks `/verify` now, so that a revoked key is noticed before a form is.
    ///
    /// # Errors
    /// Whatever the upstream answered instead.
    pub async fn verify(&self) -> Result<UpstreamHealth, ModerationError> {
        let result = self.timed(self.upstreams.background.verify()).await;
        let now = self.clock.now();
        self.health.update(|health| {
            health.verified_at = Some(now);
            match &result {
                Ok(answer) => {
                    health.key_valid = Some(answer.value.valid);
                    health.key_name = Some(answer.value.key_info.name.clone());
                    health.owner.clone_from(&answer.value.user_info.name);
                }
                Err(ApiError::Unauthorized { .. }) => health.key_valid = Some(false),
                Err(_) => health.key_valid = None,
            }
        });
        result?;
        Ok(self.health())
    }

    /// Awaits a call to the upstream and notes how it went.
    pub(crate) async fn timed<T>(
        &self,
        call: impl Future<Output = Result<Answer<T>, ApiError>>,
    ) -> Result<Answer<T>, ApiError> {
        let started = Instant::now();
        let result = call.await;
        let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
        let now = self.clock.now();
        self.health.update(|health| match &result {
            // A refusal of one request (404, 422) is an answer: the service is there.
            Ok(_) | Err(ApiError::NotFound { .. } | ApiError::Invalid { .. }) => {
                health.latency_ms = Some(elapsed_ms);
                health.error = None;
                health.failing_since = None;
            }
            Err(error) => {
                health.error = Some(error.to_string());
                health.failing_since.get_or_insert(now);
            }
        });
        result
    }
}
