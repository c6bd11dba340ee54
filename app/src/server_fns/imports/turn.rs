//! Start, pause, resume, cancel, and ask again.

use domain::Import;
use leptos::prelude::*;

use crate::error::AppError;

/// Moves an import on. `what` is `start` (or go on), `pause`, `cancel`, `retry` (its failed rows), `reopen` (back to columns
/// and choices) or `undo-labels` (take back the decisions that its labels became).
///
/// # Errors
/// [`AppError::Stale`] when it is not in a state for that any more, or no failed row has content to be asked again.
#[server(prefix = "/fn", endpoint = "imports/turn")]
pub async fn turn_import(
    /// Its number.
    id: i64,
    /// What is to happen.
    what: String,
    /// What happens when the quota ends: `wait` or `stop`; blank as it was.
    #[server(default)]
    at_quota: String,
) -> Result<Import, AppError> {
    use domain::ImportId;
    use moderation::ModerationError;

    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let (moderation, id, by) = (moderation()?, ImportId(id), Some(user.id));
    let turned = match what.as_str() {
        "start" => moderation.start_import(id, at_quota.parse().ok(), by).await,
        "pause" => moderation.pause_import(id, by).await,
        "cancel" => moderation.cancel_import(id, by).await,
        "retry" => moderation.retry_import(id, by).await,
        "undo-labels" => moderation.undo_import_labels(id, user.id).await,
        "reopen" => moderation.reopen_import(id, by).await,
        _ => return Err(AppError::bad_field("what", "There is no such button.")),
    };
    turned.map_err(|error| match error {
        ModerationError::Superseded if what == "retry" => {
            let words = "None of these rows can be asked again as it stands: download them, mend them and import them.";
            AppError::Stale(words.to_owned()).with_status()
        }
        ModerationError::Superseded => {
            AppError::Stale("The import has moved on meanwhile.".to_owned()).with_status()
        }
        error => error.into(),
    })
}
