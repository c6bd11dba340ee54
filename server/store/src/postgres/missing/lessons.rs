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
impl Lessons for PostgresStore {
    async fn first_lesson(&self, _source: LessonSource, _most: u32) -> Result<i64> {
        Err(super::missing())
    }

    async fn lesson_changes(
        &self,
        _source: LessonSource,
        _after: i64,
        _limit: u32,
    ) -> Result<Vec<LessonChange>> {
        Err(super::missing())
    }

    async fn lesson_basis(&self) -> Result<LessonBasis> {
        Err(super::missing())
    }

    async fn forget_lessons(&self, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }
}
