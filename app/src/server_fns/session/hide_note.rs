//! A note that administrators have read.

use leptos::prelude::*;

use crate::error::AppError;

/// Name of the cookie that remembers it.
pub(crate) const NOTE_COOKIE: &str = "gavel_note";

/// The word in the cookie.
pub(crate) const HIDE_NOTE: &str = "read";

/// Does not show the note about the built-in detector any more, in this browser for a year.
///
/// # Errors
/// [`AppError::LoggedOut`].
#[server(prefix = "/fn", endpoint = "session/hide-note")]
pub async fn hide_note() -> Result<(), AppError> {
    crate::context::authorise(domain::Role::Viewer)?;
    crate::context::keep_cookie(NOTE_COOKIE, HIDE_NOTE);
    Ok(())
}
