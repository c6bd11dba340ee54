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
impl Detections for PostgresStore {
    async fn keep_submissions(&self, _unjudged: &[NewDetection]) -> Result<Vec<Appended>> {
        Err(super::missing())
    }

    async fn left_submissions(&self, _before: DateTime<Utc>, _most: u32) -> Result<Vec<NewDetection>> {
        Err(super::missing())
    }

    async fn append_detections(&self, _detections: &[NewDetection]) -> Result<Vec<Appended>> {
        Err(super::missing())
    }

    async fn index_appended(&self, _most: usize) -> Result<usize> {
        Err(super::missing())
    }

    async fn insert_detections(&self, _detections: &[NewDetection]) -> Result<Vec<DetectionId>> {
        Err(super::missing())
    }

    async fn insert_detection(&self, _detection: &NewDetection) -> Result<DetectionId> {
        Err(super::missing())
    }

    async fn detection(&self, _id: DetectionId) -> Result<Option<Detection>> {
        Err(super::missing())
    }

    async fn detection_by_upstream_id(&self, _upstream_id: &str) -> Result<Option<Detection>> {
        Err(super::missing())
    }

    async fn search(
        &self,
        _query: &SearchQuery,
        _page: &PageRequest,
        _now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>> {
        Err(super::missing())
    }

    async fn count(&self, _query: &SearchQuery, _now: DateTime<Utc>) -> Result<BoundedCount> {
        Err(super::missing())
    }

    async fn matches_below(
        &self,
        _query: &SearchQuery,
        _below: Option<DetectionId>,
        _limit: u32,
        _now: DateTime<Utc>,
    ) -> Result<Vec<Detection>> {
        Err(super::missing())
    }

    async fn facets(&self, _query: &SearchQuery, _now: DateTime<Utc>) -> Result<Facets> {
        Err(super::missing())
    }

    async fn rejudge(&self, _id: DetectionId, _judgement: &Judgement) -> Result<()> {
        Err(super::missing())
    }
}
