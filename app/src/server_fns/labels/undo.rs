//! Taking decisions back.

use domain::{BulkAction, Decided, Decision, DetectionId, Label, Reason, RowRef};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What undo still takes back, or what is not done yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Undoable {
    /// One decision.
    Decision {
        /// The decision.
        decision: Decision,
        /// How the message begins.
        excerpt: String,
        /// The reasons that can be given for it.
        choices: Vec<Reason>,
        /// How long until its feedback leaves, in milliseconds.
        remaining_ms: i64,
    },
    /// A bulk action, at work or done.
    Bulk {
        /// The action.
        action: BulkAction,
        /// The reasons that can be given for its labels.
        choices: Vec<Reason>,
        /// How long until the last of its feedback leaves, in milliseconds.
        remaining_ms: i64,
    },
    /// A label that is not set yet: the site wants a reason with it.
    Wanted {
        /// The detection as it was seen.
        row: RowRef,
        /// The label.
        label: Label,
        /// The reasons to choose from.
        choices: Vec<Reason>,
    },
}

impl Undoable {
    /// What the undo form names it by.
    pub fn key(&self) -> String {
        match self {
            Self::Decision { decision, .. } => Decided::One(decision.id).to_string(),
            Self::Bulk { action, .. } => Decided::Bulk(action.id).to_string(),
            Self::Wanted { row, .. } => Self::wanted_key(row.id),
        }
    }

    /// The key of a label on a detection that is not set yet.
    pub fn wanted_key(detection: DetectionId) -> String {
        format!("wanted:{}", detection.0)
    }

    /// The detection that it is about; `None` for many.
    pub fn detection(&self) -> Option<i64> {
        match self {
            Self::Decision { decision, .. } => Some(decision.detection_id.0),
            Self::Wanted { row, .. } => Some(row.id.0),
            Self::Bulk { .. } => None,
        }
    }

    /// Whether it is one decision.
    pub fn is_decision(&self) -> bool {
        matches!(self, Self::Decision { .. })
    }

    /// The reasons that can be given.
    pub fn choices(&self) -> &[Reason] {
        match self {
            Self::Decision { choices, .. } | Self::Bulk { choices, .. } | Self::Wanted { choices, .. } => {
                choices
            }
        }
    }

    /// The reasons that were given.
    pub fn given(&self) -> &[Reason] {
        match self {
            Self::Decision { decision, .. } => &decision.reasons,
            Self::Bulk { action, .. } => &action.reasons,
            Self::Wanted { .. } => &[],
        }
    }

    /// How long until feedback leaves, in milliseconds.
    pub fn remaining_ms(&self) -> i64 {
        match self {
            Self::Decision { remaining_ms, .. } | Self::Bulk { remaining_ms, .. } => *remaining_ms,
            Self::Wanted { .. } => 0,
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
    let unknown = |_| AppError::NotFound("decision".to_owned()).with_status();
    match key.parse().map_err(unknown)? {
        Decided::One(id) => Ok(Undone::Decision(moderation.undo(id, user.id).await?)),
        Decided::Bulk(id) => Ok(Undone::Bulk(moderation.undo_bulk(id, user.id).await?)),
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
    Ok(moderation()?.cancel_bulk(domain::BulkId(id), user.id).await?)
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
    let mut all = Vec::new();
    for decision in moderation.undoable(user.id).await? {
        let remaining_ms = (decision.send_after - now).num_milliseconds();
        let choices = moderation.reason_choices(decision.detection_id, decision.label).await?;
        let excerpt = moderation.excerpt(decision.detection_id).await?;
        all.push((decision.decided_at, Undoable::Decision { decision, excerpt, choices, remaining_ms }));
    }
    for action in moderation.bulk_of(user.id).await? {
        let remaining_ms = (action.send_after - now).num_milliseconds();
        let choices = moderation.bulk_choices(&action).await?;
        all.push((action.created_at, Undoable::Bulk { action, choices, remaining_ms }));
    }
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut offered: Vec<Undoable> = Vec::new();
    for (_, one) in all {
        // Of somebody who has changed their mind, the latest word.
        if one.detection().is_none() || offered.iter().all(|other| other.detection() != one.detection()) {
            offered.push(one);
        }
    }
    Ok(offered)
}
