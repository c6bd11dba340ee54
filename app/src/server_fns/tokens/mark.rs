//! Who decides what a token's app sends as feedback: people, or a program.

use leptos::prelude::*;

use crate::error::AppError;

/// Says of the token in force with this name whether people decide what it sends as feedback. Their word then teaches the
/// detector as a moderator's does.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such token: somebody else has revoked it.
#[server(prefix = "/fn", endpoint = "tokens/mark")]
pub async fn mark_token(
    /// Its name.
    name: String,
    /// Whether people decide.
    of_people: bool,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    moderation()?.mark_token(&name, of_people, Some(user.id)).await?;
    Ok(())
}
