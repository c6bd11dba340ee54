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
impl Labels for PostgresStore {
    async fn decide(&self, _decision: &NewDecision) -> Result<LabelOutcome> {
        Err(super::missing())
    }

    async fn undo(&self, _decision: DecisionId, _by: UserId, _at: DateTime<Utc>) -> Result<UndoOutcome> {
        Err(super::missing())
    }

    async fn remove_label(&self, _removal: &LabelRemoval) -> Result<RemovalOutcome> {
        Err(super::missing())
    }

    async fn undoable(&self, _user: UserId, _now: DateTime<Utc>) -> Result<Vec<Decision>> {
        Err(super::missing())
    }

    async fn decisions(&self, _detection: DetectionId) -> Result<Vec<Decision>> {
        Err(super::missing())
    }

    async fn standings(&self, _detections: &[DetectionId]) -> Result<Vec<Standing>> {
        Err(super::missing())
    }
}
