//! Marking a detection as spam or ham.

use domain::{Decision, Label};
use leptos::prelude::*;

use crate::error::AppError;

/// Sets a label; its feedback leaves after the undo period.
///
/// # Errors
/// [`AppError::Stale`] when somebody decided since `version`.
#[server(prefix = "/fn", endpoint = "labels/set")]
pub async fn label_detection(
    /// Local id of the detection.
    detection_id: i64,
    /// The label.
    label: Label,
    /// The version of the detection that the moderator saw.
    version: i64,
) -> Result<Decision, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let id = domain::DetectionId(detection_id);
    Ok(moderation()?.label(id, label, user.id, Some(version)).await?)
}
