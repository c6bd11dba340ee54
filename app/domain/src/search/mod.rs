//! The search language of the log: words, phrases and `key:value` terms, all of which must hold.
//!
//! | term | matches |
//! |---|---|
//! | `casino`, `casino*` | the word, or words that start so, in message, e-mail, name, domain or address of the page |
//! | `"free money"` | the words next to each other, in this order |
//! | `-term` | what the term does not match |
//! | `is:spam`, `is:ham` | the verdict that came back |
//! | `is:labelled`, `is:unlabelled`, `label:spam`, `label:ham` | the moderators' label |
//! | `is:waiting` | no label, and no word of an app either: what Review shows |
//! | `is:disputed` | label and verdict differ |
//! | `app:spam`, `app:ham`, `app:none` | what an app's feedback said last |
//! | `is:contested` | an app's word differs from the verdict, or from the label |
//! | `is:late` | the app was answered otherwise than what stands now (the label, else the verdict), and has not said so itself |
//! | `is:pending`, `is:failed` | feedback that waits to be sent, or was refused for good |
//! | `is:refused` | what was refused for good: nobody judged it, and the app may have let it pass |
//! | `is:held` | what a rule holds for a person, and nobody has said a word about |
//! | `score:>80`, `>=`, `<`, `<=`, `40..60`, `100` | the spam score; `40..60` includes both |
//! | `email:*@mail.ru`, `site:*.example.com` | `*` stands for any characters; without it the whole value |
//! | `link:example.com` | a web link in the message to that host, or to one below it |
//! | `ip:203.0.113.42`, `ip:203.0.113.0/24` | the address, or every address of the network |
//! | `from:paste`, `import`, `api`, `recheck` | how it reached Gavel |
//! | `judged:activelayer`, `detector`, `fallback`, `refused`, `rule` | who judged |
//! | `rule:3`, `rule:*` | the rule that it met, by its number; any rule |
//! | `reason:scam`, `reason:"SEO link"`, `reason:none`, `reason:*` | why the standing label was set; labelled without a reason; with any |
//! | `token:shop`, `lang:de`, `language:german` | the app's token that asked, by its name (`*`: any); the language of the message, where it was told |
//! | `import:12`, `by:ana` | the import it came with; who set the label (name, or e-mail address up to its `@`) |
//! | `after:2025-02-01`, `before:2025-02-01T09:30:00Z` | logged at or after; logged earlier than. A date is its first moment |
//! | `after:today`, `after:yesterday before:today` | logged today; logged yesterday |
//! | `age:<7d`, `labelled:<7d` | logged, or labelled, less than that long ago (`>`: longer ago); `s m h d w` |
//! | `labelled:2025-02-01`, `labelled:2025-02-01..2025-02-07` | labelled on that day, or on one of those |
//! | `id:…` | the detection with this number, or with this id of the upstream |
//!
//! Words are folded (see [`IndexText`]): case, accents and compatibility letters make no difference. An emoji is found wherever it
//! stands. Signs alone are passed over, and letters before a colon that are no key are words, so that a pasted line finds its row;
//! [`notes`] says so. Days are those of the viewer's zone ([`SearchQuery::in_zone`]); unsaid, of UTC.
//!
//! Keys and their fixed values are read in any case. A value with spaces stands in quotes: `by:"Ana Lee"`. In quotes, `\"`
//! is a quote and `\\` a backslash. What cannot be read is an error with its place, a reason, and what to write instead;
//! nothing is ever dropped in silence.

mod complete;
mod error;
mod keys;
mod lex;
mod links;
mod marks;
mod matching;
mod notes;
mod parse;
mod print;
mod text;
mod toggle;
mod tokens;
mod values;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use complete::{Choice, Completion, complete};
pub use error::SearchError;
pub use keys::Key;
pub use links::{link_host, link_hosts, link_keys};
pub use marks::{excerpt, marks};
pub use matching::{Folded, TextTest};
pub use notes::{Note, as_text, notes};
pub use parse::{TERMS_MAX, VALUE_MAX_CHARS};
pub use text::{INDEX_MARK, IndexText};
pub use tokens::{Token, TokenKind, tokens};
pub use values::{Age, AppSaid, Moment, Pattern, ReasonTest, ScoreTest, State, Unit};

use crate::{Days, JudgedBy, Label, Origin, Zone};
use chrono::{DateTime, Utc};

