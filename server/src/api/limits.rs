//! So many requests a minute for each caller.
//!
//! GCRA, as for log-ins: one time a key. (governor was looked at: its limit is one for all keys, here each token has its
//! own.) A limit can be used up at once; what was used comes back evenly over a minute.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

/// Counts requests. There are no more keys than tokens, so none is ever forgotten.
#[derive(Debug)]
pub(super) struct MinuteLimits<K>(Mutex<HashMap<K, DateTime<Utc>>>);

impl<K> Default for MinuteLimits<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq> MinuteLimits<K> {
    /// Counts a request against `per_minute`, at least 1.
    ///
    /// # Errors
    /// How long to wait, when there were too many; then nothing is counted.
    pub(super) fn charge(&self, key: K, per_minute: u32, now: DateTime<Utc>) -> Result<(), Duration> {
        let minute = TimeDelta::minutes(1);
        let interval = minute / i32::try_from(per_minute.max(1)).unwrap_or(i32::MAX);
        let mut paid_off = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Further ahead than a minute it was never set: the clock was ahead then.
        let paid = paid_off.get(&key).copied().unwrap_or(now).clamp(now, now + minute);
        let time = paid + interval;
        let over = time - now - minute;
        if over > TimeDelta::zero() {
            paid_off.insert(key, paid);
            return Err(over.to_std().unwrap_or_default());
        }
        paid_off.insert(key, time);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_may_come_at_once_and_comes_back_evenly() {
        let limits = MinuteLimits::default();
        let now = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
        for _ in 0..30 {
            limits.charge("a", 30, now).unwrap();
        }
        assert_eq!(limits.charge("a", 30, now), Err(Duration::from_secs(2)));
        assert_eq!(limits.charge("b", 30, now), Ok(()));
        assert_eq!(limits.charge("a", 30, now + TimeDelta::seconds(2)), Ok(()));
        assert!(limits.charge("a", 30, now + TimeDelta::seconds(2)).is_err());
        // The clock was a day ahead, and is set right.
        limits.charge("c", 30, now + TimeDelta::days(1)).unwrap();
        assert!(limits.charge("c", 30, now).is_err());
        assert_eq!(limits.charge("c", 30, now + TimeDelta::seconds(2)), Ok(()));
    }
}
