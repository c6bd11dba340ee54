//! How long to wait before the next try.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Ceiling of the first wait: 200 ms, twice a usual answer of the upstream ("typically under 100 ms").
const BASE: Duration = Duration::from_millis(200);

/// Ceiling of every wait: 2 s, so that two tries fit into a waiting caller's 5 s.
const CEILING: Duration = Duration::from_secs(2);

/// Exponential backoff with full jitter: a random share of a ceiling that doubles with every failure.
///
/// Callers that failed together must not come back together, and a random share of the *whole* wait spreads them
/// best (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
#[derive(Debug)]
pub struct Backoff {
    base: Duration,
    ceiling: Duration,
    random: Mutex<fastrand::Rng>,
}

impl Default for Backoff {
    /// Waits of up to 200 ms, 400 ms, 800 ms, 1.6 s, then 2 s.
    fn default() -> Self {
        Self::new(BASE, CEILING, fastrand::Rng::new())
    }
}

impl Backoff {
    /// Waits of up to `base`, doubling up to `ceiling`. Tests give a seeded source.
    pub fn new(base: Duration, ceiling: Duration, random: fastrand::Rng) -> Self {
        Self { base, ceiling, random: Mutex::new(random) }
    }

    /// The wait after the `failures`-th failure in a row, counted from 1.
    pub fn delay(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let ceiling = self.base.saturating_mul(1 << doublings).min(self.ceiling);
        let share = self.random.lock().unwrap_or_else(PoisonError::into_inner).f64();
        ceiling.mul_f64(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded(seed: u64) -> Backoff {
        Backoff::new(BASE, CEILING, fastrand::Rng::with_seed(seed))
    }

    #[test]
    fn ceilings_double_up_to_the_last() {
        let backoff = seeded(1);
        for (failures, ceiling_ms) in [(1, 200), (2, 400), (3, 800), (4, 1600), (5, 2000), (60, 2000)] {
            let ceiling = Duration::from_millis(ceiling_ms);
            let longest = (0..1000).map(|_| backoff.delay(failures)).max().unwrap();
            assert!(longest <= ceiling && longest > ceiling.mul_f64(0.98), "{failures}: {longest:?}");
        }
    }

    #[test]
    fn waits_spread_over_the_whole_range() {
        let backoff = seeded(2);
        let mut quarters = [0; 4];
        for _ in 0..1000 {
            let share = backoff.delay(1).as_secs_f64() / BASE.as_secs_f64();
            quarters[(share * 4.0) as usize] += 1;
        }
        assert!(quarters.iter().all(|&count| count > 200), "{quarters:?}");
    }

    #[test]
    fn a_seed_decides_every_wait() {
        let waits = |seed| (1..20).map(|failures| seeded(seed).delay(failures)).collect::<Vec<_>>();
        assert_eq!(waits(3), waits(3));
        assert_ne!(waits(3), waits(4));
    }
}
