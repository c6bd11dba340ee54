//! Feedback leaves through the outbox: at least once per decision, in order for each detection, over crashes and outages.

use activelayer::{ApiError, FeedbackRequest};
use chrono::TimeDelta;
use futures_util::future::join_all;
use store::OutboxItem;

use crate::{Moderation, ModerationError};

/// Rows taken from the outbox and sent at once; small, so that a stop never waits long.
const BATCH: u32 = 20;

/// How long what is taken to be sent is kept from other programs on the database, if this one is killed: longer than a call takes
/// that nobody waits for, its wait for a turn included (30 s).
pub(crate) const CLAIM: TimeDelta = TimeDelta::seconds(40);

/// First wait after a failure; doubles with each attempt.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(5);

/// How long after nobody waited for its answer any more a request may still be carried out upstream. That long nothing else
/// is said about the same detection. A server that was asked works on for as long as its own limits let it, which nobody tells us;
/// most requests that outlive their caller end within seconds.
const LATE: TimeDelta = TimeDelta::seconds(10);

/// Longest wait between attempts: an outage of hours is retried every quarter of an hour.
pub(crate) const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(15);

impl Moderation {
    /// Sends what is due; returns how many rows were settled or deferred. Call again until it returns 0.
    ///
    /// # Errors
    /// When the store fails; what was not settled stays in the outbox.
    pub async fn deliver_feedback(&self) -> Result<usize, ModerationError> {
        let now = self.clock.now();
        let due = self.store.claim_feedback(now, now + CLAIM, BATCH).await?;
        let sent = join_all(due.iter().map(|item| self.deliver(item))).await;
        sent.into_iter().collect::<Result<(), _>>()?;
        Ok(due.len())
    }

    /// When the outbox next wants attention.
    pub(crate) async fn next_delivery(
        &self,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>, ModerationError> {
        Ok(self.store.next_feedback_due().await?)
    }

    async fn deliver(&self, item: &OutboxItem) -> Result<(), ModerationError> {
        // Who did not judge the detection does not know it: that is no failure, and nobody is to be told.
        if item.judged_by != self.options.judged_by {
            return Ok(self.store.feedback_unknown(item, self.clock.now()).await?);
        }
        let request = FeedbackRequest {
            detection_id: item.upstream_id.clone(),
            is_spam: item.label.is_spam(),
            extra: serde_json::Map::new(),
        };
        let result = self.timed(self.upstreams.background.feedback(&request)).await;
        let now = self.clock.now();
        match result {
            Ok(_) => self.store.feedback_sent(item.id, now).await?,
            Err(error) if is_final(&error) => {
                tracing::warn!(detection = item.detection_id.0, %error, "feedback was refused for good");
                self.store.feedback_failed(item.id, now, &error.to_string()).await?;
            }
            Err(error) => {
                let wait = retry_wait(item.attempts, &error);
                tracing::info!(detection = item.detection_id.0, %error, wait_s = wait.num_seconds(), "feedback will be sent later");
                let quiet_until = error.may_arrive_late().then(|| now + LATE);
                self.store.feedback_deferred(item.id, now + wait, quiet_until, &error.to_string()).await?;
            }
        }
        // What an app said since may have waited behind it.
        self.words_wanted.notify_one();
        Ok(())
    }
}

/// Whether sending the same feedback again can never help: the upstream does not know the detection, or refuses the
/// request as such. A bad key (401) or a missing plan (403) can be mended by the owner, so those wait.
pub(crate) fn is_final(error: &ApiError) -> bool {
    matches!(error, ApiError::NotFound { .. } | ApiError::Invalid { .. })
}

pub(crate) fn retry_wait(attempts: u32, error: &ApiError) -> TimeDelta {
    let backoff = FIRST_RETRY * (1_i32 << attempts.min(10));
    let asked = match error {
        ApiError::RateLimited { retry_after: Some(wait), .. } => {
            TimeDelta::from_std(*wait).unwrap_or(LONGEST_RETRY)
        }
        error if error.may_arrive_late() => LATE,
        _ => TimeDelta::zero(),
    };
    backoff.max(asked).min(LONGEST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let broken = ApiError::Server { status: 500, message: String::new() };
        let waits: Vec<_> = [0, 1, 2, 7, 8, 40].map(|n| retry_wait(n, &broken).num_seconds()).into();
        assert_eq!(waits, [5, 10, 20, 640, 900, 900]);
        assert_eq!(retry_wait(0, &ApiError::Timeout), LATE, "the first may still arrive");
    }

    #[test]
    fn the_upstream_may_ask_for_a_longer_wait() {
        let error =
            ApiError::RateLimited { message: String::new(), retry_after: Some(Duration::from_secs(60)) };
        assert_eq!(retry_wait(0, &error).num_seconds(), 60);
    }
}
