//! Which detections are known, so that feedback on others can be refused.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

/// The ledger cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ledger of detections is out of reach: {0}")]
pub struct LedgerError(pub String);

/// Remembers detections.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Called for every detection given out. Does nothing unless the ledger keeps its own list.
    ///
    /// # Errors
    /// When the ledger is out of reach.
    async fn record(&self, _detection_id: &str) -> Result<(), LedgerError> {
        Ok(())
    }

    /// Whether the detection was given out.
    ///
    /// # Errors
    /// When the ledger is out of reach.
    async fn knows(&self, detection_id: &str) -> Result<bool, LedgerError>;
}

/// A ledger in memory that forgets the oldest detections past a bound.
#[derive(Debug)]
pub struct MemoryLedger {
    bound: usize,
    known: Mutex<(HashSet<String>, VecDeque<String>)>,
}

impl MemoryLedger {
    /// A ledger of at most `bound` detections.
    pub fn new(bound: usize) -> Self {
        Self { bound, known: Mutex::default() }
    }
}

impl Default for MemoryLedger {
    /// A ledger of 100,000 detections, about 10 MB when full.
    fn default() -> Self {
        Self::new(100_000)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn record(&self, detection_id: &str) -> Result<(), LedgerError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (set, order) = &mut *known;
        if set.insert(detection_id.to_owned()) {
            order.push_back(detection_id.to_owned());
        }
        while order.len() > self.bound {
            if let Some(oldest) = order.pop_front() {
                set.remove(&oldest);
            }
        }
        Ok(())
    }

    async fn knows(&self, detection_id: &str) -> Result<bool, LedgerError> {
        Ok(self.known.lock().unwrap_or_else(PoisonError::into_inner).0.contains(detection_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_are_forgotten() {
        let ledger = MemoryLedger::new(2);
        for id in ["a", "b", "c"] {
            ledger.record(id).await.expect("memory");
        }
        assert_eq!(ledger.knows("a").await, Ok(false));
        assert_eq!(ledger.knows("b").await, Ok(true));
        assert_eq!(ledger.knows("c").await, Ok(true));
    }
}
