//! The rate budget of one API key: 50 calls a minute, shared by three classes that do not starve each other.

mod bucket;
mod turns;
mod waiting;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use self::waiting::{Line, Ticket};

/// On whose behalf a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A moderator waiting at a page.
    Interactive,
    /// Traffic of the apps behind the gateway.
    Gateway,
    /// Imports, rechecks, feedback and polls: nobody waits.
    Background,
}

impl Class {
    /// Every class, first those that go first among equals.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Gateway, Self::Background];

    /// Share of the turns while all wait, of 10. Apps make most calls; people make few, so their large share costs
    /// little; what nobody waits for still gets a tenth.
    const fn weight(self) -> i64 {
        match self {
            Self::Interactive => 4,
            Self::Gateway => 5,
            Self::Background => 1,
        }
    }
}

/// What the upstream allows one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Calls in any 60 s, at least 1. Default 50 (the guide's limit).
    pub per_minute: u32,
    /// How many of them may leave at once after a quiet time; the others are spread over the minute. Default 10, a
    /// page of comments. 1 to half of `per_minute`; what is outside is taken as the nearest. Saving up costs steady rate: so
    /// that *no* 60 s see more than the limit, the bucket refills by `per_minute - burst` a minute.
    pub burst: u32,
}

impl Default for BudgetLimits {
    fn default() -> Self {
        Self { per_minute: 50, burst: 10 }
    }
}

impl BudgetLimits {
    /// Calls a minute that go on and on, while nobody saves any up.
    pub fn steady_per_minute(&self) -> u32 {
        let per_minute = self.per_minute.max(1);
        let burst = self.burst.min(per_minute / 2).max(1);
        (per_minute.saturating_sub(burst)).max(per_minute / 2).max(1)
    }
}

/// No turn comes before the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// Too many calls wait, or the upstream asked to pause.
    #[error("the rate budget is used up; the next turn is in {}", super::in_words(*.retry_in))]
    Busy {
        /// How long until a turn could come.
        retry_in: Duration,
    },
}

/// What the budget is doing, for metrics and health.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetState {
    /// Steady rate now, in calls a minute; lower after 429s.
    pub per_minute: f64,
    /// How long calls are held back because the upstream asked for it.
    pub paused_for: Duration,
    /// Calls that wait for their turn, in the order of [`Class::ALL`].
    pub waiting: [usize; 3],
}

/// The budget; clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Mutex<Line>>);

impl Budget {
    /// A budget with everything left.
    pub fn new(limits: BudgetLimits) -> Self {
        Self(Arc::new(Mutex::new(Line::new(limits, Instant::now()))))
    }

    /// Waits for a turn, in order within the class, until the deadline.
    ///
    /// Dropping the future leaves the line.
    ///
    /// # Errors
    /// [`BudgetError::Busy`] as soon as it is clear that no turn comes before the deadline: usually at once, so that
    /// the caller has time for something else.
    pub async fn acquire(&self, class: Class, deadline: Instant) -> Result<Slot, BudgetError> {
        let ticket = self.line_up(class, deadline);
        loop {
            let wake_at = {
                let mut line = self.lock();
                let now = Instant::now();
                line.serve(now);
                if let Some(granted) = line.granted(&ticket) {
                    return Ok(Slot { budget: self.clone(), granted });
                }
                let turn_at = line.turn_at(&ticket);
                if now >= deadline || turn_at > deadline {
                    let retry_in = turn_at.saturating_duration_since(now);
                    return Err(BudgetError::Busy { retry_in });
                }
                line.wake_at(&ticket).min(deadline)
            };
            tokio::select! {
                () = ticket.changed() => {}
                () = sleep_until(wake_at) => {}
            }
        }
    }

    /// What the budget is doing.
    pub fn state(&self) -> BudgetState {
        self.lock().state(Instant::now())
    }

    fn line_up(&self, class: Class, deadline: Instant) -> Ticket {
        let place = self.lock().line_up(class, deadline);
        Ticket::new(self.0.clone(), place)
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn: leave to make one call. Dropping it means that the call was made.
#[derive(Debug)]
pub struct Slot {
    budget: Budget,
    granted: Instant,
}

impl Slot {
    /// The call was not made after all, or never reached the upstream: somebody else may have the turn.
    pub fn unused(self) {
        self.budget.lock().give_back(self.granted, Instant::now());
    }

    /// The upstream answered 429 by the minute: all calls pause for `retry_after` (without it, some seconds), and
    /// the rate halves, to come back by a tenth every 30 s.
    pub fn rate_limited(self, retry_after: Option<Duration>) {
        self.budget.lock().limited(self.granted, retry_after, Instant::now());
    }
}

#[cfg(test)]
mod tests;
