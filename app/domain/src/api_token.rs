//! Tokens that apps use at the gateway.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Local id of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiTokenId(pub i64);

crate::words! {
    /// What an app is answered when the upstream gives no verdict in time.
    Fallback {
        /// The submission passes as ham, as the guide recommends.
        Pass = "pass",
        /// The embedded detector decides.
        Engine = "engine",
        /// The app is told that there is no verdict (503).
        Reject = "reject",
    }
}

/// A token, without its secret: only the secret's hash is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Local id.
    pub id: ApiTokenId,
    /// What people call it; one token of a name is in force at a time.
    pub name: String,
    /// The first characters of the secret, to recognise it by.
    pub prefix: String,
    /// The site whose submissions are checked with it.
    pub site: String,
    /// Requests allowed a minute; `None` for no limit.
    pub per_minute: Option<u32>,
    /// What the app is answered when there is no verdict.
    pub fallback: Fallback,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}
