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
impl ApiTokens for PostgresStore {
    async fn create_api_token(&self, _token: &NewApiToken) -> Result<ApiToken> {
        Err(super::missing())
    }

    async fn api_token_by_hash(&self, _hash: &[u8; 32]) -> Result<Option<ApiToken>> {
        Err(super::missing())
    }

    async fn api_tokens(&self) -> Result<Vec<ApiToken>> {
        Err(super::missing())
    }

    async fn revoke_api_token(
        &self,
        _name: &str,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<Option<ApiToken>> {
        Err(super::missing())
    }

    async fn mark_api_token(
        &self,
        _name: &str,
        _of_people: bool,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<Option<ApiToken>> {
        Err(super::missing())
    }

    async fn api_token_used(&self, _id: ApiTokenId, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }
}
