//! Leases: what only one replica may do at a time is done by whoever holds the lease for it. It lasts some seconds and is renewed all the
//! while; a replica that stops lets go when its work is done, and one that is killed or cut off loses it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use super::{Bell, Outbound, Wake};
use crate::Moderation;

/// How long a lease lasts, and how often it is asked for: one whose holder was killed is another's within 15 s.
const LASTS: Duration = Duration::from_secs(12);
const EVERY: Duration = Duration::from_millis(2500);

/// How long asking may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// So long before a lease ends that was not renewed, its work is told to end.
const MARGIN: Duration = Duration::from_secs(3);

/// What only one replica does at a time. Work that is claimed row by row in the database is done by all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chore {
    /// Asking the upstream for its usage, and looking after alerts: what the one hears of the upstream the other tells.
    Watch,
    /// Sending the notes of alerts.
    Notes,
    /// Reading the files of imports, and checking their rows.
    Imports,
    /// Bulk actions.
    Bulk,
    /// Forgetting what is due.
    Forgetting,
}

impl Chore {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Watch, Self::Notes, Self::Imports, Self::Bulk, Self::Forgetting];

    /// Its name, in the database and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Watch => "usage and alerts",
            Self::Notes => "notes of alerts",
            Self::Imports => "imports",
            Self::Bulk => "bulk actions",
            Self::Forgetting => "forgetting",
        }
    }

    /// Whether it goes on while the lease cannot be renewed, until another has it: that nothing can be written any more is told by whoever
    /// was to tell it.
    fn outlasts_the_database(self) -> bool {
        self == Self::Watch
    }
}

/// The leases that this replica holds.
#[derive(Debug)]
pub(crate) struct Leases {
    /// What ends with each of them.
    held: watch::Sender<HashMap<Chore, CancellationToken>>,
    /// Work under way with a lease.
    at_work: TaskTracker,
    /// Rung when another replica let go of its own.
    pub(super) free: Bell,
    has_others: bool,
}

/// A lease that is held: work with it ends when `ended` is cancelled.
pub(crate) struct Held {
    pub(crate) ended: CancellationToken,
    _at_work: TaskTrackerToken,
}

impl Leases {
    pub(crate) fn new(has_others: bool, outbound: &Outbound) -> Self {
        Self {
            held: watch::Sender::new(HashMap::new()),
            at_work: TaskTracker::new(),
            free: Bell::everywhere(Wake::Leases, outbound),
            has_others,
        }
    }

    /// Waits until this replica holds a lease; `None` when it stops first. Where there are no others nobody waits.
    pub(crate) async fn wait_for(&self, chore: Chore, stop: &CancellationToken) -> Option<Held> {
        let ended = if self.has_others {
            let mut held = self.held.subscribe();
            let is_held = |held: &HashMap<Chore, CancellationToken>| {
                held.get(&chore).is_some_and(|ended| !ended.is_cancelled())
            };
            let held = stop.run_until_cancelled(held.wait_for(is_held)).await?.ok()?;
            held.get(&chore)?.clone()
        } else {
            stop.child_token()
        };
        (!stop.is_cancelled()).then(|| Held { ended, _at_work: self.at_work.token() })
    }

    /// Notes what the database says.
    fn note(&self, names: &[String], stop: &CancellationToken) {
        let has = |chore: Chore| names.iter().any(|name| name == chore.as_str());
        self.held.send_if_modified(|held| {
            held.retain(|chore, ended| {
                if !has(*chore) {
                    tracing::warn!(lease = chore.as_str(), "another replica has the lease now");
                    ended.cancel();
                }
                has(*chore)
            });
            let new = Chore::ALL.iter().filter(|chore| has(**chore) && !held.contains_key(chore));
            let new: Vec<Chore> = new.copied().collect();
            for chore in &new {
                tracing::info!(lease = chore.as_str(), "this replica has the lease now");
                held.insert(*chore, stop.child_token());
            }
            !new.is_empty()
        });
    }

    /// Ends the work whose leases could not be renewed for too long.
    fn end(&self) {
        self.held.send_modify(|held| {
            held.retain(|chore, ended| {
                let goes_on = chore.outlasts_the_database();
                if !goes_on {
                    ended.cancel();
                }
                goes_on
            });
        });
    }

    fn names(&self) -> Vec<&'static str> {
        self.held.borrow().keys().map(|chore| chore.as_str()).collect()
    }
}

impl Moderation {
    /// Takes the leases for some chores when they are free, and renews them, until `stop`; then until the work with them has ended.
    pub async fn keep_leases(self: Arc<Self>, chores: &'static [Chore], stop: CancellationToken) {
        if self.store.replica().is_none() {
            return;
        }
        let leases = &self.leases;
        let all: Vec<_> = chores.iter().map(|chore| chore.as_str()).collect();
        let mut good_until = Instant::now();
        let done = async {
            stop.cancelled().await;
            leases.at_work.close();
            leases.at_work.wait().await;
        };
        tokio::pin!(done);
        loop {
            let wanted = if stop.is_cancelled() { leases.names() } else { all.clone() };
            let asked = Instant::now();
            match timeout(PATIENCE, self.store.take_leases(&wanted, LASTS)).await {
                Ok(Ok(names)) => {
                    good_until = asked + (LASTS - MARGIN);
                    leases.note(&names, &stop);
                }
                failed => {
                    if let Ok(Err(error)) = failed {
                        tracing::warn!(%error, "leases could not be renewed");
                    }
                    if Instant::now() >= good_until {
                        leases.end();
                    }
                }
            }
            let left = good_until.saturating_duration_since(Instant::now());
            let rest = if left.is_zero() { EVERY } else { EVERY.min(left) };
            tokio::select! {
                () = &mut done => break,
                () = leases.free.notified(), if !stop.is_cancelled() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
        if let Err(error) = self.store.release_leases().await {
            tracing::warn!(%error, "leases could not be let go; they end by themselves");
        }
        // The others need not wait until they ask the next time.
        leases.free.notify_one();
        if let Err(error) = self.tell_others().await {
            tracing::debug!(%error, "the other replicas find out by themselves that leases are free");
        }
    }

    /// Does work whenever this replica holds the lease for it, until `stop`.
    pub(crate) async fn with_lease<F>(
        self: Arc<Self>,
        chore: Chore,
        stop: CancellationToken,
        work: fn(Arc<Self>, CancellationToken) -> F,
    ) where
        F: Future<Output = ()>,
    {
        while let Some(held) = self.leases.wait_for(chore, &stop).await {
            work(Arc::clone(&self), held.ended.clone()).await;
            // Work that ends by itself has nothing to do.
            if !held.ended.is_cancelled() {
                return;
            }
        }
    }
}
