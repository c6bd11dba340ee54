//! A detection: one submission, what was asked, what came back, and what moderators made of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ApiTokenId, Content, Label};

/// Local id of a detection; grows with time, so paging and full-text order follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DetectionId(pub i64);

crate::words! {
    /// Which check was asked for.
    Endpoint {
        /// `POST /check`: full analysis.
        Check = "check",
        /// `POST /check-comment`: a light verdict for comments and reviews.
        CheckComment = "check-comment",
    }
}

crate::words! {
    /// How the content reached Gavel.
    Origin {
        /// A moderator pasted it on the Check page.
        Paste = "paste",
        /// A row of an import.
        Import = "import",
        /// An app asked through the gateway.
        Api = "api",
        /// Judged again later.
        Recheck = "recheck",
    }
}

crate::words! {
    /// Who gave the verdict.
    JudgedBy {
        /// The ActiveLayer API.
        ActiveLayer = "activelayer",
        /// The embedded detector, as the configured upstream.
        Detector = "detector",
        /// Nobody: the upstream was away and the site's fallback let the submission pass or decided.
        Fallback = "fallback",
    }
}

crate::words! {
    /// How far the moderator's feedback has come on its way upstream.
    FeedbackState {
        /// No decision, or it was undone before anything was sent.
        None = "none",
        /// Waiting: for the undo period, for the upstream, or for a retry.
        Pending = "pending",
        /// Accepted by the upstream.
        Sent = "sent",
        /// Refused for good; [`crate::Decision::last_error`] says why.
        Failed = "failed",
    }
}

/// One piece of evidence for a verdict, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable identifier, for instance `shortener_link`.
    pub name: String,
    /// What a moderator reads, for instance "Link to a URL shortener".
    pub description: String,
    /// Pull on the verdict: positive towards spam, negative towards ham; unit is the engine's own.
    pub weight: f64,
    /// Byte range in `message` that shows it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
}

/// What came back for a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The upstream's `detection_id`.
    pub upstream_id: String,
    /// The verdict; the upstream's word, whatever score and threshold say.
    pub is_spam: bool,
    /// Spam score, 0 to 100.
    pub score: f64,
    /// Score at which the upstream says spam, 0 to 100.
    pub threshold: f64,
    /// The upstream's own processing time, in milliseconds.
    pub execution_ms: f64,
    /// The upstream's timestamp, as it came (ISO 8601).
    pub upstream_timestamp: String,
    /// Who judged.
    pub judged_by: JudgedBy,
    /// Evidence, strongest first; empty when the answer carried none.
    pub signals: Vec<Signal>,
    /// The answer's JSON text, byte for byte.
    pub raw_answer: String,
}

impl Judgement {
    /// The verdict as a label.
    pub fn verdict(&self) -> Label {
        Label::from_is_spam(self.is_spam)
    }
}

/// What is known of a check beside its content and its verdict. None of it is known of every check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circumstances {
    /// The token of the app that asked.
    pub token_id: Option<ApiTokenId>,
    /// How long the asker waited for the answer, in milliseconds.
    pub took_ms: Option<f64>,
    /// The language of the message, as a BCP 47 tag; see [`crate::Language`].
    pub language: Option<String>,
}

/// A detection about to be logged.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDetection {
    /// When Gavel got it.
    pub created_at: DateTime<Utc>,
    /// Which check was asked for.
    pub endpoint: Endpoint,
    /// How it reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    pub site: Option<String>,
    /// What was judged.
    pub content: Content,
    /// SHA-256 of the message with white space folded; equal texts share it.
    pub content_hash: [u8; 32],
    /// What came back.
    pub judgement: Judgement,
    /// What else is known.
    pub circumstances: Circumstances,
}

/// A detection as the log keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Local id.
    pub id: DetectionId,
    /// When Gavel got it.
    pub created_at: DateTime<Utc>,
    /// Which check was asked for.
    pub endpoint: Endpoint,
    /// How it reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    pub site: Option<String>,
    /// What was judged.
    pub content: Content,
    /// What came back.
    pub judgement: Judgement,
    /// The moderators' standing label.
    pub label: Option<Label>,
    /// The name of who set it.
    pub labelled_by: Option<String>,
    /// When it was set.
    pub labelled_at: Option<DateTime<Utc>>,
    /// Counts decisions and undos; a decision made on an older version is refused.
    pub version: i64,
    /// Where the feedback is.
    pub feedback: FeedbackState,
}

impl Detection {
    /// What counts in the end: the moderators' label, else the verdict.
    pub fn standing(&self) -> Label {
        self.label.unwrap_or_else(|| self.judgement.verdict())
    }
}

/// A row of the log: a detection without what only its own page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectionSummary {
    /// Local id.
    pub id: DetectionId,
    /// When Gavel got it.
    pub created_at: DateTime<Utc>,
    /// How it reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    pub site: Option<String>,
    /// The first characters of the message (at most [`EXCERPT_CHARS`]), or those around what a search matched.
    pub excerpt: String,
    /// Byte ranges of the excerpt that a search matched, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<(usize, usize)>,
    /// Sender's e-mail address.
    pub email: Option<String>,
    /// Author's name.
    pub name: Option<String>,
    /// The verdict.
    pub is_spam: bool,
    /// Spam score, 0 to 100.
    pub score: f64,
    /// Threshold, 0 to 100.
    pub threshold: f64,
    /// Who judged.
    pub judged_by: JudgedBy,
    /// The moderators' standing label.
    pub label: Option<Label>,
    /// The name of who set it.
    pub labelled_by: Option<String>,
    /// See [`Detection::version`].
    pub version: i64,
    /// Where the feedback is.
    pub feedback: FeedbackState,
}

/// Length of [`DetectionSummary::excerpt`], in characters: two lines of the widest list.
pub const EXCERPT_CHARS: usize = 240;
