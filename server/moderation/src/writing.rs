//! Whether the log can be written. What cannot be kept is not asked for, people are told, and as soon as there is room again
//! everything goes on by itself.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::upstream::WritingTrouble;
use store::{Store, StoreError, Trouble};
use tokio::{
    sync::{Mutex, Notify},
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{Clock, Moderation, ModerationError};

/// A try counts for so long: probes may come as often as they like.
const FRESH: Duration = Duration::from_secs(1);

/// How long whoever asks waits for a try; a commit takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a try may take until it counts as failed: a machine that has much to do is no trouble yet.
const HELD: Duration = Duration::from_secs(5);

/// How often it is tried without being asked, while nothing can be written; and while everything can. The latter is for a log
/// that nobody writes to.
const TRY_AGAIN: Duration = Duration::from_secs(1);
const TRY_NOW_AND_THEN: Duration = Duration::from_secs(15);

/// What is known of it.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    /// Whether `trouble` is there; read at every check.
    is_failing: AtomicBool,
    trouble: RwLock<Option<(Trouble, DateTime<Utc>)>>,
    /// When it was last tried. Whoever tries holds it.
    tried: Arc<Mutex<Option<Instant>>>,
    changed: Notify,
}

impl Writing {
    pub(crate) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// What keeps everything from being written.
    pub(crate) fn kind(&self) -> Option<Trouble> {
        if !self.is_failing() {
            return None;
        }
        self.trouble.read().unwrap_or_else(PoisonError::into_inner).map(|(trouble, _)| trouble)
    }

    /// Whether nothing can be read either: the database is elsewhere and does not answer.
    pub(crate) fn is_away(&self) -> bool {
        self.kind() == Some(Trouble::Away)
    }

    pub(crate) fn trouble(&self) -> Option<WritingTrouble> {
        let trouble = *self.trouble.read().unwrap_or_else(PoisonError::into_inner);
        trouble.map(|(trouble, since)| WritingTrouble { reason: trouble.words().to_owned(), since })
    }

    /// Notes that something could not be written, if that was not its own fault. That it works again only a try says.
    pub(crate) fn failed(&self, error: &StoreError, now: DateTime<Utc>) {
        match error.trouble() {
            // Whoever waited in vain knows less than a try that found nobody there.
            Some(Trouble::Locked) if self.is_away() => {}
            Some(trouble) => self.set(Some(trouble), now),
            None => {}
        }
    }

    fn set(&self, trouble: Option<Trouble>, now: DateTime<Utc>) {
        let mut known = self.trouble.write().unwrap_or_else(PoisonError::into_inner);
        let since = known.map_or(now, |(_, since)| since);
        let before = known.map(|(trouble, _)| trouble);
        *known = trouble.map(|trouble| (trouble, since));
        drop(known);
        self.is_failing.store(trouble.is_some(), Ordering::Relaxed);
        if before == trouble {
            return;
        }
        match trouble {
            Some(trouble) => tracing::error!(reason = trouble.words(), "nothing can be written"),
            None => tracing::info!(seconds = (now - since).num_seconds(), "everything can be written again"),
        }
        self.changed.notify_one();
    }

    /// Tries, unless it was tried just now or somebody is at it, and waits a second for the outcome.
    async fn find_out(self: &Arc<Self>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
        let Ok(mut tried) = Arc::clone(&self.tried).try_lock_owned() else { return };
        if tried.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        let this = Arc::clone(self);
        // It goes on when nobody waits for it any more: the next finds out how it ended.
        let trying = tokio::spawn(async move {
            let mut trying = Box::pin(store.try_writing());
            let outcome = match timeout(HELD, &mut trying).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    this.set(Some(Trouble::Locked), clock.now());
                    trying.await
                }
            };
            if let Err(error) = &outcome
                && error.trouble().is_none()
            {
                tracing::error!(%error, "writing was tried and failed");
            }
            this.set(outcome.err().map(|error| error.trouble().unwrap_or(Trouble::Broken)), clock.now());
            *tried = Some(Instant::now());
        });
        let _ = timeout(PATIENCE, trying).await;
    }
}

impl Moderation {
    /// What keeps the log from being written, as far as is known; asks nobody.
    pub fn writing_trouble(&self) -> Option<WritingTrouble> {
        self.writing.trouble()
    }

    /// Whether the database is known not to answer at all.
    pub fn is_database_away(&self) -> bool {
        self.writing.is_away()
    }

    /// Says that nothing can be kept, where that is known: what cannot be kept is not asked for, since it would be paid for in vain.
    /// While another program holds the database, or it does not answer, it is: that passes.
    ///
    /// # Errors
    /// [`ModerationError::NothingKept`].
    pub(crate) fn expect_to_keep(&self) -> Result<(), ModerationError> {
        match self.writing.kind() {
            Some(trouble @ (Trouble::Full | Trouble::ReadOnly | Trouble::Broken)) => {
                Err(ModerationError::NothingKept(trouble))
            }
            Some(Trouble::Locked | Trouble::Away) | None => Ok(()),
        }
    }

    /// Says that nothing can be written at present, where that is known, to whoever waits for it and has nothing else to do.
    ///
    /// # Errors
    /// [`ModerationError::NothingKept`].
    pub(crate) fn expect_to_write(&self) -> Result<(), ModerationError> {
        self.writing.kind().map_or(Ok(()), |trouble| Err(ModerationError::NothingKept(trouble)))
    }

    /// Tries whether the log can be written, at most once a second, and says what keeps it from that. Takes a second at most.
    pub async fn try_writing(&self) -> Option<WritingTrouble> {
        self.writing.find_out(Arc::clone(&self.store), Arc::clone(&self.clock)).await;
        self.writing.trouble()
    }

    /// Tries now and then, and often while nothing can be written: it is this that gets writing going again.
    pub(crate) async fn run_writing_watch(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let was_failing = self.writing.is_failing();
            let is_failing = self.try_writing().await.is_some();
            if was_failing != is_failing {
                self.alerts_wanted.notify_one();
            }
            if was_failing && !is_failing {
                // They may have given up for a while.
                for woken in [&self.outbox_changed, &self.recheck_wanted, &self.deliveries_wanted] {
                    woken.notify_one();
                }
            }
            let rest = if is_failing { TRY_AGAIN } else { TRY_NOW_AND_THEN };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.writing.changed.notified() => self.alerts_wanted.notify_one(),
                () = sleep(rest) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_lasts_from_its_beginning_until_a_try_works() {
        let (writing, now) = (Writing::default(), DateTime::from_timestamp(1_739_619_120, 0).unwrap());
        writing.failed(&StoreError::Taken("a name"), now);
        assert!(!writing.is_failing(), "that is about one row");
        writing.failed(&StoreError::NoRoom { left: 0 }, now);
        writing.set(Some(Trouble::Broken), now + chrono::TimeDelta::seconds(3));
        let trouble = writing.trouble().unwrap();
        assert_eq!((trouble.since, trouble.reason.as_str()), (now, "the disk reports errors"));
        writing.set(None, now);
        assert_eq!((writing.trouble(), writing.is_failing()), (None, false));
    }
}
