//! What wakes a worker: here, and where it may be at work instead, in the other replicas.

use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, futures::Notified};

use super::Outbound;

/// Workers that are woken from other replicas: those that one replica runs for all, and those that would sleep for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wake {
    /// Feedback is due, or will be.
    Outbox,
    /// A bulk action was asked for.
    Bulk,
    /// One that rechecks was asked for.
    BulkRechecks,
    /// A file of an import came.
    Reading,
    /// An import was started, paused or cancelled.
    Imports,
    /// Something changed that alerts look at.
    Alerts,
    /// A note is to be sent.
    Notes,
    /// The upstream's usage is wanted.
    Usage,
    /// A replica let go of its leases.
    Leases,
}

impl Wake {
    /// All of them: rung when it is not known which were.
    pub(crate) const ALL: [Self; 9] = [
        Self::Outbox,
        Self::Bulk,
        Self::BulkRechecks,
        Self::Reading,
        Self::Imports,
        Self::Alerts,
        Self::Notes,
        Self::Usage,
        Self::Leases,
    ];
}

/// Wakes one worker.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Notify,
    /// Where it is heard, too.
    elsewhere: Option<(Outbound, Wake)>,
}

impl Bell {
    /// One that is also heard in the other replicas.
    pub(crate) fn everywhere(wake: Wake, outbound: &Outbound) -> Self {
        Self { rung: Notify::new(), elsewhere: Some((outbound.clone(), wake)) }
    }

    /// Wakes the worker, or keeps it from falling asleep once.
    pub(crate) fn notify_one(&self) {
        self.ring_here();
        if let Some((outbound, wake)) = &self.elsewhere {
            outbound.wake(*wake);
        }
    }

    /// Wakes the worker of this program only.
    pub(crate) fn ring_here(&self) {
        self.rung.notify_one();
    }

    /// Completes when it is rung.
    pub(crate) fn notified(&self) -> Notified<'_> {
        self.rung.notified()
    }
}
