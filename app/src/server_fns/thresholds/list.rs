//! The thresholds that were set.

use domain::OwnThreshold;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// The thresholds that were set, and whether the embedded detector is who judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnThresholds {
    /// The installation's first.
    pub set: Vec<OwnThreshold>,
    /// Whether the embedded detector judges; otherwise it only stands in for ActiveLayer.
    pub is_embedded: bool,
}

/// The thresholds that were set; `None` for those who are no administrators.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "thresholds/list", input = GetUrl)]
pub async fn list_thresholds() -> Result<Option<OwnThresholds>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    let moderation = moderation()?;
    let set = moderation.own_thresholds().await?;
    Ok(Some(OwnThresholds { set, is_embedded: moderation.is_embedded() }))
}
