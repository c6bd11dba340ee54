//! Throttled log-in: so many failures in a window, for each e-mail address from each network, and for each client address.
//!
//! An account is not closed for everybody, or any stranger could lock its owner out; nor is an address that many people may
//! share, as behind a proxy that the settings do not tell of, or one client could lock all of them out. A browser that the person
//! logged in with before has an allowance of its own.
//!
//! governor was looked at: it cannot give an attempt back. Here an attempt is charged before the password is looked at
//! (else many at once would slip through) and given back when it succeeds. The algorithm is the same, GCRA: one time a key. Where
//! several programs serve on a database it counts for all of them.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use store::{Charge, Store};

use super::{ClientAddress, device::Device};
use crate::security::is_private;

/// One client address may fail this many times as often as one account: people share addresses.
const ADDRESS_FACTOR: u32 = 5;

/// An address that may stand for everybody, because a proxy may be there, this many times: enough that no single client locks the
/// others out, and a bound on the work that passwords make.
const SHARED_FACTOR: u32 = 100;

/// Keys kept at most, about 10 MB; beyond that those that owe the least are forgotten.
const MAX_KEYS: usize = 100_000;

/// What is counted. Accounts go by a hash, so that a key stays small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// An account, from a browser that it knows.
    Device([u8; 16], Device),
    /// An account, from a network, and from the network that an untrusted proxy names.
    Account([u8; 16], IpAddr, Option<IpAddr>),
    /// A client's address, and the one that an untrusted proxy names.
    Address(IpAddr, Option<IpAddr>),
    /// An address that many may share.
    Shared(IpAddr),
}

