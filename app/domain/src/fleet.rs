//! The programs that serve on one database, beside each other.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who serves, and who does what only one of them may do. Empty where there is always one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fleet {
    /// The oldest first.
    pub replicas: Vec<Replica>,
    /// Leases in force, by name.
    pub leases: Vec<HeldLease>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// What it calls itself, anew with each start.
    pub id: String,
    /// Its version of Gavel.
    pub version: String,
    /// The name of its machine.
    pub host: String,
    /// When it was started.
    pub since: DateTime<Utc>,
    /// When it last said that it is there, by the database's clock.
    pub seen_at: DateTime<Utc>,
    /// How long ago that was, in milliseconds.
    pub silent_ms: u64,
    /// Whether it is the one that answers now.
    pub is_this: bool,
}

/// A lease that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLease {
    /// What is done by whoever holds it.
    pub name: String,
    /// The id of the replica.
    pub owner: String,
}

/// A replica says every 10 s that it is there; after this time it is taken for gone.
const GONE_AFTER_MS: u64 = 30_000;

impl Replica {
    /// Whether it is there, as far as anybody knows.
    pub fn is_there(&self) -> bool {
        self.silent_ms < GONE_AFTER_MS
    }
}

impl Fleet {
    /// What a replica does for all of them.
    pub fn work_of<'a>(&'a self, replica: &'a Replica) -> impl Iterator<Item = &'a str> {
        let its = self.leases.iter().filter(|lease| lease.owner == replica.id);
        its.map(|lease| lease.name.as_str())
    }
}
