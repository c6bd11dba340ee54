//! How the upstream is doing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the last calls told about the upstream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UpstreamHealth {
    /// When `/verify` was last asked.
    pub verified_at: Option<DateTime<Utc>>,
    /// Whether the key is valid, as it or any other call told; `None` when nothing told.
    pub key_valid: Option<bool>,
    /// Label of the API key.
    pub key_name: Option<String>,
    /// Name of the key's owner.
    pub owner: Option<String>,
    /// When the key was made.
    pub key_created_at: Option<DateTime<Utc>>,
    /// When the key was last used, as the upstream says.
    pub key_last_used_at: Option<DateTime<Utc>>,
    /// How long the last answer took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// How long the last answers took.
    pub latency: Option<Latency>,
    /// The last error, in words, while it lasts.
    pub error: Option<String>,
    /// Why the last figures of usage could not be read, while that lasts.
    #[serde(default)]
    pub usage_error: Option<String>,
    /// Since when calls have been failing.
    pub failing_since: Option<DateTime<Utc>>,
    /// Since when apps have been answered by the fallback.
    pub fallback_since: Option<DateTime<Utc>>,
    /// Errors since the program started, those that never came left out.
    pub errors: Vec<ErrorCount>,
}

/// How long the last answers took, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Answers counted, 200 at most.
    pub answers: u32,
    /// Half took no longer.
    pub median_ms: f64,
    /// 95 of 100 took no longer.
    pub p95_ms: f64,
    /// The longest.
    pub longest_ms: f64,
}

crate::words! {
    /// Kinds of errors, as the upstream's guide tells them apart.
    ErrorKind {
        /// No connection, or the circuit is open.
        Connect = "connect",
        /// No answer in time.
        Timeout = "timeout",
        /// 5xx.
        Server = "server",
        /// An answer that cannot be read, or of a status that the guide does not know.
        Strange = "strange",
        /// 401.
        Unauthorized = "unauthorized",
        /// 403.
        NoPlan = "no_plan",
        /// 429: too many in a minute, or no turn in our own budget.
        RateLimited = "rate_limited",
        /// 429: the period's quota is used up.
        QuotaExhausted = "quota_exhausted",
        /// 404 and 422: about one request.
        Refused = "refused",
    }
}

impl ErrorKind {
    /// A few words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Connect => "No connection",
            Self::Timeout => "No answer in time",
            Self::Server => "Internal error of the upstream (5xx)",
            Self::Strange => "Answer not understood",
            Self::Unauthorized => "Key refused (401)",
            Self::NoPlan => "No active plan (403)",
            Self::RateLimited => "Too many requests in a minute (429)",
            Self::QuotaExhausted => "Quota used up (429)",
            Self::Refused => "Single request refused (404, 422)",
        }
    }
}

/// How often an error came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorCount {
    /// Which.
    pub kind: ErrorKind,
    /// How often since the program started.
    pub count: u64,
    /// When last.
    pub last_at: DateTime<Utc>,
}

/// The way to the upstream, for the page about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionReport {
    /// What the last calls told.
    pub health: UpstreamHealth,
    /// Whether calls go through; `None` for the embedded detector, which is always there.
    pub circuit: Option<Circuit>,
    /// Requests waiting for their turn in the minute's budget.
    pub in_line: u64,
    /// Whether the upstream said that the period's quota is used up.
    pub quota_used_up: bool,
    /// What waits for the upstream.
    pub backlog: Backlog,
    /// Checks whose app was told something else than what stands now, counted up to a bound.
    pub late: crate::BoundedCount,
    /// What keeps the log from being written.
    pub writing: Option<WritingTrouble>,
    /// How backups are going; `None` when none are asked for.
    pub backups: Option<BackupReport>,
    /// Answers of Gavel's own that said that it failed (5xx), since the program started; the latest kinds of them.
    pub failures: Vec<FailedAnswers>,
}

/// How backups are going.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupReport {
    /// When the newest began.
    pub newest: Option<DateTime<Utc>>,
    /// Whether it is older than it should be, or there should be one; `None` after a start, while the next is being made.
    pub is_late: Option<bool>,
    /// What kept the last from being made.
    pub error: Option<String>,
}

/// What keeps the log from being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WritingTrouble {
    /// What it is, as the end of a sentence.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Answers that said that Gavel failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAnswers {
    /// What was asked for: method and route, without anything that came with the request.
    pub route: String,
    /// The answer's status, 500 to 599.
    pub status: u16,
    /// How often since the program started.
    pub count: u64,
    /// When last.
    pub last_at: DateTime<Utc>,
}

/// What waits for the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backlog {
    /// Verdicts of the fallback that wait to be judged again, counted up to a bound.
    pub rechecks: crate::BoundedCount,
    /// Moderators' feedback on its way.
    pub feedback: crate::OutboxCounts,
    /// Feedback of apps on its way, counted up to a bound.
    pub app_feedback: crate::BoundedCount,
}

crate::words! {
    /// Whether calls go through.
    Circuit {
        /// They do.
        Closed = "closed",
        /// They do not: the upstream has failed several times in a row.
        Open = "open",
        /// One is let through to see whether the upstream is back.
        HalfOpen = "half_open",
    }
}
