//! One's own name.

use leptos::prelude::*;

use crate::error::AppError;

/// Changes one's own name; says in a sentence what happened.
///
/// # Errors
/// [`AppError::Invalid`] for a blank or overlong name.
#[server(prefix = "/fn", endpoint = "account/rename")]
pub async fn rename_me(
    /// The new name, as typed.
    name: String,
) -> Result<String, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    Ok(moderation()?.rename(user.id, &name).await?)
}
