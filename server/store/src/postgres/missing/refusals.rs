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
impl Refusals for PostgresStore {
    async fn add_refusals(&self, _new: &[NewRefusals], _over: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn refusals(&self, _since: DateTime<Utc>) -> Result<Vec<RefusalCount>> {
        Err(super::missing())
    }

    async fn revoked_token_by_hash(&self, _hash: &[u8; 32]) -> Result<Option<ApiToken>> {
        Err(super::missing())
    }

    async fn note_untold(
        &self,
        _token: ApiTokenId,
        _digest: &[u8; 32],
        _detection: DetectionId,
        _at: DateTime<Utc>,
        _over: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn untold(
        &self,
        _token: ApiTokenId,
        _digest: &[u8; 32],
        _since: DateTime<Utc>,
    ) -> Result<Option<DetectionId>> {
        Err(super::missing())
    }

    async fn told_since(&self, _id: DetectionId, _told: Label) -> Result<()> {
        Err(super::missing())
    }

    async fn awaits_recheck(&self, _id: DetectionId) -> Result<bool> {
        Err(super::missing())
    }
}
