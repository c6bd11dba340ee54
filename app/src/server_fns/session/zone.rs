//! The offsets of a time zone.

use domain::Zone;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// A zone by its name of the IANA database; UTC where nobody knows it.
///
/// # Errors
/// [`AppError::LoggedOut`].
#[server(prefix = "/fn", endpoint = "session/zone", input = GetUrl)]
pub async fn get_zone(
    /// For instance `Europe/Berlin`.
    name: String,
) -> Result<Zone, AppError> {
    crate::context::authorise(domain::Role::Viewer)?;
    Ok(crate::zone::known_zone(&name))
}
