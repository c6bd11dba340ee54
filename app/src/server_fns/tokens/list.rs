//! Every token, without its secret.

use domain::{ApiToken, RefusalCount};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A token, and which of its requests were refused lately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenLine {
    /// The token.
    pub token: ApiToken,
    /// Streaks of refusals, one a kind, the newest first.
    pub refusals: Vec<RefusalCount>,
    /// Whether its last day is over, by the server's clock.
    pub is_expired: bool,
    /// Whether the secret before goes on.
    pub has_old_secret: bool,
}

/// Every token, those that open nothing any more last and each part newest first; `None` for those who are no administrators.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "tokens/list", input = GetUrl)]
pub async fn list_tokens() -> Result<Option<Vec<TokenLine>>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    let moderation = moderation()?;
    let refusals = moderation.refusal_counts().await?;
    let mut tokens = moderation.tokens().await?;
    let now = moderation.now();
    tokens.sort_by_key(|token| token.revoked_at.is_some() || token.is_expired(now));
    let line = |token: ApiToken| {
        let refusals =
            refusals.iter().filter(|refusals| refusals.token_id == Some(token.id)).cloned().collect();
        let has_old_secret = token.previous.is_some() && token.ended(true, now).is_none();
        TokenLine { is_expired: token.is_expired(now), has_old_secret, token, refusals }
    };
    Ok(Some(tokens.into_iter().map(line).collect()))
}
