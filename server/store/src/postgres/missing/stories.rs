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
impl Stories for PostgresStore {
    async fn add_note(&self, _note: &NewNote) -> Result<Option<Note>> {
        Err(super::missing())
    }

    async fn notes(&self, _detection: DetectionId) -> Result<Vec<Note>> {
        Err(super::missing())
    }

    async fn past_verdicts(&self, _detection: DetectionId) -> Result<Vec<PastVerdict>> {
        Err(super::missing())
    }
}
