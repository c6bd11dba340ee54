//! Backups: whole copies of the database, made while Gavel works, and looked at before anybody relies on them.
//!
//! A backup is written under a name that no backup has, synced, opened, checked and counted, and only then gets its name. So whatever
//! has a backup's name is whole, whenever a run was killed.

mod folder;
mod names;
mod restore;
mod schedule;

use std::{io, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use domain::NewDetection;
use store::{
    StoreError,
    backup::{Depth, Tally},
};
use tokio::time::{Instant, sleep};

pub(crate) use names::backups;
pub(crate) use schedule::Board;

pub use restore::{RestoreError, Restored, restore};
pub use schedule::Schedule;

use crate::aside;
use folder::{Folder, Unfinished};

/// How long a row may take into the log that its app was answered about: milliseconds, unless something holds the database.
const ROWS_COME_WITHIN: Duration =
    if cfg!(test) { Duration::from_millis(200) } else { Duration::from_secs(5) };

/// How often it is looked whether it is there.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What to copy, and where to.
#[derive(Clone, Debug)]
pub struct BackupPlan {
    /// URL of the database.
    pub database: String,
    /// How the names of files begin that are kept beside it; see [`crate::Options::aside`].
    pub aside: Option<PathBuf>,
    /// The folder of backups. It is made where it is missing.
    pub folder: PathBuf,
    /// How many are kept, at least 1.
    pub keep: u32,
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Its size, in bytes.
    pub bytes: u64,
    /// What is in it.
    pub tally: Tally,
    /// How many older ones were removed.
    pub removed: usize,
}

/// When the newest backup in a folder began; `None` when there is none.
///
/// # Errors
/// When the folder cannot be read.
pub fn newest_backup(folder: &std::path::Path, now: DateTime<Utc>) -> io::Result<Option<DateTime<Utc>>> {
    Ok(backups(folder, now)?.into_iter().next().map(|(at, _)| at))
}

/// Why there is no backup, or why old ones could not be removed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder cannot be used.
    #[error("cannot write backups to {}: {error}; nothing was copied. Name a folder that this user may write to", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else is at it.
    #[error("another backup is being made in {}; nothing was done. Try again when it is over", .0.display())]
    Busy(PathBuf),
    /// The copy could not be made.
    #[error("the backup could not be made: {0}; older backups are as they were")]
    Copy(#[from] StoreError),
    /// The copy is not what it should be.
    #[error(
        "the copy was removed, since it is not whole: {0}. Older backups are as they were; look at the disks with `gavel doctor`"
    )]
    NotWhole(String),
    /// The disk would not take it.
    #[error("the backup could not be written to the disk: {0}; older backups are as they were")]
    Disk(io::Error),
    /// It is there, but so are those that it should have replaced.
    #[error("{} is made and whole, but older backups could not be removed: {error}", path.display())]
    Old {
        /// The new backup.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Makes a backup that has every check which was answered before this was called. Others go on writing meanwhile.
///
/// # Errors
/// Whatever keeps it from being made; then nothing has changed.
pub async fn back_up(plan: &BackupPlan, now: DateTime<Utc>) -> Result<Backup, BackupError> {
    let folder = Folder::open(&plan.folder)?;
    let unfinished = folder.begin(now)?;
    let late = rows_to_come(plan).await?;
    let before = store::backup::copy(&plan.database, &unfinished.path).await?;
    add_late(late, &unfinished).await?;
    let tally = look_at(&unfinished, before).await?;
    let keep = plan.keep.max(1);
    let finished = tokio::task::spawn_blocking(move || {
        folder.finish(&unfinished).map_err(BackupError::Disk)?;
        let (path, at) = (unfinished.name.clone(), unfinished.at);
        let bytes = std::fs::metadata(&path).map_err(BackupError::Disk)?.len();
        let removed = folder.keep(keep, at);
        let removed = removed.map_err(|error| BackupError::Old { path: path.clone(), error })?;
        Ok(Backup { path, at, bytes, tally, removed })
    });
    finished.await.map_err(|error| BackupError::Disk(io::Error::other(error)))?
}

/// What apps were told and the log does not have. It has it within milliseconds: this waits for that. What is still missing then, as
/// while something holds the database, is returned, and goes into the copy.
async fn rows_to_come(plan: &BackupPlan) -> Result<Vec<NewDetection>, BackupError> {
    let Some(beginning) = plan.aside.clone() else { return Ok(Vec::new()) };
    let told = tokio::task::spawn_blocking(move || aside::told(&beginning));
    let mut lacking = told.await.map_err(|error| BackupError::Disk(io::Error::other(error)))?;
    let begun = Instant::now();
    loop {
        lacking = store::backup::lacking(&plan.database, &lacking).await?;
        if lacking.is_empty() || begun.elapsed() > ROWS_COME_WITHIN {
            return Ok(lacking);
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn add_late(late: Vec<NewDetection>, unfinished: &Unfinished) -> Result<(), BackupError> {
    let url = format!("sqlite://{}", unfinished.path.display());
    let late = if late.is_empty() { late } else { store::backup::lacking(&url, &late).await? };
    if late.is_empty() {
        return Ok(());
    }
    tracing::info!(rows = late.len(), "the log is late: what apps were told goes into the backup by itself");
    Ok(store::backup::add(&unfinished.path, &late).await?)
}

/// Opens the copy, and compares it with what was there when it began.
async fn look_at(unfinished: &Unfinished, before: Tally) -> Result<Tally, BackupError> {
    let found = store::backup::inspect(&unfinished.path, Depth::Full).await;
    if let Some(problem) = found.problems.first() {
        return Err(BackupError::NotWhole(problem.clone()));
    }
    if !before.is_held_by(&found.tally) {
        let (was, is) = (before, found.tally);
        return Err(BackupError::NotWhole(format!(
            "it has {} detections, {} decisions and {} accounts of {}, {} and {}",
            is.detections, is.decisions, is.users, was.detections, was.decisions, was.users
        )));
    }
    Ok(found.tally)
}

#[cfg(test)]
mod tests;