/// A search that was understood: terms, all of which must hold. The empty search is everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// The terms, in the order typed.
    pub terms: Vec<Term>,
}

/// One term of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Whether the term was written with a leading `-`.
    pub negated: bool,
    /// What it asks.
    pub kind: TermKind,
}

/// What one term asks; see the module's table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TermKind {
    /// A word, anywhere in the text fields. Has a letter, a digit or a picture.
    Word(String),
    /// The start of a word, without its `*`. Has at least two characters.
    Prefix(String),
    /// Words next to each other. Has a letter, a digit or a picture.
    Phrase(String),
    /// A state of verdict, label or feedback.
    Is(State),
    /// The moderators' standing label.
    Label(Label),
    /// What an app's feedback said last.
    App(AppSaid),
    /// The spam score.
    Score(ScoreTest),
    /// The sender's e-mail address; ASCII letters in any case.
    Email(Pattern),
    /// The author's address; a single one is a network of its own size.
    Ip(IpNet),
    /// The host of a link in the message, or one above it; in lower case.
    Link(String),
    /// The site; ASCII letters in any case.
    Site(Pattern),
    /// How it reached Gavel.
    From(Origin),
    /// Who judged.
    Judged(JudgedBy),
    /// Name of the token of the app that asked; ASCII letters in any case. `*` is any token.
    Token(String),
    /// Language of the message: a tag of [`crate::language::TAGS`].
    Lang(String),
    /// Number of the import that it came with.
    Import(i64),
    /// Number of the rule that it met; `None`: any.
    Rule(Option<i64>),
    /// Why the standing label was set.
    Reason(ReasonTest),
    /// Who set the standing label: their name, e-mail address, or the part before its `@`, in any case.
    By(String),
    /// Logged then or later.
    After(Moment),
    /// Logged earlier.
    Before(Moment),
    /// How long ago it was logged.
    Age(Age),
    /// How long ago the standing label was set.
    Labelled(Age),
    /// On which days the standing label was set.
    LabelledOn(Days),
    /// That it was set at the first time or later, and before the second.
    LabelledBetween(DateTime<Utc>, DateTime<Utc>),
    /// Local number, or the upstream's `detection_id`.
    Id(String),
}

impl TermKind {
    /// Whether it asks for what a text says: words, or links. Only the index of words knows that.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Word(_) | Self::Prefix(_) | Self::Phrase(_) | Self::Link(_))
    }
}

impl SearchQuery {
    /// Reads a search as typed.
    ///
    /// # Errors
    /// Every term that cannot be read, in the order typed.
    pub fn parse(input: &str) -> Result<Self, Vec<SearchError>> {
        parse::query(input)
    }

    /// What is meant by somebody in a zone who asks now: every day, and every time without a zone, becomes the moments that it is
    /// there.
    #[must_use]
    pub fn in_zone(&self, zone: &Zone, now: DateTime<Utc>) -> Self {
        let kind = |kind: &TermKind| match kind {
            TermKind::After(moment) => TermKind::After(Moment::Time(moment.in_zone(zone, now))),
            TermKind::Before(moment) => TermKind::Before(Moment::Time(moment.in_zone(zone, now))),
            TermKind::LabelledOn(days) => {
                let (start, end) = days.in_zone(zone);
                TermKind::LabelledBetween(start, end)
            }
            other => other.clone(),
        };
        let term = |term: &Term| Term { negated: term.negated, kind: kind(&term.kind) };
        Self { terms: self.terms.iter().map(term).collect() }
    }

    /// Whether it depends on the viewer's zone.
    pub fn has_days(&self) -> bool {
        self.terms.iter().any(|term| match term.kind {
            TermKind::After(moment) | TermKind::Before(moment) => !matches!(moment, Moment::Time(_)),
            ref kind => matches!(kind, TermKind::LabelledOn(_)),
        })
    }

    /// Whether it asks for words or links, by which or without which.
    pub fn has_words(&self) -> bool {
        self.terms.iter().any(|term| term.kind.is_text())
    }

    /// The address of the log with this search.
    pub fn address(&self) -> String {
        let q: String = url::form_urlencoded::byte_serialize(self.to_string().as_bytes()).collect();
        // A space as a plus sign is understood in forms only.
        format!("/detections?q={}", q.replace('+', "%20"))
    }

    /// Whether this is the search for everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

#[cfg(test)]
mod tests;
