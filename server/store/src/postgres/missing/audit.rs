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
impl Audit for PostgresStore {
    async fn record(&self, _event: &NewAuditEvent) -> Result<()> {
        Err(super::missing())
    }

    async fn audit_events_like(
        &self,
        _filter: &AuditFilter,
        _before: Option<i64>,
        _limit: u32,
    ) -> Result<Vec<AuditEvent>> {
        Err(super::missing())
    }

    async fn audit_actions(&self) -> Result<Vec<String>> {
        Err(super::missing())
    }

    async fn check_audit(&self) -> Result<AuditCheck> {
        Err(super::missing())
    }
}
