//! The Settings page: connection and people.

use domain::{Person, UpstreamHealth};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the Settings page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingsReport {
    /// Whether the embedded detector is the upstream.
    pub embedded: bool,
    /// Base URL of the upstream.
    pub upstream: String,
    /// How the upstream is doing.
    pub health: UpstreamHealth,
    /// Everybody with an account; empty for those who are no administrators.
    pub people: Vec<Person>,
}

/// Connection, and for administrators the people.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "settings/report", input = GetUrl)]
pub async fn get_settings() -> Result<SettingsReport, AppError> {
    use crate::context::{AppInfo, authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let info = use_context::<AppInfo>().unwrap_or_default();
    let people = if user.role.allows(domain::Role::Admin) { moderation.people().await? } else { Vec::new() };
    Ok(SettingsReport {
        embedded: info.embedded,
        upstream: info.upstream,
        health: moderation.health(),
        people,
    })
}
