//! Judging one detection again.

use leptos::prelude::*;

use crate::error::AppError;

/// Asks the upstream again about one detection; the old verdict is kept.
///
/// # Errors
/// [`AppError::Upstream`] when no verdict came: the old one stands.
#[server(prefix = "/fn", endpoint = "rechecks/run")]
pub async fn recheck(
    /// Local id.
    id: i64,
) -> Result<i64, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    moderation()?.recheck_by_hand(domain::DetectionId(id), user.id).await?;
    Ok(id)
}
