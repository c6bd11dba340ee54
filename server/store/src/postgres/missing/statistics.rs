#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::statistics::*;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;

#[async_trait]
impl Statistics for PostgresStore {
    async fn count_new(&self) -> Result<u64> {
        Err(super::missing())
    }

    async fn counts(&self, _days: Days, _site: Option<&str>) -> Result<Counts> {
        Err(super::missing())
    }

    async fn day_counts(&self, _days: Days, _site: Option<&str>) -> Result<Vec<DayCount>> {
        Err(super::missing())
    }

    async fn hour_counts(&self, _days: Days, _site: Option<&str>) -> Result<Vec<HourCount>> {
        Err(super::missing())
    }

    async fn newest_counts(&self, _query: &SearchQuery, _now: DateTime<Utc>) -> Result<Newest<Counts>> {
        Err(super::missing())
    }

    async fn newest_sources(&self, _query: &SearchQuery, _now: DateTime<Utc>) -> Result<Newest<Vec<Source>>> {
        Err(super::missing())
    }

    async fn newest_labelled(
        &self,
        _query: &SearchQuery,
        _threshold: f64,
        _now: DateTime<Utc>,
    ) -> Result<Newest<Labelled>> {
        Err(super::missing())
    }

    async fn newest_threshold(&self) -> Result<Option<f64>> {
        Err(super::missing())
    }

    async fn excerpts(&self, _ids: &[DetectionId]) -> Result<Vec<(DetectionId, String)>> {
        Err(super::missing())
    }
}
