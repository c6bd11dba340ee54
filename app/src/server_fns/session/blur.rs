//! Blur mode.

use leptos::prelude::*;

use crate::error::AppError;

/// Remembers blur mode in a cookie of a year.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "session/blur")]
pub async fn set_blur(
    /// Whether text is blurred.
    on: bool,
) -> Result<(), AppError> {
    use crate::{blur::BLUR_COOKIE, context::keep_cookie};

    keep_cookie(BLUR_COOKIE, if on { "on" } else { "off" });
    Ok(())
}
