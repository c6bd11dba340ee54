//! A token is taken back.

use leptos::prelude::*;

use crate::error::AppError;

/// Revokes the token in force with this name. From the next request on it opens nothing.
///
/// # Errors
/// [`AppError::NotFound`] when there is none: somebody else was faster.
#[server(prefix = "/fn", endpoint = "tokens/revoke")]
pub async fn revoke_token(
    /// Its name.
    name: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    moderation()?.revoke_token(&name, Some(user.id)).await?;
    Ok(())
}
