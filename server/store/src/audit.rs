//! Who did what, and when.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::UserId;

use crate::Result;

/// Something that happened and must stay on record.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAuditEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; `None` for the program itself or somebody unknown.
    pub user_id: Option<UserId>,
    /// What, for instance `login`, `login.refused`, `user.created`, `detection.labelled`.
    pub action: &'static str,
    /// What it was done to, for instance `detection:12`.
    pub subject: String,
    /// Further facts; never message text or secrets.
    pub details: serde_json::Value,
}

/// An event on record.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEvent {
    /// Local id; grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The name of who did it, if a person did.
    pub user_name: Option<String>,
    /// What.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Further facts.
    pub details: serde_json::Value,
}

/// Writes and reads the record.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Puts an event on record. (Decisions and undos write theirs in their own transaction.)
    async fn record(&self, event: &NewAuditEvent) -> Result<()>;

    /// The newest events before `before` (an id; `None` starts at the newest), at most `limit`.
    async fn audit_events(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditEvent>>;
}
