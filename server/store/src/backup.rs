//! Copies of a database, and what is in them. These stand beside [`crate::Store`]: they open nothing to be written, bring nothing up
//! to date, and so also work on the database of an older Gavel that runs.

use std::path::Path;

use chrono::{DateTime, Utc};
use domain::NewDetection;

use crate::{Result, sqlite};

/// What can be counted to see that nothing is missing. None of it ever shrinks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows of the log.
    pub detections: u64,
    /// Moderators' decisions, undone ones included.
    pub decisions: u64,
    /// Accounts.
    pub users: u64,
}

impl Tally {
    /// Whether a copy that was begun when this was counted has as much.
    pub fn is_held_by(&self, copy: &Self) -> bool {
        self.detections <= copy.detections && self.decisions <= copy.decisions && self.users <= copy.users
    }
}

/// How closely a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every page and every index entry (`PRAGMA integrity_check`).
    Full,
    /// Without the indexes (`PRAGMA quick_check`).
    Quick,
}

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// What is wrong with it; empty when nothing is.
    pub problems: Vec<String>,
    /// The newest migration that was applied to it.
    pub schema: Option<i64>,
    /// When the newest row of the log came, in a database that is in use.
    pub newest: Option<DateTime<Utc>>,
    /// What is in it.
    pub tally: Tally,
}

/// Copies the database that a URL names into a file, which must be there and empty; returns what was in the database when that began.
/// Nobody who writes meanwhile is held up: the copy is of one moment after this was called.
///
/// # Errors
/// When there is no such database, or the copy cannot be written.
pub async fn copy(url: &str, to: &Path) -> Result<Tally> {
    sqlite::backup::copy(url, to).await
}

/// Those of some detections that a database does not have: by the ids of their submissions, or else by what the upstream called them.
///
/// # Errors
/// When the database cannot be read.
pub async fn lacking(url: &str, told: &[NewDetection]) -> Result<Vec<NewDetection>> {
    sqlite::backup::lacking(url, told).await
}

/// Appends detections to a copy.
///
/// # Errors
/// When it cannot be written.
pub async fn add(file: &Path, detections: &[NewDetection]) -> Result<()> {
    sqlite::backup::add(file, detections).await
}

/// Has what apps are told from now on numbered behind all that they can have heard, in a file that nobody has open: what was decided
/// after the backup is gone, its numbers are known to apps.
///
/// # Errors
/// When it cannot be written.
pub async fn go_on_behind(file: &Path, now: DateTime<Utc>) -> Result<()> {
    sqlite::backup::go_on_behind(file, now).await
}

/// Looks into a file that nobody has open. Whatever is wrong is in what was found.
pub async fn inspect(file: &Path, depth: Depth) -> Inspection {
    sqlite::backup::inspect(file, depth).await
}

/// Looks quickly into the database that a URL names, which others may be using.
///
/// # Errors
/// When it cannot be read.
pub async fn inspect_live(url: &str) -> Result<Inspection> {
    sqlite::backup::inspect_live(url).await
}

/// The newest migration that this build knows. A file with a newer one was made by a newer Gavel.
pub fn newest_schema() -> i64 {
    sqlite::backup::newest_schema()
}
