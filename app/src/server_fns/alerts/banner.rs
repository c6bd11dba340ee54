//! The banner above every page.

use domain::Alert;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// The alerts that last and that this person has not put away, oldest first.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "alerts/banner", input = GetUrl)]
pub async fn get_banner() -> Result<Vec<Alert>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    Ok(moderation()?.alerts_for(&user).await?)
}

/// Puts an alert's banner away for this person, for as long as the alert lasts.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "alerts/dismiss")]
pub async fn dismiss_alert(
    /// Its id.
    id: i64,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    Ok(moderation()?.dismiss_alert(domain::AlertId(id), &user).await?)
}
