//! Budgets of sites and apps.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{ApiTokenId, Budget, BudgetId, DetectionId, UserId};

use crate::Result;

/// Keeps budgets, and counts what is spent. Changes leave an audit event in the same transaction.
#[async_trait]
pub trait Budgets: Send + Sync {
    /// All of them, by subject.
    async fn budgets(&self) -> Result<Vec<Budget>>;

    /// Keeps a budget; one of the same subject and span is replaced.
    async fn set_budget(&self, budget: &Budget, by: UserId, at: DateTime<Utc>) -> Result<Budget>;

    /// Takes a budget away; `None` when it is not there.
    async fn remove_budget(&self, id: BudgetId, by: UserId, at: DateTime<Utc>) -> Result<Option<Budget>>;

    /// The token that a detection was asked for with.
    async fn token_of(&self, id: DetectionId) -> Result<Option<ApiTokenId>>;

    /// Checks that the upstream judged for a budget's subject since a day (UTC), also those logged just now.
    async fn spent_since(&self, budget: &Budget, first: NaiveDate) -> Result<u64>;
}
