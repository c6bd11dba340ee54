//! The way to the upstream.

use domain::{RefusalCount, fleet::Fleet, upstream::ConnectionReport};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the page about it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// How it does.
    pub report: ConnectionReport,
    /// Whether the embedded detector is the upstream.
    pub embedded: bool,
    /// Base URL of the upstream.
    pub upstream: String,
    /// Requests of apps that were refused lately, by token and kind.
    pub refusals: Vec<RefusalCount>,
    /// The programs that serve on this database; empty where there is always one.
    pub fleet: Fleet,
}

/// How the way to the upstream does.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "usage/connection", input = GetUrl)]
pub async fn get_connection() -> Result<Connection, AppError> {
    use crate::context::{AppInfo, authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let info = use_context::<AppInfo>().unwrap_or_default();
    let moderation = moderation()?;
    let report = moderation.connection().await?;
    let refusals = moderation.refusal_counts().await?;
    let fleet = moderation.fleet().await?;
    Ok(Connection { report, embedded: info.embedded, upstream: info.upstream, refusals, fleet })
}
