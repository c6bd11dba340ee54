//! Tokens that apps use at the gateway.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiToken, ApiTokenId, Fallback, TokenBounds, UserId};

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
    /// What it may ask, from where, and until when.
    pub bounds: TokenBounds,
    /// Who makes it; `None` on the command line.
    pub created_by: Option<UserId>,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// A token, and which of its secrets was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretOf {
    /// The token.
    pub token: ApiToken,
    /// Whether it is the secret that another one replaced.
    pub is_previous: bool,
}

/// A token is about to get another secret.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// The token's name.
    pub name: String,
    /// SHA-256 of the new secret.
    pub hash: [u8; 32],
    /// The first characters of the new secret.
    pub prefix: String,
    /// From when on the old one opens nothing.
    pub old_until: DateTime<Utc>,
    /// Who wants it; `None` on the command line.
    pub by: Option<UserId>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// Writes and reads tokens. Creating, marking, rotating and revoking leave an audit event in the same transaction.
#[async_trait]
pub trait ApiTokens: Send + Sync {
    /// Creates a token.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when a token of this name is in force.
    async fn create_api_token(&self, token: &NewApiToken) -> Result<ApiToken>;

    /// The token with this hash, or with this hash before its secret was replaced, unless it is revoked. Whether its time or that of
    /// the secret is over is not looked at; see [`ApiToken::ended`].
    async fn api_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<SecretOf>>;

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

    /// Gives another secret to the token with this name that is neither revoked nor expired; `None` when there is none. The secret
    /// before goes on for a while, and one from before that ends at once.
    async fn rotate_api_token(&self, new: &NewSecret) -> Result<Option<ApiToken>>;

    /// Notes a use.
    async fn api_token_used(&self, id: ApiTokenId, at: DateTime<Utc>) -> Result<()>;
}
