//! The only crate that speaks SQL: one door, [`Store`], with sibling backends behind it.
//!
//! Callers hold an `Arc<dyn Store>` and never learn which database answers. Look-ups return `Ok(None)` for what is
//! not there; [`StoreError`] is for what should not happen.

#![deny(missing_docs)]
#![expect(
    clippy::duplicate_mod,
    reason = "plain statements stand once, in `sql`, and are compiled for each engine"
)]

mod accounts;
mod alerts;
mod allowances;
pub mod app_words;
mod audit;
pub mod backup;
mod budgets;
mod bulk;
pub mod callbacks;
mod claims;
pub mod copying;
mod detections;
mod error;
mod forgetting;
mod imports;
mod labels;
mod lessons;
mod loading;
mod outbox;
mod people;
mod postgres;
mod reasons;
mod rechecks;
mod refusals;
mod related;
mod replicas;
mod rules;
mod saved_searches;
pub mod server;
mod signals;
mod sqlite;
pub mod statistics;
mod story;
mod suggestions;
#[doc(hidden)]
pub mod testing;
mod thresholds;
mod tokens;
mod usage;
mod wordpress;

pub use accounts::{Accounts, NewUser, SessionRecord, session_value};
pub use alerts::{AlertSettings, Alerts, DueDelivery, NewAlert, SiteSpam};
pub use allowances::{Allowances, Charge};
pub use app_words::{AppFeedback, AppFeedbackOutcome, AppWords, NewAppWord};
pub use audit::{Audit, NewAuditEvent};
pub use budgets::{Budgets, Counter, PlaceId};
pub use bulk::{Bulk, BulkFate, BulkStep, NewBulk};
pub use callbacks::{Callbacks, NewCallback};
pub use claims::Claims;
pub use detections::{Appended, Detections, Unfolded};
pub use error::{Result, StoreError, Trouble};
pub use forgetting::{Forgetting, ForgottenCount, PersonFound};
pub use imports::{
    ImportTurn, Imports, NewImport, NewImportRow, SettledRow, Settlement, StagedRow, WaitingRow,
};
pub use labels::{LabelOutcome, LabelRemoval, Labels, NewDecision, RemovalOutcome, UndoOutcome};
pub use lessons::{LessonBasis, LessonChange, LessonSource, Lessons};
pub use loading::{Loading, Past, PastLabel};
pub use outbox::{Outbox, OutboxItem};
pub use people::{EndSessions, NewLink, OneUseLink, People, PersonChange, PersonOutcome};
pub use reasons::{ReasonCount, Reasons};
pub use rechecks::Rechecks;
pub use refusals::{NewRefusals, Refusals};
pub use related::Neighbours;
pub use replicas::Replicas;
pub use rules::{NewRule, Rules};
pub use saved_searches::{NewSavedSearch, SavedSearches};
pub use signals::{Signalled, Signals};
pub use statistics::Statistics;
pub use story::{NewNote, Stories};
pub use suggestions::Suggestions;
pub use thresholds::Thresholds;
pub use tokens::{ApiTokens, NewApiToken, NewSecret, SecretOf};
pub use usage::Usage;
pub use wordpress::{ClaimedWordPress, ECHO_LASTS, KnownComment, NewWordPress, WordPress, Written};

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Everything that Gavel keeps.
#[async_trait]
pub trait Store:
    Detections
    + Labels
    + Budgets
    + Bulk
    + Claims
    + SavedSearches
    + Outbox
    + Accounts
    + People
    + Audit
    + Alerts
    + AppWords
    + Usage
    + ApiTokens
    + Rechecks
    + Refusals
    + Stories
    + Neighbours
    + Lessons
    + Suggestions
    + Statistics
    + Rules
    + Reasons
    + Callbacks
    + WordPress
    + Thresholds
    + Forgetting
    + Imports
    + Loading
    + Signals
    + Replicas
    + Allowances
{
    /// Asks the database for a trivial answer; for readiness.
    ///
    /// # Errors
    /// When it does not answer.
    async fn ping(&self) -> Result<()>;

    /// Writes next to nothing, to see whether anything can be written; for readiness. After a failure it is this that gets writing
    /// going again once its cause is over, so call it again until it works.
    ///
    /// # Errors
    /// What keeps the database from being written; see [`StoreError::trouble`].
    async fn try_writing(&self) -> Result<()>;

    /// Has everything that waits for a time after `latest` fall due then, and lets go at `claims` of what somebody keeps for longer;
    /// returns how much that was. For clocks that were ahead.
    async fn bring_forward(&self, latest: DateTime<Utc>, claims: DateTime<Utc>) -> Result<u64>;

    /// Copies what was written ahead into the database itself, as far as nobody is in the way, while others go on writing.
    async fn checkpoint(&self) -> Result<()>;

    /// Finishes writing and closes every connection.
    async fn close(&self);
}

/// Opens the database that the URL names, and brings it up to date.
///
/// `sqlite://data/gavel.db` is a file (folder and file are created if missing), `sqlite::memory:` lasts as long as the
/// store; `postgres://user:password@host/name` is a database of a PostgreSQL server, with TLS as its `sslmode` says.
///
/// # Errors
/// [`StoreError::Open`], in one line that says what to do: unknown scheme, no such right, no database, a database of a newer
/// Gavel or with other migrations.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    let refused =
        |reason: &str| Err(StoreError::Open { url: without_credentials(url), reason: reason.to_owned() });
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Arc::new(sqlite::SqliteStore::open(url).await?)),
        Some("postgres" | "postgresql") => Ok(Arc::new(postgres::PostgresStore::open(url).await?)),
        _ => {
            refused("a database is written like sqlite://data/gavel.db or postgres://user:password@host/name")
        }
    }
}

/// The newest migration that was applied to the database that a URL names, `None` where it is still to be made, and the newest that
/// this build knows. Nothing is brought up to date.
///
/// # Errors
/// When it cannot be reached.
pub async fn schema(url: &str) -> Result<(Option<i64>, i64)> {
    match is_server(url) {
        true => Ok((postgres::schema(url).await?, postgres::newest_schema())),
        false => Ok((sqlite::schema(url).await?, sqlite::backup::newest_schema())),
    }
}

/// Whether a URL names a database of a server, which is in no file of this machine.
pub fn is_server(url: &str) -> bool {
    matches!(url.split_once(':'), Some(("postgres" | "postgresql", _)))
}

/// The URL without `user:password@`, and without what follows its `?`, where a password may stand as well.
fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            // A password may hold a slash that nobody encoded.
            let host = rest.rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[host..])
        }
        None => url.to_owned(),
    }
}
