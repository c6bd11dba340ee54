//! What runs beside the requests: the outbox, bulk actions, the rechecks, the detector's lessons, the poll of the upstream, and
//! alerts. Where several replicas serve on a database, what is claimed row by row runs in all of them, and the rest with a lease.

use domain::SearchQuery;
use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Chore, Moderation, ModerationError};

/// Shortest sleep of the outbox worker, so that a row that cannot be taken never becomes a busy loop.
const SHORTEST_SLEEP: Duration = Duration::from_millis(50);

/// How long the outbox worker sleeps while another program is at work on what is due.
const TAKEN: Duration = Duration::from_secs(1);

/// Longest sleep of the outbox worker; a safety net, since decisions wake it and due times are known.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// How often the detector looks for new labels: one look-up in an index. A label counts within this time.
const LESSONS_EVERY: Duration = Duration::from_secs(2);

/// How often what was logged is counted. A page counts the rest before it reads, so this only keeps that rest short.
const COUNT_EVERY: Duration = Duration::from_secs(10);

/// How often the index of words is merged, if there is anything to merge.
const MERGE_EVERY: Duration = Duration::from_secs(1);

/// Rows that are indexed again by one transaction, which a check that comes meanwhile has to wait for: some milliseconds.
const REFOLDED_ROWS: usize = 32;

/// How often what was written ahead is copied into the database. Commits meanwhile wait for the disk as long as the copy takes, so
/// each copy is small; pages that many commits changed are copied once.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// Shortest time between two questions for usage, where refusals (429) ask for it.
const ASK_USAGE_EVERY: Duration = Duration::from_secs(10);

impl Moderation {
    /// Starts the workers on `tracker`; they end soon after `stop` is cancelled, with nothing half done.
    pub fn spawn_workers(self: &Arc<Self>, tracker: &TaskTracker, stop: &CancellationToken) {
        self.live.end_with(stop);
        tracker.spawn(Arc::clone(self).run_reports(stop.clone()));
        tracker.spawn(Arc::clone(self).run_looking(stop.clone()));
        tracker.spawn(Arc::clone(self).run_telling(stop.clone()));
        tracker.spawn(Arc::clone(self).run_hearing(stop.clone()));
        tracker.spawn(Arc::clone(self).keep_leases(Chore::ALL, stop.clone()));
        tracker.spawn(Arc::clone(self).run_outbox(stop.clone()));
        tracker.spawn(Arc::clone(self).with_lease(Chore::Bulk, stop.clone(), Self::run_bulk));
        tracker.spawn(Arc::clone(self).with_lease(Chore::Bulk, stop.clone(), Self::run_bulk_rechecks));
        tracker.spawn(Arc::clone(self).run_rechecks(stop.clone()));
        tracker.spawn(Arc::clone(self).run_app_words(stop.clone()));
        tracker.spawn(Arc::clone(self).with_lease(Chore::Watch, stop.clone(), Self::run_polls));
        tracker.spawn(Arc::clone(self).run_lessons(stop.clone()));
        tracker.spawn(Arc::clone(self).run_counting(stop.clone()));
        tracker.spawn(Arc::clone(self).run_merging(stop.clone()));
        tracker.spawn(Arc::clone(self).run_refolding(stop.clone()));
        tracker.spawn(Arc::clone(self).run_checkpoints(stop.clone()));
        tracker.spawn(Arc::clone(self).with_lease(Chore::Watch, stop.clone(), Self::run_alerts));
        tracker.spawn(Arc::clone(self).with_lease(Chore::Notes, stop.clone(), Self::run_alert_deliveries));
        tracker.spawn(Arc::clone(self).run_callbacks(stop.clone()));
        tracker.spawn(Arc::clone(self).run_wordpress(stop.clone()));
        tracker.spawn(Arc::clone(self).run_imports(stop.clone()));
        tracker.spawn(Arc::clone(self).run_clock_watch(stop.clone()));
        tracker.spawn(Arc::clone(self).run_writing_watch(stop.clone()));
        tracker.spawn(Arc::clone(self).run_backups(stop.clone()));
        tracker.spawn(Arc::clone(self).run_audit_stream(stop.clone()));
        tracker.spawn(Arc::clone(self).with_lease(Chore::Forgetting, stop.clone(), Self::run_forgetting));
    }

