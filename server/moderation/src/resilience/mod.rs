//! What stands between the use cases and an upstream that limits, fails and vanishes.
//!
//! Each part is of one idea and knows nothing of the others; [`Guarded`] puts them in order around a
//! [`SpamApi`](activelayer::SpamApi):
//!
//! quota (is there anything left this month?) → budget (a turn among the 50 a minute) → breaker (is anybody there?)
//! → the call → backoff and again, where that is safe and there is time.
//!
//! Time here is tokio's monotonic clock: durations and deadlines, never dates. Tests pause it.

pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod guarded;
pub mod quota;
pub mod shared_rate;

pub use backoff::Backoff;
pub use breaker::{Breaker, BreakerState};
pub use budget::{Budget, BudgetError, BudgetLimits, Class, Slot};
pub use guarded::{Call, ForClass, GuardError, GuardState, Guarded, Watch};
pub use quota::Quota;
pub use shared_rate::SharedRate;

/// A wait as people say it, rounded up.
fn in_words(wait: std::time::Duration) -> String {
    match wait.as_millis().div_ceil(1000) {
        0 | 1 => "a second".to_owned(),
        seconds @ 2..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn a_wait_is_told_in_seconds_or_minutes() {
        let words = |ms| super::in_words(Duration::from_millis(ms));
        assert_eq!(
            [words(3), words(19_730), words(119_001), words(3_600_000)],
            ["a second", "20 s", "2 min", "60 min"]
        );
    }
}
