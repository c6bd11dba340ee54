//! Taking a decision back.

use domain::Decision;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A decision that undo still cancels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undoable {
    /// The decision.
    pub decision: Decision,
    /// How long until its feedback leaves, in milliseconds.
    pub remaining_ms: i64,
}

/// Takes a decision of one's own back.
///
/// # Errors
/// [`AppError::Stale`] when a later decision stands on it.
#[server(prefix = "/fn", endpoint = "labels/undo")]
pub async fn undo_label(
    /// Id of the decision.
    decision_id: i64,
) -> Result<Decision, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.undo(domain::DecisionId(decision_id), user.id).await?)
}

/// One's own decisions that undo still cancels, newest first.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "labels/undoable", input = GetUrl)]
pub async fn list_undoable() -> Result<Vec<Undoable>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let now = moderation.now();
    let decisions = moderation.undoable(user.id).await?;
    Ok(decisions
        .into_iter()
        .map(|decision| Undoable { remaining_ms: (decision.send_after - now).num_milliseconds(), decision })
        .collect())
}
