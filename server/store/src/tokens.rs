//! Tokens that apps use at the gateway.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiToken, ApiTokenId, Fallback, UserId};

use crate::Result;

/// A token about to be created.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// What people call it.
    pub name: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// The first characters of the secret.
    pub prefix: String,
    /// The site whose submissions are checked with it.
    pub site: String,
    /// Requests allowed a minute, at least 1; `None` for no limit.
    pub per_minute: Option<u32>,
    /// What the app is answered when there is no verdict.
    pub fallback: Fallback,
    /// Who makes it; `None` on the command line.
    pub created_by: Option<UserId>,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// Writes and reads tokens. Creating, marking and revoking leave an audit event in the same transaction.
#[async_trait]
pub trait ApiTokens: Send + Sync {
    /// Creates a token.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when a token of this name is in force.
    async fn create_api_token(&self, token: &NewApiToken) -> Result<ApiToken>;

    /// The token in force with this hash.
    async fn api_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ApiToken>>;

    /// Every token, also the revoked ones, newest first.
    async fn api_tokens(&self) -> Result<Vec<ApiToken>>;

    /// Revokes the token in force with this name, on behalf of `by` (`None` on the command line); `None` when there is none.
    async fn revoke_api_token(
        &self,
        name: &str,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Option<ApiToken>>;

    /// Says of the token in force with this name whether people decide what it sends as feedback; `None` when there is none.
    async fn mark_api_token(
        &self,
        name: &str,
        of_people: bool,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Option<ApiToken>>;

    /// Notes a use.
    async fn api_token_used(&self, id: ApiTokenId, at: DateTime<Utc>) -> Result<()>;
}
