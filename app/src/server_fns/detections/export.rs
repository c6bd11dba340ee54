//! How far an export has come, and ending it. The export itself is a download, `GET /detections/export`.

use domain::ExportProgress;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// How far an export of one's own has come.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or it ended some time ago.
#[server(prefix = "/fn", endpoint = "detections/export-progress", input = GetUrl)]
pub async fn follow_export(
    /// The number that the export was started with.
    id: String,
) -> Result<ExportProgress, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.export_progress(&id, user.id)?)
}

/// Ends an export of one's own; the browser then reports a failed download.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
#[server(prefix = "/fn", endpoint = "detections/cancel-export")]
pub async fn cancel_export(
    /// The number that the export was started with.
    id: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.cancel_export(&id, user.id)?)
}
