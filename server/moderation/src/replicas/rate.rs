//! The upstream's rate, counted in the database for all replicas.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use store::{Charge, Store};

use crate::resilience::{BudgetLimits, SharedRate};

/// What it is counted under.
const KEY: &str = "upstream";

/// Longest pause that the upstream can ask for, as in the budget of one program.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// One rate for all programs on a database.
pub struct CountedRate {
    store: Arc<dyn Store>,
    charge: Charge,
}

impl std::fmt::Debug for CountedRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CountedRate").field("charge", &self.charge).finish_non_exhaustive()
    }
}

impl CountedRate {
    /// Counts in this database; `None` where a program is always alone on it, and its own budget is the key's.
    pub fn of(store: &Arc<dyn Store>, limits: BudgetLimits) -> Option<Arc<dyn SharedRate>> {
        store.replica()?;
        let per_minute = limits.per_minute.max(1);
        let burst = limits.burst.min(per_minute / 2).max(1);
        let minute = Duration::from_secs(60).as_micros();
        let micros = minute.div_ceil(u128::from(limits.steady_per_minute())).max(1);
        let interval = Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        let charge = Charge { key: KEY.to_owned(), interval, most: interval * burst };
        Some(Arc::new(Self { store: Arc::clone(store), charge }))
    }
}

#[async_trait]
impl SharedRate for CountedRate {
    async fn take(&self) -> Result<(), Duration> {
        match self.store.charge(std::slice::from_ref(&self.charge)).await {
            Ok(taken) => taken.unwrap_or(Ok(())),
            // What cannot be counted can hardly be logged either; the program's own budget holds.
            Err(error) => {
                tracing::warn!(%error, "the calls of all replicas could not be counted");
                Ok(())
            }
        }
    }

    async fn give_back(&self) {
        if let Err(error) = self.store.refund(std::slice::from_ref(&self.charge)).await {
            tracing::warn!(%error, "a turn among all replicas could not be given back");
        }
    }

    async fn pause(&self, wait: Duration) {
        if let Err(error) = self.store.hold_back(&self.charge, wait.min(LONGEST_PAUSE)).await {
            tracing::warn!(%error, "the other replicas could not be told to pause");
        }
    }
}
