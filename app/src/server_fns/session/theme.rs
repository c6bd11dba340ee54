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
    use axum::http::{HeaderValue, header::SET_COOKIE};

    let cookie = format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax", Theme::COOKIE, theme.as_str());
    if let (Some(response), Ok(value)) =
        (use_context::<leptos_axum::ResponseOptions>(), HeaderValue::from_str(&cookie))
    {
        response.append_header(SET_COOKIE, value);
    }
    Ok(())
}
