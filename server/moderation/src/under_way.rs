//! Submissions that were kept and are still judged here, or whose verdict is on its way into the log.
//!
//! How long ago something was kept does not tell whether it was left: the machine's clock may jump.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::DetectionId;
use store::Appended;

/// Those of this program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Submissions(Arc<Mutex<HashSet<DetectionId>>>);

/// A submission that was kept; under way as long as this lives.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) appended: Appended,
    all: Submissions,
}

impl Submissions {
    /// Notes one that has just been kept.
    pub(crate) fn begun(&self, appended: Appended) -> Kept {
        self.ids().insert(appended.id);
        Kept { appended, all: self.clone() }
    }

    /// Their ids at this moment.
    pub(crate) fn now(&self) -> HashSet<DetectionId> {
        self.ids().clone()
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<DetectionId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.all.ids().remove(&self.appended.id);
    }
}
