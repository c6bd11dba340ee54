//! The plan's quota: once the upstream says that it is used up, no more checks are spent on being told again.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use activelayer::{ApiError, StatsResponse};
use tokio::time::Instant;

/// How long to take the upstream's word before one check asks again. `/stats` usually tells earlier; this is for
/// when it cannot be had. 10 min cost at most 6 checks an hour, and delay the new period by no more than that.
const ASK_AGAIN: Duration = Duration::from_secs(600);

/// Whether checks may be spent.
#[derive(Debug, Default)]
pub struct Quota(Mutex<Option<Exhausted>>);

#[derive(Debug)]
struct Exhausted {
    /// What the upstream said: its figures are for people.
    error: ApiError,
    ask_again: Instant,
}

impl Quota {
    /// Refuses while the quota is used up, but lets one check through every ten minutes.
    ///
    /// # Errors
    /// What the upstream said when it was last asked: [`ApiError::QuotaExhausted`].
    pub fn admit(&self) -> Result<(), ApiError> {
        let mut exhausted = self.lock();
        let Some(exhausted) = exhausted.as_mut() else { return Ok(()) };
        let now = Instant::now();
        if now < exhausted.ask_again {
            return Err(exhausted.error.clone());
        }
        exhausted.ask_again = now + ASK_AGAIN;
        Ok(())
    }

    /// Learns from the error of a check.
    pub fn learn(&self, error: &ApiError) {
        if let ApiError::QuotaExhausted { .. } = error {
            let ask_again = Instant::now() + ASK_AGAIN;
            *self.lock() = Some(Exhausted { error: error.clone(), ask_again });
        }
    }

    /// Learns from `/stats`: when something is left, the period has turned or the plan has grown.
    pub fn learn_from_stats(&self, stats: &StatsResponse) {
        let usage = &stats.data.usage;
        // What could not be read says nothing.
        let has_no_limit =
            usage.total_requests.is_none() && !stats.unread.iter().any(|name| name == "usage.total_requests");
        if has_no_limit || usage.remaining_requests.is_some_and(|left| left > 0) {
            self.renew();
        }
    }

    /// Takes up spending again: a check was answered, or somebody knows that the period has turned.
    pub fn renew(&self) {
        *self.lock() = None;
    }

    /// What the upstream said, while the quota is used up.
    pub fn exhausted(&self) -> Option<ApiError> {
        self.lock().as_ref().map(|exhausted| exhausted.error.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Exhausted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    fn exhausted() -> ApiError {
        let message = "Monthly request limit exceeded".to_owned();
        ApiError::QuotaExhausted { message, limit: Some(1000), used: Some(1000), remaining: Some(0) }
    }

    fn stats(remaining: u64) -> StatsResponse {
        serde_json::from_value(serde_json::json!({
            "success": true, "timestamp": "t",
            "data": {"plan": {"name": "Free", "id": 1}, "usage": {"total_requests": 1000,
                "used_requests": 1000 - remaining, "remaining_requests": remaining, "usage_percentage": 0}},
        }))
        .unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_exhausted_quota_stops_checks_in_the_upstreams_words() {
        let quota = Quota::default();
        quota.admit().unwrap();
        quota.learn(&ApiError::Timeout);
        quota.admit().unwrap();
        quota.learn(&exhausted());
        assert_eq!(quota.admit(), Err(exhausted()));
        assert_eq!(quota.exhausted(), Some(exhausted()));
    }

    #[tokio::test(start_paused = true)]
    async fn stats_with_something_left_end_it() {
        let quota = Quota::default();
        quota.learn(&exhausted());
        quota.learn_from_stats(&stats(0));
        assert!(quota.admit().is_err());
        quota.learn_from_stats(&stats(1));
        quota.admit().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_plan_without_a_limit_ends_it_and_figures_that_cannot_be_read_do_not() {
        let quota = Quota::default();
        quota.learn(&exhausted());
        let mut strange = stats(0);
        strange.data.usage.total_requests = None;
        strange.data.usage.remaining_requests = None;
        strange.unread.push("usage.total_requests".to_owned());
        quota.learn_from_stats(&strange);
        assert!(quota.admit().is_err());
        strange.unread.clear();
        quota.learn_from_stats(&strange);
        quota.admit().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn one_check_asks_again_now_and_then() {
        let quota = Quota::default();
        quota.learn(&exhausted());
        advance(ASK_AGAIN).await;
        quota.admit().unwrap();
        assert!(quota.admit().is_err());
        quota.learn(&exhausted());
        assert!(quota.admit().is_err());
        advance(ASK_AGAIN).await;
        quota.admit().unwrap();
        quota.renew();
        assert_eq!(quota.exhausted(), None);
    }
}
