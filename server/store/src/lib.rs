//! The only crate that speaks SQL: one door, [`Store`], with sibling backends behind it.
//!
//! Callers hold an `Arc<dyn Store>` and never learn which database answers. Look-ups return `Ok(None)` for what is
//! not there; [`StoreError`] is for what should not happen.

#![deny(missing_docs)]

mod accounts;
mod audit;
mod detections;
mod error;
mod labels;
mod outbox;
mod usage;

pub use accounts::{Accounts, NewUser, SessionRecord};
pub use audit::{Audit, AuditEvent, NewAuditEvent};
pub use detections::Detections;
pub use error::{Result, StoreError};
pub use labels::{LabelOutcome, Labels, NewDecision, UndoOutcome};
pub use outbox::{Outbox, OutboxItem};
pub use usage::Usage;

use async_trait::async_trait;

/// Everything that Gavel keeps.
#[async_trait]
pub trait Store: Detections + Labels + Outbox + Accounts + Audit + Usage {
    /// Asks the database for a trivial answer; for readiness.
    ///
    /// # Errors
    /// When it does not answer.
    async fn ping(&self) -> Result<()>;

    /// Finishes writing and closes every connection.
    async fn close(&self);
}
