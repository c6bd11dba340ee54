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
impl Rules for PostgresStore {
    async fn rules(&self) -> Result<Vec<Rule>> {
        Err(super::missing())
    }

    async fn rule(&self, _id: RuleId) -> Result<Option<Rule>> {
        Err(super::missing())
    }

    async fn rules_version(&self) -> Result<i64> {
        Err(super::missing())
    }

    async fn add_rules(
        &self,
        _rules: &[NewRule],
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<Vec<RuleId>> {
        Err(super::missing())
    }

    async fn watch_rule(
        &self,
        _id: RuleId,
        _watched: bool,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn remove_rule(&self, _id: RuleId, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<bool> {
        Err(super::missing())
    }
}
