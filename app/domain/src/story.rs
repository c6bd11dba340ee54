//! What happened around a detection beside its decisions: notes, earlier verdicts, words of apps.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Decision, Detection, JudgedBy, Label, Language, Macro, ReasonList};

/// Longest note, in characters: a page of text.
pub const NOTE_MAX_CHARS: usize = 4_000;

/// Most notes, verdicts or words that one story tells: the newest.
pub const STORY_MAX: u32 = 200;

/// Characters of a message that a page shows at first: about two screens.
pub const SHOWN_CHARS: usize = 4_000;

/// A detection and everything that was said about it. Lists are oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectionStory {
    /// The detection; its message may be cut.
    pub detection: Detection,
    /// Length of the whole message, in characters.
    pub message_chars: usize,
    /// The language of the message, when it is long enough to tell.
    pub language: Option<Language>,
    /// Byte ranges of the message that the words of a search match, in order; empty when there is no search.
    #[serde(default)]
    pub matches: Vec<(usize, usize)>,
    /// What was asked of the upstream, as JSON; the message may be cut as above. Never a key.
    pub request: String,
    /// The moderators' decisions.
    pub decisions: Vec<Decision>,
    /// The reasons that moderators of its site choose from.
    pub reasons: ReasonList,
    /// The macros that there are.
    pub macros: Vec<Macro>,
    /// The verdicts that later ones replaced.
    pub past_verdicts: Vec<PastVerdict>,
    /// What apps said.
    pub app_words: Vec<AppWord>,
    /// Internal notes.
    pub notes: Vec<Note>,
}

/// An internal note of a moderator; never sent upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Local id; grows with time.
    pub id: i64,
    /// The name of who wrote it.
    pub author: String,
    /// What it says; 1 to [`NOTE_MAX_CHARS`] characters.
    pub body: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

/// A verdict that a later one replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastVerdict {
    /// The upstream's `detection_id` of that time.
    pub upstream_id: String,
    /// The verdict.
    pub verdict: Label,
    /// Spam score, 0 to 100.
    pub score: f64,
    /// Threshold, 0 to 100.
    pub threshold: f64,
    /// Who judged.
    pub judged_by: JudgedBy,
    /// When the next verdict replaced it.
    pub replaced_at: DateTime<Utc>,
}

/// Where an app's word is on its way to the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WordWay {
    /// The upstream took it, or will never be told, since a newer word replaced it or it was refused.
    Settled,
    /// It waits for the upstream.
    Waits,
    /// The upstream did not judge the detection and so does not know it; it is told if it judges it.
    Unknown,
}

/// What an app said about a detection by its feedback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppWord {
    /// Name of the app's token.
    pub app: String,
    /// What it said.
    pub label: Label,
    /// When.
    pub said_at: DateTime<Utc>,
    /// Where it is on its way to the upstream.
    pub way: WordWay,
}
