//! What accounts leave on record.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use domain::User;
use serde_json::json;
use store::{NewAuditEvent, Store};

/// Records what somebody did through the web: to themselves, from an address.
///
/// # Errors
/// When the store fails.
pub async fn by_visitor(
    store: &dyn Store,
    at: DateTime<Utc>,
    action: &'static str,
    user: &User,
    from: IpAddr,
) -> store::Result<()> {
    let details = json!({ "from": from });
    record(store, at, action, Some(user), subject(user), details).await
}

/// Records a refused log-in. The e-mail address stands in it only when it has an account: people type passwords into
/// the wrong field.
///
/// # Errors
/// When the store fails.
pub async fn refused(
    store: &dyn Store,
    at: DateTime<Utc>,
    user: Option<&User>,
    from: IpAddr,
) -> store::Result<()> {
    let subject = user.map_or_else(|| "user:unknown".to_owned(), subject);
    record(store, at, "login.refused", None, subject, json!({ "from": from })).await
}

/// Records what was done to an account on the server's command line.
///
/// # Errors
/// When the store fails.
pub async fn by_command(
    store: &dyn Store,
    at: DateTime<Utc>,
    action: &'static str,
    user: &User,
) -> store::Result<()> {
    let details = json!({ "by": "command line", "role": user.role });
    record(store, at, action, None, subject(user), details).await
}

fn subject(user: &User) -> String {
    format!("user:{}", user.id.0)
}

async fn record(
    store: &dyn Store,
    at: DateTime<Utc>,
    action: &'static str,
    by: Option<&User>,
    subject: String,
    details: serde_json::Value,
) -> store::Result<()> {
    store.record(&NewAuditEvent { at, user_id: by.map(|user| user.id), action, subject, details }).await
}
