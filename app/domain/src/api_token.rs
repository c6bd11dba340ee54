//! Tokens that apps use at the gateway.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{PreviousSecret, TokenBounds};

/// Local id of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiTokenId(pub i64);

crate::words! {
    /// What an app is answered when the upstream gives no verdict in time. The default does no harm, whatever the client does
    /// with the answer.
    #[derive(Default)]
    Fallback {
        /// The embedded detector decides.
        #[default]
        Engine = "engine",
        /// The submission passes as ham: clients that publish what is "not spam" publish it.
        Pass = "pass",
        /// The app is told that there is no verdict (503).
        Reject = "reject",
    }
}

crate::words! {
    /// Why an app's request was refused before it was asked about.
    RefusalKind {
        /// The body is no JSON object, nor a form (400, 422).
        Unreadable = "unreadable",
        /// The body is too large (413).
        TooLarge = "too_large",
        /// The body is compressed (415).
        Compressed = "compressed",
        /// The body did not arrive in time (408).
        Slow = "slow",
        /// A field is wrong, by the upstream's word or the guide's (422).
        Invalid = "invalid",
        /// More requests a minute than the token allows (429).
        Limited = "limited",
        /// The token is revoked (401).
        Revoked = "revoked",
        /// The token's last day is over (401).
        Expired = "expired",
        /// Another secret replaced this one of the token, and its time is over (401).
        Replaced = "replaced",
        /// The token may not ask for this (403).
        OutOfScope = "out_of_scope",
        /// The token may not come from this address (403).
        OutOfNetwork = "out_of_network",
        /// There is no such token, or none was sent (401).
        UnknownKey = "unknown_key",
    }
}

impl RefusalKind {
    /// What is wrong, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable body",
            Self::TooLarge => "body over 1 MiB",
            Self::Compressed => "compressed body",
            Self::Slow => "body did not arrive",
            Self::Invalid => "invalid field",
            Self::Limited => "over its limit by the minute",
            Self::Revoked => "revoked token",
            Self::Expired => "expired token",
            Self::Replaced => "replaced secret",
            Self::OutOfScope => "not in its scopes",
            Self::OutOfNetwork => "not from its networks",
            Self::UnknownKey => "unknown or missing key",
        }
    }
}

/// A streak of refusals of one kind: it ends when none comes for [`REFUSALS_END_HOURS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalCount {
    /// Whose requests; `None` where no token is known.
    pub token_id: Option<ApiTokenId>,
    /// The token's name.
    pub token: Option<String>,
    /// Why they were refused.
    pub kind: RefusalKind,
    /// How many.
    pub count: u64,
    /// When the first came.
    pub first_at: DateTime<Utc>,
    /// When the last came.
    pub last_at: DateTime<Utc>,
    /// What the last one was told; never content.
    pub reason: String,
}

/// After so many hours without another refusal a streak is over.
pub const REFUSALS_END_HOURS: i64 = 6;

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
    /// Whether people decide what the app sends as feedback, as WordPress's moderators do; then it teaches with a person's weight.
    pub of_people: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
    /// What it may ask, from where, and until when.
    pub bounds: TokenBounds,
    /// How many times it got a new secret.
    pub rotations: u32,
    /// The secret before, if it got a new one.
    pub previous: Option<PreviousSecret>,
}

impl ApiToken {
    /// Whether its last day is over.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.bounds.expires_at.is_some_and(|at| at <= now)
    }

    /// Why one of its secrets opens nothing any more; `None` while it does.
    pub fn ended(&self, is_previous_secret: bool, now: DateTime<Utc>) -> Option<RefusalKind> {
        let replaced = || self.previous.as_ref().is_none_or(|previous| previous.until <= now);
        if self.revoked_at.is_some() {
            Some(RefusalKind::Revoked)
        } else if self.is_expired(now) {
            Some(RefusalKind::Expired)
        } else if is_previous_secret && replaced() {
            Some(RefusalKind::Replaced)
        } else {
            None
        }
    }
}
