//! Light, dark or system.

use leptos::prelude::*;

use crate::{context::Theme, error::AppError};

/// Remembers the colours in a cookie of a year; no account is needed.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "session/theme")]
pub async fn set_theme(
    /// The colours.
    theme: Theme,
) -> Result<(), AppError> {
    crate::context::keep_cookie(Theme::COOKIE, theme.as_str());
    Ok(())
}
