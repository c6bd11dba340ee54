//! How the log's list looks.

use leptos::prelude::*;

use crate::error::AppError;

/// Remembers density and columns in a cookie of a year.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "session/list-look")]
pub async fn set_list_look(
    /// One line a row instead of three.
    #[server(default)]
    compact: bool,
    /// Whether the score is shown.
    #[server(default)]
    score: bool,
    /// Whether the sender is shown.
    #[server(default)]
    sender: bool,
    /// Whether the site is shown.
    #[server(default)]
    site: bool,
    /// Whether the time is shown.
    #[server(default)]
    time: bool,
    /// Whether a label by key goes on to the next row.
    #[server(default)]
    goes_on: bool,
) -> Result<(), AppError> {
    use crate::{
        context::keep_cookie,
        list_look::{LOOK_COOKIE, ListLook},
    };

    // Not of the form: folding needs no server.
    let facets = ListLook::remembered().facets;
    keep_cookie(LOOK_COOKIE, &ListLook { compact, score, sender, site, time, facets, goes_on }.to_word());
    Ok(())
}
