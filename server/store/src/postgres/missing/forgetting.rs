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
impl Forgetting for PostgresStore {
    async fn retention_rules(&self) -> Result<Vec<RetentionRule>> {
        Err(super::missing())
    }

    async fn set_retention_rule(
        &self,
        _rule: &RetentionRule,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn remove_retention_rule(
        &self,
        _site: Option<&str>,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn due_to_forget(&self, _now: DateTime<Utc>) -> Result<ForgottenCount> {
        Err(super::missing())
    }

    async fn forget_due(&self, _now: DateTime<Utc>, _most: u32) -> Result<Option<ForgottenCount>> {
        Err(super::missing())
    }

    async fn find_person(&self, _person: &DataSubject) -> Result<PersonFound> {
        Err(super::missing())
    }

    async fn erase_detections(&self, _ids: &[DetectionId], _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn erase_beside(&self, _found: &PersonFound) -> Result<()> {
        Err(super::missing())
    }

    async fn finish_forgetting(&self) -> Result<bool> {
        Err(super::missing())
    }

    async fn words_are_gone(&self) -> Result<bool> {
        Err(super::missing())
    }

    async fn empty_write_ahead(&self) -> Result<bool> {
        Err(super::missing())
    }
}
