//! Backups by the clock, while Gavel serves.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::upstream::BackupReport;
use tokio_util::sync::CancellationToken;

use super::{BackupError, BackupPlan, back_up, names};
use crate::Moderation;

/// How often it is looked whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long after a failure it is tried again. Meanwhile Health says what was wrong.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// How long a backup may take before its lateness is worth telling: minutes for a log of some gigabytes.
const MAY_TAKE: TimeDelta = TimeDelta::minutes(30);

/// What is to be copied how often, and how that goes.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What to copy, and where to.
    pub plan: BackupPlan,
    /// How old the newest may become before the next is made.
    pub every: Duration,
}

/// How it went since the program started.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<Known>);

#[derive(Clone, Debug, Default)]
struct Known {
    /// When it was first looked, which is when backups began to be wanted.
    since: Option<DateTime<Utc>>,
    failed: Option<(DateTime<Utc>, String)>,
}

impl Board {
    fn locked(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Moderation {
    /// How backups are going; `None` when the settings ask for none.
    pub fn backups(&self) -> Option<BackupReport> {
        let schedule = self.options.backups.as_ref()?;
        let newest = newest(&schedule.plan.folder, self.clock.now());
        let known = self.backup_board.locked().clone();
        let every = TimeDelta::from_std(schedule.every).unwrap_or(TimeDelta::MAX);
        let now = self.clock.now();
        // Half an interval more than asked for: one that failed once and worked five minutes later is no news.
        let is_old = newest.is_none_or(|at| now > at + every + every / 2 + MAY_TAKE);
        let had_time = known.since.is_some_and(|since| now >= since + MAY_TAKE);
        let is_late = if is_old && !had_time { None } else { Some(is_old) };
        let error = known.failed.map(|(_, error)| error);
        Some(BackupReport { newest, is_late, error })
    }

    /// Makes a backup if one is due, and returns where it is.
    ///
    /// # Errors
    /// What kept it from being made; it is tried again some minutes later.
    pub async fn back_up_if_due(&self) -> Result<Option<PathBuf>, BackupError> {
        let Some(Schedule { plan, every }) = &self.options.backups else { return Ok(None) };
        let now = self.clock.now();
        let known = {
            let mut known = self.backup_board.locked();
            known.since.get_or_insert(now);
            known.clone()
        };
        let every = TimeDelta::from_std(*every).unwrap_or(TimeDelta::MAX);
        // A time ahead of now is a clock's that was wrong: it does not put the next one off.
        let is_recent = |at: DateTime<Utc>, within: TimeDelta| at <= now && now - at < within;
        if newest(&plan.folder, now).is_some_and(|at| is_recent(at, every))
            || known.failed.is_some_and(|(at, _)| is_recent(at, AGAIN_AFTER.min(every)))
        {
            return Ok(None);
        }
        let made = back_up(plan, now).await;
        self.backup_board.locked().failed = made.as_ref().err().map(|error| (now, error.to_string()));
        made.map(|made| {
            let (file, detections) = (made.path.display(), made.tally.detections);
            tracing::info!(%file, bytes = made.bytes, detections, removed = made.removed, "made a backup");
            Some(made.path)
        })
    }

    pub(crate) async fn run_backups(self: Arc<Self>, stop: CancellationToken) {
        if self.options.backups.is_none() {
            return;
        }
        while !stop.is_cancelled() {
            match stop.run_until_cancelled(self.back_up_if_due()).await {
                Some(Err(error)) => tracing::error!(%error, "no backup was made"),
                Some(Ok(Some(_))) => self.alerts_wanted.notify_one(),
                Some(Ok(None)) => {}
                None => return,
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
        }
    }
}

/// When the newest backup began.
fn newest(folder: &std::path::Path, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let found = names::backups(folder, now);
    found.ok()?.into_iter().next().map(|(at, _)| at)
}
