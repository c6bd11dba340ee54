//! Adding a note.

use domain::Note;
use leptos::prelude::*;

use crate::error::AppError;

/// Adds a note to a detection. It stays inside: nothing of it is sent upstream.
///
/// # Errors
/// [`AppError::Invalid`] when it is empty or too long.
#[server(prefix = "/fn", endpoint = "notes/add")]
pub async fn add_note(
    /// Local id of the detection.
    detection_id: i64,
    /// What it says.
    body: String,
) -> Result<Note, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.add_note(domain::DetectionId(detection_id), &body, user.id).await?)
}
