//! What may be done so often, by all programs on a database together.

use std::time::Duration;

use async_trait::async_trait;

use crate::Result;

/// What one attempt counts against: by the generic cell rate algorithm, each is paid off evenly, and so much may be owed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    /// What is counted.
    pub key: String,
    /// How long one attempt takes to be paid off; whole microseconds, at least one.
    pub interval: Duration,
    /// How much may be owed at most.
    pub most: Duration,
}

/// Counts attempts where several programs serve on a database. `None` and nothing where a program is always alone
/// ([`crate::Signals::replica`]): it counts by itself.
#[async_trait]
pub trait Allowances: Send + Sync {
    /// Charges an attempt to all of these, or to none: then the inner error is how long to wait.
    async fn charge(&self, charges: &[Charge]) -> Result<Option<std::result::Result<(), Duration>>>;

    /// Gives an attempt back.
    async fn refund(&self, charges: &[Charge]) -> Result<()>;

    /// Has the next attempt wait so long at least.
    async fn hold_back(&self, charge: &Charge, wait: Duration) -> Result<()>;
}
