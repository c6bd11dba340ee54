//! Taking decisions back.

use domain::{BulkAction, BulkId, Decision, DecisionId};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What undo still takes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Undoable {
    /// One decision.
    Decision {
        /// The decision.
        decision: Decision,
        /// How long until its feedback leaves, in milliseconds.
        remaining_ms: i64,
    },
    /// A bulk action, at work or done.
    Bulk {
        /// The action.
        action: BulkAction,
        /// How long until the last of its feedback leaves, in milliseconds.
        remaining_ms: i64,
    },
}

impl Undoable {
    /// What the undo form names it by.
    pub fn key(&self) -> String {
        match self {
            Self::Decision { decision, .. } => Self::decision_key(decision.id),
            Self::Bulk { action, .. } => Self::bulk_key(action.id),
        }
    }

    /// The key of a decision.
    pub fn decision_key(id: DecisionId) -> String {
        format!("decision:{}", id.0)
    }

    /// The key of a bulk action.
    pub fn bulk_key(id: BulkId) -> String {
        format!("bulk:{}", id.0)
    }

    /// How long until feedback leaves, in milliseconds.
    pub fn remaining_ms(&self) -> i64 {
        match self {
            Self::Decision { remaining_ms, .. } | Self::Bulk { remaining_ms, .. } => *remaining_ms,
        }
    }
}

/// What was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Undone {
    /// There was nothing.
    Nothing,
    /// One decision.
    Decision(Decision),
    /// A bulk action; it may still be under way.
    Bulk(BulkAction),
}

/// Takes a decision or bulk action of one's own back.
///
/// # Errors
/// [`AppError::Stale`] when a later decision stands on it.
#[server(prefix = "/fn", endpoint = "labels/undo")]
pub async fn undo_label(
    /// What to take back; see [`Undoable::key`].
    key: String,
) -> Result<Undone, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let moderation = moderation()?;
    let unknown = || AppError::NotFound("decision".to_owned()).with_status();
    let (kind, id) = key.split_once(':').ok_or_else(unknown)?;
    let id: i64 = id.parse().map_err(|_| unknown())?;
    match kind {
        "decision" => Ok(Undone::Decision(moderation.undo(DecisionId(id), user.id).await?)),
        "bulk" => Ok(Undone::Bulk(moderation.undo_bulk(BulkId(id), user.id).await?)),
        _ => Err(unknown()),
    }
}

/// Removes a detection's label, whoever set it and whenever.
///
/// # Errors
/// [`AppError::Stale`] when somebody decided about it since.
#[server(prefix = "/fn", endpoint = "labels/remove")]
pub async fn remove_label(
    /// The detection as the moderator saw it: `12~3`, id and version.
    row: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let bad_row = |error: domain::bulk::BadRowRef| AppError::bad_field("rows", &error.to_string());
    let row: domain::RowRef = row.parse().map_err(bad_row)?;
    Ok(moderation()?.remove_label(row.id, &user, row.version).await?)
}

/// Takes back the latest that undo still takes back.
///
/// # Errors
/// [`AppError::Stale`] when somebody decided on it since.
#[server(prefix = "/fn", endpoint = "labels/undo-latest")]
pub async fn undo_latest() -> Result<Undone, AppError> {
    use moderation::Undone as Taken;

    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(match moderation()?.undo_latest(user.id).await? {
        None => Undone::Nothing,
        Some(Taken::Decision(decision)) => Undone::Decision(decision),
        Some(Taken::Bulk(action)) => Undone::Bulk(action),
    })
}

/// Stops a bulk action of one's own; what was done by then stands.
///
/// # Errors
/// [`AppError::Stale`] when it has ended already.
#[server(prefix = "/fn", endpoint = "labels/cancel-bulk")]
pub async fn cancel_bulk(
    /// Its id.
    id: i64,
) -> Result<BulkAction, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.cancel_bulk(BulkId(id), user.id).await?)
}

/// What undo still takes back of one's own, and bulk actions at work; newest first.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "labels/undoable", input = GetUrl)]
pub async fn list_undoable() -> Result<Vec<Undoable>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let now = moderation.now();
    let mut all: Vec<_> = moderation
        .undoable(user.id)
        .await?
        .into_iter()
        .map(|decision| {
            let remaining_ms = (decision.send_after - now).num_milliseconds();
            (decision.decided_at, Undoable::Decision { decision, remaining_ms })
        })
        .collect();
    all.extend(moderation.bulk_of(user.id).await?.into_iter().map(|action| {
        let remaining_ms = (action.send_after - now).num_milliseconds();
        (action.created_at, Undoable::Bulk { action, remaining_ms })
    }));
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(all.into_iter().map(|(_, undoable)| undoable).collect())
}
