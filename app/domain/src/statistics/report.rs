//! The figures themselves.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Days, LabelledScores, SCORE_STEPS};
use crate::DetectionId;

/// Checks by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Verdicts "spam".
    pub spam: u64,
    /// Verdicts "ham".
    pub ham: u64,
}

impl Tally {
    /// Counts some checks with the same verdict.
    pub fn add(&mut self, is_spam: bool, checks: u64) {
        *if is_spam { &mut self.spam } else { &mut self.ham } += checks;
    }

    /// All of them.
    pub fn sum(self) -> u64 {
        self.spam + self.ham
    }
}

/// Verdicts against moderators' labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Verdict spam, label spam.
    pub caught: u64,
    /// Verdict spam, label ham: a false positive.
    pub false_alarms: u64,
    /// Verdict ham, label spam: a false negative.
    pub missed: u64,
    /// Verdict ham, label ham.
    pub passed: u64,
}

impl Confusion {
    /// Counts some labelled checks.
    pub fn add(&mut self, is_spam: bool, labelled_spam: bool, checks: u64) {
        let cell = match (is_spam, labelled_spam) {
            (true, true) => &mut self.caught,
            (true, false) => &mut self.false_alarms,
            (false, true) => &mut self.missed,
            (false, false) => &mut self.passed,
        };
        *cell += checks;
    }

    /// All that is labelled.
    pub fn sum(self) -> u64 {
        self.caught + self.false_alarms + self.missed + self.passed
    }
}

/// Where a spread of times lies, in milliseconds. Read from steps, so right to a third at worst.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many there are.
    pub count: u64,
    /// Half of them took less.
    pub p50: f64,
    /// 95 % of them took less.
    pub p95: f64,
    /// 99 % of them took less.
    pub p99: f64,
}

/// How long checks took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// How long those who asked have waited, where that was measured.
    pub answers: Option<Percentiles>,
    /// How long the upstream says that it took.
    pub executions: Option<Percentiles>,
}

/// What moderators did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Labels that were set and stand.
    pub decisions: u64,
    /// Half of them were set sooner after the check than this, in milliseconds; right to a third at worst.
    pub median_ms: Option<f64>,
}

/// Something with a name, and its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<T> {
    /// What it is called; `None` stands for "none" (no site, no token).
    pub name: Option<String>,
    /// Its figures.
    pub value: T,
}

/// One moderator's work.
pub type Person = Named<Work>;

/// The few with the most, and how many checks all others have together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaders {
    /// The most first.
    pub first: Vec<Named<Tally>>,
    /// How many others there are.
    pub others: u64,
    /// The checks of all others together.
    pub rest: Tally,
}

/// Who spent checks: only those that the upstream judged, not those that the fallback answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// All of it.
    pub total: Tally,
    /// In each of the long columns of the range ([`Days::long_step`]).
    pub columns: Vec<Tally>,
    /// By site.
    pub sites: Leaders,
    /// By token.
    pub tokens: Leaders,
    /// By origin.
    pub origins: Leaders,
}

/// The sums of a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Checks by verdict.
    pub checks: Tally,
    /// Labelled ones of them.
    pub labels: Confusion,
}

/// What the Stats page draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charts {
    /// The days that it is about.
    pub days: Days,
    /// When they are counted from the log itself, no further back than it looks at: from this moment on.
    pub since: Option<DateTime<Utc>>,
    /// Whether they are counted from the log itself.
    pub from_log: bool,
    /// Why the newest checks are not counted in them; `None` when all are.
    pub behind: Option<String>,
    /// Checks in each column ([`Days::step`]).
    pub checks: Vec<Tally>,
    /// Checks in each column of the days before; empty when those are not known.
    pub checks_before: Vec<u64>,
    /// Sums.
    pub totals: Totals,
    /// Sums of the days before; `None` when those are not known.
    pub totals_before: Option<Totals>,
    /// What apps said last, against verdicts, in the whole range.
    pub app_words: Confusion,
    /// Labels against verdicts, in each long column ([`Days::long_step`]).
    pub labels: Vec<Confusion>,
    /// Labels against verdicts by site, the most labels first.
    pub sites: Vec<Named<Confusion>>,
    /// Spread of the scores in steps of [`super::SCORE_STEP`] points.
    pub scores: [Tally; SCORE_STEPS],
    /// The threshold of the newest check.
    pub threshold: Option<f64>,
    /// How long checks took, in each long column.
    pub latency: Vec<Latency>,
    /// How long checks took, in the whole range.
    pub latency_total: Latency,
    /// Moderators' work by the day on which they decided, in each long column.
    pub work: Vec<Work>,
    /// Moderators' work in the whole range.
    pub work_total: Work,
    /// Moderators' work by person, the most first.
    pub people: Vec<Person>,
    /// Who spent checks.
    pub spending: Spending,
}

/// One value and how many have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top {
    /// The value as a search writes it.
    pub value: String,
    /// Checks that have it.
    pub tally: Tally,
}

/// What comes most often among the newest checks of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tops {
    /// How many checks were looked at.
    pub rows: u64,
    /// These are all since this moment; `None` when they are all of the range.
    pub since: Option<DateTime<Utc>>,
    /// Senders' e-mail addresses.
    pub senders: Vec<Top>,
    /// What stands behind the `@` of them.
    pub domains: Vec<Top>,
    /// Addresses that checks came from.
    pub addresses: Vec<Top>,
    /// Languages, by tag.
    pub languages: Vec<Top>,
}

/// A detection whose verdict another threshold would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Which one.
    pub id: DetectionId,
    /// Its score.
    pub score: f64,
    /// Whether its verdict was spam.
    pub is_spam: bool,
    /// Whether its label is spam.
    pub labelled_spam: bool,
    /// How the message begins.
    pub excerpt: String,
}

/// What another threshold would do to the labelled detections of a range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WhatIf {
    /// How many labelled detections were looked at.
    pub rows: u64,
    /// These are all since this moment; `None` when they are all of the range.
    pub since: Option<DateTime<Utc>>,
    /// Their scores.
    pub scores: LabelledScores,
    /// The newest that the asked threshold would change, at most ten.
    pub examples: Vec<Example>,
}
