//! Who did what, and when.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{AuditCheck, AuditEvent, AuditFilter, UserId};

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

/// Writes and reads the record.
///
/// Each entry carries a SHA-256 hash over its content and the hash of the entry before, so what is changed, taken out or put in later is
/// found. Whoever can write the database and knows how could hash everything anew; against that helps a copy of the newest hash
/// elsewhere ([`AuditCheck::head`]).
#[async_trait]
pub trait Audit: Send + Sync {
    /// Puts an event on record. (Decisions and undos write theirs in their own transaction.)
    async fn record(&self, event: &NewAuditEvent) -> Result<()>;

    /// The newest events before `before` (an id; `None` starts at the newest), at most `limit`.
    async fn audit_events(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditEvent>> {
        self.audit_events_like(&AuditFilter::default(), before, limit).await
    }

    /// The newest events that the filter lets through, before `before`, at most `limit`.
    async fn audit_events_like(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>>;

    /// Every action that is on record, by name.
    async fn audit_actions(&self) -> Result<Vec<String>>;

    /// Goes through the whole record and looks for what is not as it was written.
    async fn check_audit(&self) -> Result<AuditCheck>;
}