    /// Reads rules and budgets before those that are known are too old for a check, as long as checks come.
    async fn run_looking(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.rules.ageing.notified() => self.look_at_rules().await,
                () = self.budgets.ageing.notified() => self.refresh_budgets().await,
            }
        }
    }

    async fn run_outbox(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sleep = match self.deliver_feedback().await {
                Ok(0) => self.time_to_next_delivery().await,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::error!(%error, "the outbox could not be worked on");
                    Duration::from_secs(5)
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.outbox_changed.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    async fn time_to_next_delivery(&self) -> Duration {
        match self.next_delivery().await {
            Ok(Some(due)) => match (due - self.clock.now()).to_std() {
                Ok(wait) => wait.clamp(SHORTEST_SLEEP, LONGEST_SLEEP),
                // It was not taken: somebody else is sending it.
                Err(_) => TAKEN,
            },
            Ok(None) => LONGEST_SLEEP,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                Duration::from_secs(5)
            }
        }
    }

    async fn run_lessons(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sleep = match self.take_lessons().await {
                Ok(0) => LESSONS_EVERY,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::error!(%error, "the detector could not learn");
                    LONGEST_SLEEP
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Keeps the counts of the charts near the log, so that no page finds much left to count.
    async fn run_counting(self: Arc<Self>, stop: CancellationToken) {
        // What searches count by is read into memory before the first of them asks.
        if let Err(error) = self.store.count(&SearchQuery::default(), self.clock.now()).await {
            tracing::error!(%error, "the log could not be read to be counted");
        }
        while !stop.is_cancelled() {
            if let Err(error) = self.store.count_new().await {
                tracing::error!(%error, "the log could not be counted");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(COUNT_EVERY) => {}
            }
        }
    }

    /// Merges the index of words beside the commits that it grows by. It rests as long as it works: checks go first.
    async fn run_merging(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(MERGE_EVERY)).await.is_some() {
            while !stop.is_cancelled() {
                let begun = Instant::now();
                match self.store.merge_index().await {
                    Ok(true) => {
                        let _ = stop.run_until_cancelled(tokio::time::sleep(begun.elapsed())).await;
                    }
                    Ok(false) => break,
                    Err(error) => {
                        tracing::error!(%error, "the index of words could not be merged");
                        break;
                    }
                }
            }
        }
    }

    /// Has what an older Gavel indexed found as words are looked up now. It rests as long as it works: checks go first.
    async fn run_refolding(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let begun = Instant::now();
            let rest = match self.store.refold_index(REFOLDED_ROWS).await {
                Ok(0) => return,
                Ok(_) => begun.elapsed(),
                Err(error) => {
                    tracing::error!(%error, "older messages could not be indexed again");
                    LONGEST_SLEEP
                }
            };
            let _ = stop.run_until_cancelled(tokio::time::sleep(rest)).await;
        }
    }

    async fn run_checkpoints(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(CHECKPOINT_EVERY)).await.is_some() {
            if let Err(error) = self.store.checkpoint().await {
                tracing::error!(%error, "what was written ahead could not be copied into the database");
            }
        }
    }

    async fn run_polls(self: Arc<Self>, stop: CancellationToken) {
        let mut verify_from = Instant::now();
        loop {
            if Instant::now() >= verify_from {
                if let Err(error) = self.verify().await {
                    tracing::warn!(%error, "the upstream did not verify the key");
                }
                verify_from = Instant::now() + self.options.poll_interval;
            }
            match self.sample_usage().await {
                Ok(_) => {}
                Err(ModerationError::Store(error)) => {
                    tracing::error!(%error, "a usage sample could not be kept")
                }
                Err(error) => tracing::warn!(%error, "the upstream did not tell the usage"),
            }
            // Refusals come as fast as checks do; they ask for usage once in a while.
            let rest = tokio::time::sleep(ASK_USAGE_EVERY.min(self.options.poll_interval));
            if stop.run_until_cancelled(rest).await.is_none() {
                return;
            }
            let until = verify_from.saturating_duration_since(Instant::now());
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.usage_wanted.notified() => {}
                () = tokio::time::sleep(until) => {}
            }
        }
    }
}
