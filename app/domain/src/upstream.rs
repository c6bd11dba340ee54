//! How the upstream is doing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the last calls told about the upstream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UpstreamHealth {
    /// When `/verify` was last asked.
    pub verified_at: Option<DateTime<Utc>>,
    /// Whether it said that the key is valid; `None` when it gave no answer.
    pub key_valid: Option<bool>,
    /// Label of the API key.
    pub key_name: Option<String>,
    /// Name of the key's owner.
    pub owner: Option<String>,
    /// How long the last answer took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The last error, in words, while it lasts.
    pub error: Option<String>,
    /// Since when calls have been failing.
    pub failing_since: Option<DateTime<Utc>>,
}
