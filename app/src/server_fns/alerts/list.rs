//! Alerts now and before.

use domain::{Alert, AlertDelivery};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// One page of alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertsPage {
    /// Newest first.
    pub alerts: Vec<Alert>,
    /// How people outside were told; empty for those who are no administrators.
    pub deliveries: Vec<AlertDelivery>,
}

/// Alerts now and before, newest first, at most 50.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "alerts/list", input = GetUrl)]
pub async fn list_alerts(
    /// Only those before this id.
    before: Option<i64>,
) -> Result<AlertsPage, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let report = moderation()?.alerts(before.map(domain::AlertId)).await?;
    let deliveries = if user.role.allows(domain::Role::Admin) { report.deliveries } else { Vec::new() };
    Ok(AlertsPage { alerts: report.alerts, deliveries })
}
