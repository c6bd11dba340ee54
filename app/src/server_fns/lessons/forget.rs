//! The detector forgets.

use leptos::prelude::*;

use crate::error::AppError;

/// Lets the detector forget everything that labels and feedback taught it. The labels themselves stay.
///
/// # Errors
/// [`AppError::Invalid`] when it was not said that this is meant.
#[server(prefix = "/fn", endpoint = "lessons/forget")]
pub async fn forget_lessons(
    /// `yes`, from a box that is ticked for it: it cannot be undone.
    #[server(default)]
    sure: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    if sure != "yes" {
        return Err(AppError::bad_field("sure", "Tick the box to say that this is meant."));
    }
    Ok(moderation()?.forget_lessons(user.id).await?)
}
