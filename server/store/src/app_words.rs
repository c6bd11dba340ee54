//! What apps say of detections by their feedback, and its way to the upstream.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, AppWord, DetectionId, JudgedBy, Label};
use serde_json::{Map, Value};

use crate::Result;

/// An app's word on a detection.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAppWord {
    /// The detection it is about.
    pub detection_id: DetectionId,
    /// Whose word it is.
    pub token_id: ApiTokenId,
    /// What the app says.
    pub label: Label,
    /// Fields that the guide does not name; they go to the upstream unchanged.
    pub extra: Map<String, Value>,
    /// Now.
    pub said_at: DateTime<Utc>,
    /// Who judges for the upstream: it knows what it judged, and can be told. Compared when the word is written, since a recheck may
    /// come between whatever its sender saw and that.
    pub upstream: JudgedBy,
    /// Until when the attempt that the caller makes at once may be under way.
    pub claimed_until: DateTime<Utc>,
}

/// Feedback of an app, claimed: whoever holds it makes an attempt, and tells how that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct AppFeedback {
    /// Id of the row; a newer word on the same detection has another.
    pub id: i64,
    /// The detection it is about.
    pub detection_id: DetectionId,
    /// The upstream's `detection_id`.
    pub upstream_id: String,
    /// Who judged it, and so knows it.
    pub judged_by: JudgedBy,
    /// What the app says.
    pub label: Label,
    /// Fields that the guide does not name.
    pub extra: Map<String, Value>,
    /// Attempts before this one.
    pub attempts: u32,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum AppFeedbackOutcome {
    /// The upstream took it. If an older word may still arrive, it is sent once more at this moment.
    Taken(DateTime<Utc>),
    /// The upstream refused it for good.
    Refused,
    /// The upstream does not know the detection: it waits until it is judged there.
    Unknown,
    /// It failed for now.
    Deferred {
        /// When to try again.
        retry_at: DateTime<Utc>,
        /// What went wrong.
        error: String,
        /// Whether the upstream may have taken it all the same.
        maybe_told: bool,
    },
}

/// Keeps apps' words, and carries them on. Of each detection the newest word is carried, and one attempt is
/// under way at a time: an older word never arrives after a newer one.
#[async_trait]
pub trait AppWords: Send + Sync {
    /// Writes a word as the detection's last one, for its story and for the upstream, in one transaction.
    /// Returns it claimed, to be sent at once; `None` when the upstream does not know the detection, or
    /// something older is still under way.
    async fn app_said(&self, word: &NewAppWord) -> Result<Option<AppFeedback>>;

    /// Claims feedback that is due at `now` until `until`, oldest first, at most `limit`.
    async fn claim_app_feedback(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<AppFeedback>>;

    /// When the next of them is due, if any is.
    async fn next_app_feedback_due(&self) -> Result<Option<DateTime<Utc>>>;

    /// Ends a claim. Returns whether more waits for the same detection.
    async fn app_feedback_ended(&self, claimed: &AppFeedback, outcome: &AppFeedbackOutcome) -> Result<bool>;

    /// What apps said of a detection, oldest first, the newest [`domain::story::STORY_MAX`].
    async fn app_words(&self, detection: DetectionId) -> Result<Vec<AppWord>>;

    /// Notes that an app calls from an address. No more than one more than
    /// [`ADDRESSES_OF_AN_APP`] is kept of each token.
    async fn note_app_address(&self, token: ApiTokenId, address: std::net::IpAddr) -> Result<()>;
}

/// An app with more addresses than this calls from its visitors' browsers, not from servers.
pub const ADDRESSES_OF_AN_APP: u32 = 8;
