//! Every token, without its secret.

use domain::ApiToken;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Every token, the revoked ones last and each part newest first; `None` for those who are no administrators.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "tokens/list", input = GetUrl)]
pub async fn list_tokens() -> Result<Option<Vec<ApiToken>>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    let mut tokens = moderation()?.tokens().await?;
    tokens.sort_by_key(|token| token.revoked_at.is_some());
    Ok(Some(tokens))
}
