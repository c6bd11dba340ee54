//! What a database server says of itself. This stands beside [`crate::Store`]: nothing is opened to be written or brought up to date.

use chrono::{DateTime, Utc};

use crate::backup::Tally;
use crate::{Result, postgres};

/// A database of a server, as somebody who looks after it wants to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerReport {
    /// The server's version, in its own words.
    pub version: String,
    /// The newest migration that was applied; `None` in a database without tables.
    pub schema: Option<i64>,
    /// Its clock.
    pub now: DateTime<Utc>,
    /// When the newest row of the log came.
    pub newest: Option<DateTime<Utc>>,
    /// What is in it.
    pub tally: Tally,
    /// Its size, in bytes.
    pub bytes: u64,
    /// What a commit waits for (`synchronous_commit`): with `off`, what was answered may be lost with the server.
    pub synchronous_commit: String,
    /// Whether the server waits until the disk has what it writes (`fsync`).
    pub fsync: bool,
    /// Standby servers that follow it, and how many of them a commit waits for. 0 when this user may not see them.
    pub standbys: u64,
    /// See `standbys`.
    pub synchronous_standbys: u64,
}

/// Asks the server of the database that a URL names.
///
/// # Errors
/// When it cannot be reached, or Gavel would not work on it; see [`crate::StoreError::Open`].
pub async fn look(url: &str) -> Result<ServerReport> {
    postgres::report(url).await
}
