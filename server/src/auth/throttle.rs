//! Throttled log-in: so many failures in a window, for each e-mail address and for each client address.
//!
//! governor was looked at: it cannot give an attempt back. Here an attempt is charged before the password is looked at
//! (else many at once would slip through) and given back when it succeeds. The algorithm is the same, GCRA: one time a key.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

/// One client address may fail this many times as often as one account: people share addresses.
const ADDRESS_FACTOR: u32 = 5;

/// Keys kept at most, about 10 MB; beyond that those that owe the least are forgotten.
const MAX_KEYS: usize = 100_000;

/// Counts failed log-ins.
#[derive(Debug)]
pub struct LoginThrottle {
    accounts: Limit<String>,
    addresses: Limit<IpAddr>,
}

impl LoginThrottle {
    /// Allows `failures` in `window` for one e-mail address.
    pub fn new(failures: u32, window: Duration) -> Self {
        Self {
            accounts: Limit::new(failures, window),
            addresses: Limit::new(failures.saturating_mul(ADDRESS_FACTOR), window),
        }
    }

    /// Charges an attempt.
    ///
    /// # Errors
    /// How long to wait, when there were too many; then nothing is charged.
    pub fn charge(&self, email: &str, from: IpAddr, now: DateTime<Utc>) -> Result<(), Duration> {
        let address = network(from);
        self.addresses.charge(address, now)?;
        self.accounts.charge(account(email), now).inspect_err(|_| self.addresses.refund(&address))
    }

    /// Gives an attempt back, because it succeeded.
    pub fn refund(&self, email: &str, from: IpAddr) {
        self.addresses.refund(&network(from));
        self.accounts.refund(&account(email));
    }
}

/// Accounts are found without regard to case, so they are counted so. Cut, so that a key stays small.
fn account(email: &str) -> String {
    email.trim().to_lowercase().chars().take(255).collect()
}

/// One household or one rented server has a whole /64 of IPv6 to hop about in.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// GCRA: a key's time is when all that it was charged will have been paid off.
#[derive(Debug)]
struct Limit<K> {
    interval: TimeDelta,
    window: TimeDelta,
    paid_off: Mutex<HashMap<K, DateTime<Utc>>>,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(failures: u32, window: Duration) -> Self {
        let window = TimeDelta::from_std(window).unwrap_or(TimeDelta::MAX);
        let interval = window / i32::try_from(failures.max(1)).unwrap_or(i32::MAX);
        Self {
            interval,
            window: interval * i32::try_from(failures.max(1)).unwrap_or(i32::MAX),
            paid_off: Mutex::default(),
        }
    }

    fn charge(&self, key: K, now: DateTime<Utc>) -> Result<(), Duration> {
        let mut paid_off = self.paid_off.lock().unwrap_or_else(PoisonError::into_inner);
        if paid_off.len() >= MAX_KEYS {
            forget_small_debts(&mut paid_off, now);
        }
        let time = paid_off.get(&key).copied().unwrap_or(now).max(now) + self.interval;
        let over = time - now - self.window;
        if over > TimeDelta::zero() {
            return Err(over.to_std().unwrap_or_default());
        }
        paid_off.insert(key, time);
        Ok(())
    }

    fn refund(&self, key: &K) {
        let mut paid_off = self.paid_off.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(time) = paid_off.get_mut(key) {
            *time -= self.interval;
        }
    }
}

fn forget_small_debts<K>(paid_off: &mut HashMap<K, DateTime<Utc>>, now: DateTime<Utc>) {
    paid_off.retain(|_, time| *time > now);
    if paid_off.len() < MAX_KEYS {
        return;
    }
    let mut times: Vec<_> = paid_off.values().copied().collect();
    let (_, median, _) = times.select_nth_unstable(MAX_KEYS / 2);
    let median = *median;
    paid_off.retain(|_, time| *time > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: &str = "ana@example.com";

    fn throttle() -> (LoginThrottle, DateTime<Utc>) {
        let now = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
        (LoginThrottle::new(3, Duration::from_secs(60)), now)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_account_is_throttled_whatever_its_case_and_from_wherever() {
        let (throttle, now) = throttle();
        for (email, from) in
            [(ANA, "192.0.2.1"), ("ANA@example.com", "192.0.2.2"), (" ana@Example.com", "192.0.2.3")]
        {
            assert_eq!(throttle.charge(email, ip(from), now), Ok(()));
        }
        assert_eq!(throttle.charge(ANA, ip("192.0.2.4"), now), Err(Duration::from_secs(20)));
        assert_eq!(throttle.charge("bob@example.com", ip("192.0.2.4"), now), Ok(()));
        assert_eq!(throttle.charge(ANA, ip("192.0.2.4"), now + TimeDelta::seconds(20)), Ok(()));
        assert!(throttle.charge(ANA, ip("192.0.2.4"), now + TimeDelta::seconds(20)).is_err());
    }

    #[test]
    fn an_address_is_throttled_whatever_the_account() {
        let (throttle, now) = throttle();
        for n in 0..15 {
            assert_eq!(throttle.charge(&format!("{n}@example.com"), ip("2001:db8::1"), now), Ok(()));
        }
        assert!(throttle.charge(ANA, ip("2001:db8::ffff"), now).is_err(), "same /64");
        assert_eq!(throttle.charge(ANA, ip("2001:db8:0:1::1"), now), Ok(()), "another /64");
    }

    #[test]
    fn success_costs_nothing() {
        let (throttle, now) = throttle();
        for _ in 0..100 {
            assert_eq!(throttle.charge(ANA, ip("192.0.2.1"), now), Ok(()));
            throttle.refund(ANA, ip("192.0.2.1"));
        }
    }

    #[test]
    fn a_refused_attempt_costs_nothing() {
        let (throttle, now) = throttle();
        for _ in 0..50 {
            let _ = throttle.charge(ANA, ip("192.0.2.1"), now);
        }
        assert_eq!(throttle.charge("bob@example.com", ip("192.0.2.1"), now), Ok(()));
        assert_eq!(throttle.charge(ANA, ip("192.0.2.1"), now + TimeDelta::seconds(20)), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let limit = Limit::new(3, Duration::from_secs(60));
        let (_, now) = throttle();
        for n in 0..u32::try_from(MAX_KEYS * 2).unwrap() {
            let _ = limit.charge(n, now);
        }
        assert!(limit.paid_off.lock().unwrap().len() <= MAX_KEYS);
    }
}
