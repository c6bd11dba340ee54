#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;

#[async_trait]
impl AppWords for PostgresStore {
    async fn app_said(&self, _word: &NewAppWord) -> Result<Option<AppFeedback>> {
        Err(super::missing())
    }

    async fn claim_app_feedback(
        &self,
        _now: DateTime<Utc>,
        _until: DateTime<Utc>,
        _limit: u32,
    ) -> Result<Vec<AppFeedback>> {
        Err(super::missing())
    }

    async fn next_app_feedback_due(&self) -> Result<Option<DateTime<Utc>>> {
        Err(super::missing())
    }

    async fn app_feedback_ended(
        &self,
        _claimed: &AppFeedback,
        _outcome: &AppFeedbackOutcome,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn app_words(&self, _detection: DetectionId) -> Result<Vec<AppWord>> {
        Err(super::missing())
    }

    async fn note_app_address(&self, _token: ApiTokenId, _address: std::net::IpAddr) -> Result<()> {
        Err(super::missing())
    }
}
