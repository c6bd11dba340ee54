//! The record of who did what, as administrators read it. What happens writes its own entries.

use domain::{AuditCheck, AuditEvent, AuditFilter, UserId};
use serde_json::json;
use store::NewAuditEvent;

use crate::{Moderation, ModerationError};

impl Moderation {
    /// The newest entries that the filter lets through, before `before` (an id), at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_events(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, ModerationError> {
        Ok(self.store.audit_events_like(filter, before, limit).await?)
    }

    /// What one can filter by: the names of all who ever had an account, and every action that is on record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_choices(&self) -> Result<(Vec<(UserId, String)>, Vec<String>), ModerationError> {
        Ok((self.store.names().await?, self.store.audit_actions().await?))
    }

    /// Looks through the whole record for what is not as it was written.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn check_audit(&self) -> Result<AuditCheck, ModerationError> {
        Ok(self.store.check_audit().await?)
    }

    /// Notes that somebody takes a copy of the record with them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_audit_export(
        &self,
        filter: &AuditFilter,
        format: &str,
        by: UserId,
    ) -> Result<(), ModerationError> {
        let event = NewAuditEvent {
            at: self.clock.now(),
            user_id: Some(by),
            action: "audit.exported",
            subject: "audit".to_owned(),
            details: json!({ "format": format, "who": filter.who, "action": filter.action }),
        };
        Ok(self.store.record(&event).await?)
    }
}
