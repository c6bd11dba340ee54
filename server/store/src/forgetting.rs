//! Messages, and who wrote them, are let go of.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{DataSubject, DetectionId, ImportId, RetentionRule, UserId};

use crate::Result;

/// How much was forgotten, or is due to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForgottenCount {
    /// Messages.
    pub content: u64,
    /// Detections of which it is not kept who wrote them.
    pub personal: u64,
}

/// Where somebody is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFound {
    /// What they wrote, as far as the log has it.
    pub detections: Vec<DetectionId>,
    /// Submissions that were left without a verdict and are not logged yet.
    pub submissions: Vec<DetectionId>,
    /// Rows of imports that failed and are kept to be mended: import and number.
    pub failed_rows: Vec<(ImportId, i64)>,
    /// Imports that are not over and have rows of theirs.
    pub imports_at_work: Vec<ImportId>,
    /// Imports that any of this came by.
    pub imports: Vec<ImportId>,
    /// Saved searches, bulk actions and audit events in whose text their address or name is. These are kept.
    pub named_in: u64,
}

impl PersonFound {
    /// How much there is to erase.
    pub fn count(&self) -> usize {
        self.detections.len() + self.submissions.len() + self.failed_rows.len()
    }
}

/// Forgets. What is forgotten is overwritten in the database; [`finish_forgetting`](Self::finish_forgetting) and what it names see to
/// the rest.
#[async_trait]
pub trait Forgetting: Send + Sync {
    /// The rules, that of all sites first.
    async fn retention_rules(&self) -> Result<Vec<RetentionRule>>;

    /// Sets the rule of a site, with an audit event. `None`: the command line does it.
    async fn set_retention_rule(
        &self,
        rule: &RetentionRule,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<()>;

    /// Takes a rule away, with an audit event, and returns whether there was one. What is forgotten stays so.
    async fn remove_retention_rule(
        &self,
        site: Option<&str>,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<bool>;

    /// How much is due to be forgotten.
    async fn due_to_forget(&self, now: DateTime<Utc>) -> Result<ForgottenCount>;

    /// Forgets some of what is due, at most so many detections, in one transaction; `None` when nothing more is due.
    async fn forget_due(&self, now: DateTime<Utc>, most: u32) -> Result<Option<ForgottenCount>>;

    /// Looks where somebody is found. It reads the whole log.
    async fn find_person(&self, person: &DataSubject) -> Result<PersonFound>;

    /// Forgets everything of some detections that people wrote, in one transaction.
    async fn erase_detections(&self, ids: &[DetectionId], at: DateTime<Utc>) -> Result<()>;

    /// Forgets what is kept of somebody beside the log: submissions and failed rows of imports.
    async fn erase_beside(&self, found: &PersonFound) -> Result<()>;

    /// Says that a run of forgetting is over: words that were deleted from the index go with the next merging, and whoever learnt from
    /// messages learns anew. Returns whether there was anything.
    async fn finish_forgetting(&self) -> Result<bool>;

    /// Whether nothing of deleted words is left in the index.
    async fn words_are_gone(&self) -> Result<bool>;

    /// Copies what was written ahead into the database and empties the file that it was written to, unless somebody is reading from
    /// it; returns whether it is empty. What was forgotten is still in it until then.
    async fn empty_write_ahead(&self) -> Result<bool>;
}
