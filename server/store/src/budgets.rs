//! Budgets of sites and apps.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, Budget, BudgetId, BudgetTime, DetectionId, UserId};
use uuid::Uuid;

use crate::Result;

/// A budget that a check counts in, and the days that it counts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The budget, as it is kept.
    pub budget: Budget,
    /// Its days.
    pub time: BudgetTime,
}

/// A check under way, by its places in the budgets that it will count in. They are held until it is settled; those that a crash cut off
/// until their budget starts anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlaceId(pub Uuid);

/// Keeps budgets, and counts what is spent, also where several programs work on one database. Changes of budgets leave an audit event in
/// the same transaction.
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

    /// Takes a place for a check in each of these; or none, and the inner error is the hard one of which as much is spent and under way as it
    /// allows. A budget whose days have changed is counted from the log first.
    async fn take_places(&self, counters: &[Counter]) -> Result<std::result::Result<PlaceId, BudgetId>>;

    /// Gives back the places of checks that are over, at once with counting them where the upstream judged them. Returns whether a budget
    /// is spent by that. Those that are not held any more are passed over.
    async fn settle_places(&self, places: &[PlaceId], are_judged: bool) -> Result<bool>;

    /// Checks that the upstream judged for a budget's subject in its days, and those under way.
    async fn spent(&self, counter: &Counter) -> Result<u64>;
}
