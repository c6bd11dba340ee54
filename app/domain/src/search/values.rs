//! What stands behind the colon.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Zone;

crate::words! {
    /// A state that `is:` asks for.
    State {
        /// The verdict was spam.
        Spam = "spam",
        /// The verdict was ham.
        Ham = "ham",
        /// A moderator's label stands.
        Labelled = "labelled",
        /// No label stands.
        Unlabelled = "unlabelled",
        /// Nobody's word stands: neither a moderator's label nor an app's.
        Waiting = "waiting",
        /// Label and verdict differ.
        Disputed = "disputed",
        /// An app's word is neither the verdict nor the label.
        Contested = "contested",
        /// The app that asked was told something else than what stands now.
        Late = "late",
        /// Feedback waits to be sent.
        Pending = "pending",
        /// Feedback was refused for good.
        Failed = "failed",
        /// The submission was refused: there is no verdict.
        Refused = "refused",
        /// A rule holds it for a person, and nobody has said a word yet.
        Held = "held",
    }
}

crate::words! {
    /// What an app said last of a detection, by its feedback.
    AppSaid {
        /// That it is spam.
        Spam = "spam",
        /// That it is ham.
        Ham = "ham",
        /// Nothing.
        None = "none",
    }
}

impl From<crate::Label> for AppSaid {
    fn from(label: crate::Label) -> Self {
        if label.is_spam() { Self::Spam } else { Self::Ham }
    }
}

/// What `reason:` asks of the label that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReasonTest {
    /// It was set for no reason.
    None,
    /// It was set for some reason.
    Any,
    /// It was set for this one; in any case.
    Named(String),
}

impl ReasonTest {
    /// What stands for no reason.
    pub const NONE: &'static str = "none";

    pub(super) fn read(text: &str) -> Self {
        match text {
            "*" => Self::Any,
            text if text.eq_ignore_ascii_case(Self::NONE) => Self::None,
            name => Self::Named(name.to_owned()),
        }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => Self::NONE,
            Self::Any => "*",
            Self::Named(name) => name,
        }
    }
}

/// A test of the spam score. Numbers are from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ScoreTest {
    /// `>80`
    Over(f64),
    /// `>=80`
    AtLeast(f64),
    /// `<20`
    Under(f64),
    /// `<=20`
    AtMost(f64),
    /// `40..60`, both included.
    Between(f64, f64),
    /// `100`
    Exactly(f64),
}

impl fmt::Display for ScoreTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Over(score) => write!(f, ">{score}"),
            Self::AtLeast(score) => write!(f, ">={score}"),
            Self::Under(score) => write!(f, "<{score}"),
            Self::AtMost(score) => write!(f, "<={score}"),
            Self::Between(low, high) => write!(f, "{low}..{high}"),
            Self::Exactly(score) => write!(f, "{score}"),
        }
    }
}

/// A value in which `*` stands for any characters; without one, the whole value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// Takes it as written; a run of stars is one.
    pub fn new(text: &str) -> Self {
        let mut pattern = String::with_capacity(text.len());
        for char in text.chars() {
            if char != '*' || !pattern.ends_with('*') {
                pattern.push(char);
            }
        }
        Self(pattern)
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole value, when there is no star.
    pub fn exact(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(&*self.0)
    }

    /// Whether a value is one that is meant. The case of ASCII letters does not matter, as in the database.
    pub fn matches(&self, value: &str) -> bool {
        let (pattern, value) = (self.0.to_ascii_lowercase(), value.to_ascii_lowercase());
        let mut parts = pattern.split('*');
        let Some(mut rest) = parts.next().and_then(|start| value.strip_prefix(start)) else { return false };
        let mut parts: Vec<&str> = parts.collect();
        let Some(end) = parts.pop() else { return rest.is_empty() };
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(end)
    }

    /// What every match starts with: all before the first star.
    pub fn prefix(&self) -> &str {
        self.0.split('*').next().unwrap_or_default()
    }

    /// What every match ends with: all after the last star.
    pub fn suffix(&self) -> &str {
        self.0.rsplit('*').next().unwrap_or_default()
    }
}

/// A moment as written: a day, or a time. [`SearchQuery::in_zone`](super::SearchQuery::in_zone) says which moment a day and a time
/// without a zone are. Unsaid, they are of UTC, and today has not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moment {
    /// `today`: the day on which the search is asked.
    Today,
    /// `yesterday`: the day before.
    Yesterday,
    /// `2025-02-01`
    Day(NaiveDate),
    /// `2025-02-01T09:30:00`
    Local(NaiveDateTime),
    /// `2025-02-01T09:30:00Z`
    Time(DateTime<Utc>),
}

impl Moment {
    /// The moment itself, were it of UTC; of a day, its first.
    pub fn start(self) -> DateTime<Utc> {
        self.in_zone(&Zone::default(), DateTime::<Utc>::MAX_UTC)
    }

    /// The moment itself, for somebody in a zone who asks now; of a day, its first.
    pub fn in_zone(self, zone: &Zone, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = zone.day(now);
        match self {
            Self::Today => zone.start_of(today),
            Self::Yesterday => zone.start_of(today.pred_opt().unwrap_or(today)),
            Self::Day(day) => zone.start_of(day),
            Self::Local(time) => zone.moment(time),
            Self::Time(time) => time,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Local(time) => write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%S")),
            Self::Time(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

crate::words! {
    /// A unit of time, by its letter.
    Unit {
        /// Second.
        Second = "s",
        /// Minute.
        Minute = "m",
        /// Hour.
        Hour = "h",
        /// Day of 24 hours.
        Day = "d",
        /// Week of seven days.
        Week = "w",
    }
}

impl Unit {
    fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        }
    }
}

/// How long ago: less (`<7d`) or longer (`>7d`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// `>` instead of `<`.
    pub longer: bool,
    /// How many units.
    pub count: u32,
    /// Which unit.
    pub unit: Unit,
}

impl Age {
    /// The time that it speaks of.
    pub fn span(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.count) * self.unit.seconds())
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", if self.longer { '>' } else { '<' }, self.count, self.unit)
    }
}