impl Key {
    /// What the database counts it under: a hash, so that no address is kept there.
    fn name(&self) -> String {
        let text = match self {
            Self::Device(account, device) => format!("device {account:?} {device:?}"),
            Self::Account(account, network, claimed) => format!("account {account:?} {network} {claimed:?}"),
            Self::Address(address, claimed) => format!("address {address} {claimed:?}"),
            Self::Shared(address) => format!("shared {address}"),
        };
        let hash: [u8; 32] = Sha256::digest(text).into();
        format!("log-in {}", hash[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

/// An attempt to log in, by what it counts against.
#[derive(Clone, Debug)]
pub(super) struct Attempt(Vec<Key>);

impl Attempt {
    /// `device` is a browser that this account logged in with before.
    pub(super) fn new(email: &str, from: ClientAddress, device: Option<Device>) -> Self {
        let account = account(email);
        if let Some(device) = device {
            return Self(vec![Key::Device(account, device)]);
        }
        let ip = from.ip.to_canonical();
        let of_account = Key::Account(account, network(ip), from.claimed.map(network));
        let may_be_shared = ip.is_loopback() || is_private(ip) || from.claimed.is_some();
        let mut keys = vec![of_account];
        if may_be_shared {
            keys.push(Key::Shared(address(ip)));
        }
        if !may_be_shared || from.claimed.is_some() {
            keys.push(Key::Address(address(ip), from.claimed.map(address)));
        }
        Self(keys)
    }
}

/// Counts failed log-ins: one time a key, which is when all that it was charged will have been paid off.
#[derive(Debug)]
pub struct LoginThrottle {
    failures: u32,
    window: TimeDelta,
    paid_off: Mutex<HashMap<Key, DateTime<Utc>>>,
}

impl LoginThrottle {
    /// Allows `failures` in `window` for one account from one network.
    pub fn new(failures: u32, window: Duration) -> Self {
        let window = TimeDelta::from_std(window).unwrap_or(TimeDelta::MAX);
        Self { failures, window, paid_off: Mutex::default() }
    }

    /// How long one attempt takes to be paid off, and how much may be owed.
    fn terms(&self, key: &Key) -> (TimeDelta, TimeDelta) {
        let factor = match key {
            Key::Device(..) | Key::Account(..) => 1,
            Key::Address(..) => ADDRESS_FACTOR,
            Key::Shared(_) => SHARED_FACTOR,
        };
        let allowed = i32::try_from(self.failures.saturating_mul(factor).max(1)).unwrap_or(i32::MAX);
        let interval = self.window / allowed;
        (interval, interval * allowed)
    }

    /// Charges an attempt: in the database where several programs serve on it, else here.
    ///
    /// # Errors
    /// When the database fails; the inner error is how long to wait, when there were too many: then nothing is charged.
    pub(super) async fn charge_everywhere(
        &self,
        store: &dyn Store,
        attempt: &Attempt,
        now: DateTime<Utc>,
    ) -> store::Result<Result<(), Duration>> {
        let counted = store.charge(&self.charges(attempt)).await?;
        Ok(counted.unwrap_or_else(|| self.charge(attempt, now)))
    }

    /// Gives an attempt back, wherever it was charged, because it succeeded.
    pub(super) async fn refund_everywhere(&self, store: &dyn Store, attempt: &Attempt) {
        self.refund(attempt);
        if let Err(error) = store.refund(&self.charges(attempt)).await {
            tracing::warn!(%error, "a log-in that succeeded counts as failed until it is paid off");
        }
    }

    fn charges(&self, attempt: &Attempt) -> Vec<Charge> {
        let charge = |key: &Key| {
            let (interval, most) = self.terms(key);
            let [interval, most] = [interval, most].map(|time| time.to_std().unwrap_or_default());
            Charge { key: key.name(), interval, most }
        };
        attempt.0.iter().map(charge).collect()
    }

    /// Charges an attempt.
    ///
    /// # Errors
    /// How long to wait, when there were too many; then nothing is charged.
    fn charge(&self, attempt: &Attempt, now: DateTime<Utc>) -> Result<(), Duration> {
        let mut paid_off = self.paid_off.lock().unwrap_or_else(PoisonError::into_inner);
        if paid_off.len() >= MAX_KEYS {
            forget_small_debts(&mut paid_off, now);
        }
        let after = |key: &Key| {
            let (interval, most) = self.terms(key);
            let time = paid_off.get(key).copied().unwrap_or(now).max(now) + interval;
            (time, time - now - most)
        };
        let times: Vec<_> = attempt.0.iter().map(after).collect();
        let over = times.iter().map(|(_, over)| *over).max().unwrap_or_default();
        if over > TimeDelta::zero() {
            return Err(over.to_std().unwrap_or_default());
        }
        paid_off.extend(attempt.0.iter().copied().zip(times.into_iter().map(|(time, _)| time)));
        Ok(())
    }

    /// Gives an attempt back.
    fn refund(&self, attempt: &Attempt) {
        let mut paid_off = self.paid_off.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &attempt.0 {
            let (interval, _) = self.terms(key);
            if let Some(time) = paid_off.get_mut(key) {
                *time -= interval;
            }
        }
    }
}

/// Accounts are found without regard to case, so they are counted so.
fn account(email: &str) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(email.trim().to_lowercase()).into();
    std::array::from_fn(|at| hash[at])
}

/// One household or one rented server has a whole /64 of IPv6 to hop about in.
fn address(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The /24 of IPv4, or the /64 of IPv6.
fn network(ip: IpAddr) -> IpAddr {
    match address(ip) {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8))),
        v6 @ IpAddr::V6(_) => v6,
    }
}

fn forget_small_debts(paid_off: &mut HashMap<Key, DateTime<Utc>>, now: DateTime<Utc>) {
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

    fn from(ip: &str) -> ClientAddress {
        ClientAddress { ip: ip.parse().unwrap(), claimed: None, is_local: false }
    }

    fn attempt(email: &str, ip: &str) -> Attempt {
        Attempt::new(email, from(ip), None)
    }

    #[test]
    fn an_account_is_throttled_whatever_its_case_and_from_wherever_in_a_network() {
        let (throttle, now) = throttle();
        for (email, ip) in
            [(ANA, "192.0.2.1"), ("ANA@example.com", "192.0.2.2"), (" ana@Example.com", "192.0.2.3")]
        {
            assert_eq!(throttle.charge(&attempt(email, ip), now), Ok(()));
        }
        let next = attempt(ANA, "192.0.2.4");
        assert_eq!(throttle.charge(&next, now), Err(Duration::from_secs(20)));
        assert_eq!(throttle.charge(&attempt("bob@example.com", "192.0.2.4"), now), Ok(()));
        assert_eq!(throttle.charge(&next, now + TimeDelta::seconds(20)), Ok(()));
        assert!(throttle.charge(&next, now + TimeDelta::seconds(20)).is_err());
    }

    #[test]
    fn a_stranger_does_not_lock_the_owner_out() {
        let (throttle, now) = throttle();
        while throttle.charge(&attempt(ANA, "203.0.113.9"), now).is_ok() {}
        assert_eq!(throttle.charge(&attempt(ANA, "192.0.2.1"), now), Ok(()), "from elsewhere");
        let device = Some([7; 32]);
        let known = |ip| Attempt::new(ANA, from(ip), device);
        for _ in 0..3 {
            assert_eq!(
                throttle.charge(&known("203.0.113.9"), now),
                Ok(()),
                "with a browser of hers, even beside him"
            );
        }
        assert!(throttle.charge(&known("203.0.113.9"), now).is_err(), "but not without end");
        let other = Attempt::new("bob@example.com", from("203.0.113.9"), device);
        assert_eq!(throttle.charge(&other, now), Ok(()));
    }

    #[test]
    fn an_address_is_throttled_whatever_the_account() {
        let (throttle, now) = throttle();
        for n in 0..15 {
            assert_eq!(throttle.charge(&attempt(&format!("{n}@example.com"), "2001:db8::1"), now), Ok(()));
        }
        assert!(throttle.charge(&attempt(ANA, "2001:db8::ffff"), now).is_err(), "same /64");
        assert_eq!(throttle.charge(&attempt(ANA, "2001:db8:0:1::1"), now), Ok(()), "another /64");
    }

    #[test]
    fn one_client_behind_a_proxy_that_nobody_told_of_locks_nobody_else_out() {
        for proxy in ["127.0.0.1", "172.17.0.1", "fd00::1"] {
            let (throttle, now) = throttle();
            for n in 0..50 {
                let _ = throttle.charge(&attempt(&format!("{}@example.com", n % 25), proxy), now);
            }
            assert_eq!(throttle.charge(&attempt(ANA, proxy), now), Ok(()), "a plain one: {proxy}");
        }
        // One that names its clients: each has an allowance of its own, also for the same account.
        let (throttle, now) = throttle();
        let behind = |email: &str, claimed: &str| {
            Attempt::new(email, ClientAddress { claimed: claimed.parse().ok(), ..from("198.51.100.1") }, None)
        };
        for n in 0..50 {
            let _ =
                throttle.charge(&behind(if n % 2 == 0 { ANA } else { "x@example.com" }, "203.0.113.9"), now);
        }
        assert!(throttle.charge(&behind(ANA, "203.0.113.9"), now).is_err());
        assert_eq!(throttle.charge(&behind(ANA, "192.0.2.1"), now), Ok(()));
    }

    #[test]
    fn whoever_makes_up_clients_is_bounded_all_the_same() {
        let (throttle, now) = throttle();
        let made_up = |n: u32| {
            let claimed = Some(Ipv4Addr::from_bits(n << 8).into());
            Attempt::new(ANA, ClientAddress { claimed, ..from("203.0.113.9") }, None)
        };
        let passed = (0..1000).filter(|n| throttle.charge(&made_up(*n), now).is_ok()).count();
        assert_eq!(passed, 300);
    }

    #[test]
    fn success_costs_nothing() {
        let (throttle, now) = throttle();
        let attempt = attempt(ANA, "192.0.2.1");
        for _ in 0..100 {
            assert_eq!(throttle.charge(&attempt, now), Ok(()));
            throttle.refund(&attempt);
        }
    }

    #[test]
    fn a_refused_attempt_costs_nothing() {
        let (throttle, now) = throttle();
        for _ in 0..50 {
            let _ = throttle.charge(&attempt(ANA, "192.0.2.1"), now);
        }
        assert_eq!(throttle.charge(&attempt("bob@example.com", "192.0.2.1"), now), Ok(()));
        assert_eq!(throttle.charge(&attempt(ANA, "192.0.2.1"), now + TimeDelta::seconds(20)), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let (throttle, now) = throttle();
        for n in 0..u32::try_from(MAX_KEYS * 2).unwrap() {
            let ip = IpAddr::from(Ipv4Addr::from_bits(n << 8 | 1 << 31));
            let _ = throttle.charge(&Attempt(vec![Key::Shared(ip)]), now);
        }
        assert!(throttle.paid_off.lock().unwrap().len() <= MAX_KEYS);
    }
}
