//! Giving reasons to labels, and doing what a reason's or a macro's button says.

use domain::{Reason, ReasonId};
use leptos::prelude::*;

use super::Labelled;
use crate::error::AppError;

/// Gives a reason to labels that stand, or takes it away where they have it; returns what they have now.
///
/// # Errors
/// [`AppError::Stale`] when a later decision stands on it.
#[server(prefix = "/fn", endpoint = "labels/reason")]
pub async fn give_reason(
    /// What was decided: `decision:12` or `bulk:3`.
    key: String,
    /// The reason.
    reason: ReasonId,
) -> Result<Vec<Reason>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let unknown = |_| AppError::NotFound("decision".to_owned()).with_status();
    Ok(moderation()?.turn_reason(key.parse().map_err(unknown)?, reason, user.id).await?)
}

/// Sets a label for a reason, or does what a macro does.
///
/// # Errors
/// [`AppError::Stale`] when somebody decided since; [`AppError::Invalid`] when the site wants a reason and the macro gives none.
#[server(prefix = "/fn", endpoint = "labels/wish")]
pub async fn label_as_wished(
    /// The detection as the moderator saw it: `12~3`, id and version.
    row: String,
    /// What the button says: `spam:3` for a reason, `macro:7`.
    wish: String,
) -> Result<Labelled, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let bad = |error: &dyn std::fmt::Display| AppError::bad_field("rows", &error.to_string());
    let row: domain::RowRef = row.parse().map_err(|error| bad(&error))?;
    let wish: domain::LabelWish = wish.parse().map_err(|error| bad(&error))?;
    let moderation = moderation()?;
    let decision = moderation.label_as_wished(row, wish, user.id).await?;
    Labelled::of(decision, &moderation).await
}
