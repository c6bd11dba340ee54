//! Rules: what a search finds is decided before anybody is asked.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Rule, RuleAction, RuleId, UserId};

use crate::Result;

/// A rule about to be made.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// The search, printed.
    pub q: String,
    /// The only site that it is for; `None` for all.
    pub site: Option<String>,
    /// What it does.
    pub action: RuleAction,
    /// Why.
    pub note: String,
    /// Whether it is only watched.
    pub watched: bool,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Keeps rules. Changes leave an audit event in the same transaction; `by` is `None` for the command line.
#[async_trait]
pub trait Rules: Send + Sync {
    /// Those that are there, in no order. What has ended is among them.
    async fn rules(&self) -> Result<Vec<Rule>>;

    /// One rule, also one that was removed: detections name it.
    async fn rule(&self, id: RuleId) -> Result<Option<Rule>>;

    /// A number that grows whenever what rules decide may have changed, whoever changed it.
    async fn rules_version(&self) -> Result<i64>;

    /// Makes rules, all or none.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when one is there already: the same search, site and action.
    async fn add_rules(
        &self,
        rules: &[NewRule],
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Vec<RuleId>>;

    /// Has a rule decide, or only watch. Returns whether there is one.
    async fn watch_rule(
        &self,
        id: RuleId,
        watched: bool,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<bool>;

    /// Takes a rule away. Returns whether there was one.
    async fn remove_rule(&self, id: RuleId, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool>;
}
