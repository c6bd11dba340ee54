//! Saving, renaming and deleting searches.

use leptos::prelude::*;

use crate::error::AppError;

/// Keeps a search for the whole team.
///
/// # Errors
/// [`AppError::Invalid`] when name or search is wrong, or the name is taken.
#[server(prefix = "/fn", endpoint = "searches/save")]
pub async fn save_search(
    /// What to call it.
    name: String,
    /// The search, as typed.
    q: String,
    /// How it is sorted; anything unknown is newest first.
    #[server(default)]
    order: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, keep_typed, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let order = order.parse().unwrap_or(domain::Order::Newest);
    moderation()?.save_search(&name, &q, order, user.id).await.inspect_err(|_| keep_typed(&name))?;
    Ok(())
}

/// Gives a saved search another name.
///
/// # Errors
/// [`AppError::Invalid`] when the name is wrong or taken, [`AppError::NotFound`].
#[server(prefix = "/fn", endpoint = "searches/rename")]
pub async fn rename_search(
    /// Local id.
    id: i64,
    /// What to call it.
    name: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, keep_typed, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let renamed = moderation()?.rename_search(domain::SavedSearchId(id), &name, user.id).await;
    Ok(renamed.inspect_err(|_| keep_typed(&name))?)
}

/// Forgets a saved search.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/fn", endpoint = "searches/delete")]
pub async fn delete_search(
    /// Local id.
    id: i64,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.delete_search(domain::SavedSearchId(id), user.id).await?)
}
