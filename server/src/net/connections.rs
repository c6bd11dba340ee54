//! Which connections are open. When there is no room for one more, the one whose client has kept it waiting longest is closed:
//! strangers who hold connections keep nobody out.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use ipnet::IpNet;
use metrics::{counter, gauge};
use tokio_util::sync::CancellationToken;

use super::{file_limit, pulse::Pulse};
use crate::config::Settings;

/// A full house is told in the log at most this often.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// How many connections there may be.
#[derive(Clone, Debug)]
pub struct Limits {
    /// In all.
    pub in_all: usize,
    /// From one IPv4 address or one /64 of IPv6.
    pub by_address: usize,
    /// Proxies: all their clients come from one address.
    pub proxies: Vec<IpNet>,
}

/// Those of the settings' defaults.
impl Default for Limits {
    fn default() -> Self {
        Self { in_all: file_limit::connections_that_fit().min(1000), by_address: 250, proxies: Vec::new() }
    }
}

impl Limits {
    /// What the settings ask for, as far as the limit of open files allows it.
    pub fn new(settings: &Settings) -> Self {
        let wanted = settings.max_connections as usize;
        let fit = file_limit::connections_that_fit();
        if fit < wanted {
            tracing::warn!(
                wanted,
                possible = fit,
                "fewer connections than max_connections fit below the limit of open files (ulimit -n)"
            );
        }
        Self {
            in_all: wanted.min(fit),
            by_address: settings.max_connections_by_address as usize,
            proxies: settings.trusted_proxies.clone(),
        }
    }

    /// Proxies that were told of, and whatever runs on this machine, may hold as many as there are.
    fn is_exempt(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.proxies.iter().any(|net| net.contains(&address))
    }
}

/// All that are open.
#[derive(Debug)]
pub(super) struct Connections {
    limits: Limits,
    epoch: Instant,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Open>>,
    told: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Open {
    network: IpAddr,
    is_exempt: bool,
    pulse: Arc<Pulse>,
    close: CancellationToken,
}

/// The place of a connection; given up when dropped.
#[derive(Debug)]
pub(super) struct Place {
    id: u64,
    house: Arc<Connections>,
    /// What the connection does.
    pub(super) pulse: Arc<Pulse>,
    /// Cancelled when it must end at once.
    pub(super) close: CancellationToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.house.remove(self.id);
    }
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            epoch: Instant::now(),
            next: AtomicU64::new(0),
            open: Mutex::default(),
            told: Mutex::default(),
        })
    }

    /// A place for a client; `None` when all are taken by requests under way.
    pub(super) fn admit(self: &Arc<Self>, client: IpAddr) -> Option<Place> {
        let client = client.to_canonical();
        let (network, is_exempt) = (network(client), self.limits.is_exempt(client));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address =
            if is_exempt { 0 } else { open.values().filter(|one| one.network == network).count() };
        let has_room = if of_address >= self.limits.by_address {
            close_longest_waiting(&mut open, |one| one.network == network)
        } else if open.len() >= self.limits.in_all {
            close_longest_waiting(&mut open, |_| true)
        } else {
            true
        };
        if open.len() + 1 >= self.limits.in_all || !has_room {
            self.tell(open.len());
        }
        if !has_room {
            counter!("gavel_connections_closed_total", "why" => "refused").increment(1);
            return None;
        }
        let (pulse, close) = (Arc::new(Pulse::new(self.epoch)), CancellationToken::new());
        let id = self.next.fetch_add(1, Relaxed);
        open.insert(id, Open { network, is_exempt, pulse: Arc::clone(&pulse), close: close.clone() });
        gauge!("gavel_connections").set(open.len() as f64);
        Some(Place { id, house: Arc::clone(self), pulse, close })
    }

    /// Makes room when the system has no more files, whatever the limits say.
    pub(super) fn make_room(&self) {
        close_longest_waiting(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner), |_| true);
    }

    /// Closes what has lasted too long.
    pub(super) fn sweep(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, one| {
            let overdue = one.pulse.overdue();
            if let Some(why) = overdue {
                counter!("gavel_connections_closed_total", "why" => why).increment(1);
                one.close.cancel();
            }
            overdue.is_none()
        });
        gauge!("gavel_connections").set(open.len() as f64);
    }

    fn remove(&self, id: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn tell(&self, open: usize) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() >= TOLD_EVERY) {
            *told = Some(Instant::now());
            tracing::warn!(
                open,
                "no room for more connections (settings max_connections and max_connections_by_address): those \
                 whose clients keep them waiting longest are closed"
            );
        }
    }
}

/// Those that were never answered go first, then those of few answers, proxies last; among equals the one that has waited longest.
fn close_longest_waiting(open: &mut HashMap<u64, Open>, may_close: impl Fn(&Open) -> bool) -> bool {
    let waiting = open.iter().filter(|(_, one)| may_close(one)).filter_map(|(id, one)| {
        let since = one.pulse.waits_for_client_since()?;
        let is_proxy = one.is_exempt && !one.network.is_loopback();
        Some(((is_proxy, one.pulse.worth(), since), *id))
    });
    let Some((_, id)) = waiting.min() else { return false };
    if let Some(closed) = open.remove(&id) {
        closed.close.cancel();
        counter!("gavel_connections_closed_total", "why" => "room").increment(1);
    }
    true
}

/// One household or one rented server has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(in_all: usize, by_address: usize) -> Arc<Connections> {
        let proxies = vec!["10.0.0.0/8".parse().unwrap()];
        Connections::new(Limits { in_all, by_address, proxies })
    }

    fn admit(house: &Arc<Connections>, client: &str) -> Option<Place> {
        house.admit(client.parse().unwrap())
    }

    #[test]
    fn the_one_that_waits_longest_makes_room_and_those_that_were_answered_stay() {
        let house = house(3, 3);
        let honest = admit(&house, "192.0.2.1").unwrap();
        drop(honest.pulse.begin());
        let first = admit(&house, "203.0.113.1").unwrap();
        let second = admit(&house, "203.0.113.2").unwrap();
        let third = admit(&house, "203.0.113.3").unwrap();
        assert!(first.close.is_cancelled());
        assert!(![&honest, &second, &third].iter().any(|place| place.close.is_cancelled()));
    }

    #[test]
    fn requests_under_way_are_not_cut_off() {
        let house = house(2, 2);
        let places = ["203.0.113.1", "203.0.113.2"].map(|client| admit(&house, client).unwrap());
        let requests = places.each_ref().map(|place| place.pulse.begin());
        assert!(admit(&house, "192.0.2.1").is_none());
        drop(requests);
        assert!(admit(&house, "192.0.2.1").is_some());
    }

    #[test]
    fn an_address_makes_room_for_itself_only() {
        let house = house(100, 2);
        let other = admit(&house, "192.0.2.1").unwrap();
        let places: Vec<_> = (1..=3).map(|n| admit(&house, &format!("2001:db8::{n}")).unwrap()).collect();
        assert!(places[0].close.is_cancelled() && !places[2].close.is_cancelled());
        assert!(!other.close.is_cancelled());
    }

    #[test]
    fn proxies_and_this_machine_may_hold_many() {
        let house = house(100, 2);
        for client in ["10.1.2.3", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let places: Vec<_> = (0..10).map(|_| admit(&house, client).unwrap()).collect();
            assert!(places.iter().all(|place| !place.close.is_cancelled()), "{client}");
        }
        assert!(house.open.lock().unwrap().is_empty(), "places are given up");
    }
}
