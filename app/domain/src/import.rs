//! Imports: a file of content, staged row by row, then checked as fast as the upstream allows.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Content, DetectionId, Endpoint, FileAccount, FileChoices, FileFormat, FileGuess, FileTrait, Label,
    Mapping, UserId,
};

/// Largest file of an import, in bytes (1 GiB).
pub const FILE_MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// Most rows of one import. A file of 1 GiB that is packed can hold far more; whoever has so many splits them.
pub const ROWS_MAX: u64 = 5_000_000;

/// Most content of one import, in bytes (4 GiB): each row waits in the database until it is checked.
pub const CONTENT_MAX_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// How long the file of an import is kept that nobody does anything with, in days: one that was never started counts from
/// when it came, one with failed rows from when it was done. Long enough to mend them after a holiday; content of people is
/// not kept for ever.
pub const KEPT_DAYS: i64 = 30;

/// Id of an import; grows with time. What a search calls `import:12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportId(pub i64);

crate::words! {
    /// How far an import is.
    ImportState {
        /// The file is here; columns and choices are not settled yet.
        Uploaded = "uploaded",
        /// Its rows are being read and kept.
        Reading = "reading",
        /// Every row is kept; nothing has been checked. The cost is known.
        Ready = "ready",
        /// Rows are being checked.
        Running = "running",
        /// Somebody holds it, or the quota ended and it was to stop there.
        Paused = "paused",
        /// The quota or a budget is used up; it goes on by itself when there is more.
        Waiting = "waiting",
        /// No row waits any more.
        Done = "done",
        /// It was given up; what was checked by then stands.
        Cancelled = "cancelled",
    }
}

impl ImportState {
    /// Whether the program works on it without being told.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Reading | Self::Running | Self::Waiting)
    }
}

crate::words! {
    /// What became of a row.
    ImportRowState {
        /// It has not been checked yet.
        Waiting = "waiting",
        /// It is in the log.
        Checked = "checked",
        /// The same text stands further up in the file.
        Duplicate = "duplicate",
        /// The log had the same text already.
        Known = "known",
        /// It is older than what was asked for.
        Old = "old",
        /// It could not be read, or the upstream would not judge it.
        Failed = "failed",
    }
}

crate::words! {
    /// What a run does when the quota ends before the rows.
    AtQuota {
        /// It waits for the next period.
        Wait = "wait",
        /// It stops there.
        Stop = "stop",
    }
}

/// Labels that a file knows become decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenLabels {
    /// Whose decisions they are.
    pub by: UserId,
    /// Whether the upstream is told of each, by one request.
    pub tell: bool,
}

/// What to do with a file, as a moderator chose it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPlan {
    /// How the file is to be read, where that is not to be found out.
    #[serde(default)]
    pub reading: FileChoices,
    /// Which column is what.
    #[serde(default)]
    pub mapping: Mapping,
    /// Which check to ask for.
    pub endpoint: Endpoint,
    /// The site that the content belongs to.
    pub site: Option<String>,
    /// Whether of equal texts in the file only the first is checked.
    pub skip_duplicates: bool,
    /// Whether texts that the log has already are left out.
    pub skip_known: bool,
    /// Rows that say they are older are left out; rows without a time are not.
    pub after: Option<DateTime<Utc>>,
    /// What to do when the quota ends.
    pub at_quota: AtQuota,
    /// Whether labels of the file are taken over; without, they are only compared with the verdicts.
    #[serde(default)]
    pub labels: Option<TakenLabels>,
}

impl Default for ImportPlan {
    /// Comments, each text once, waiting where the quota ends.
    fn default() -> Self {
        Self {
            reading: FileChoices::default(),
            mapping: Mapping::default(),
            endpoint: Endpoint::CheckComment,
            site: None,
            skip_duplicates: true,
            skip_known: true,
            after: None,
            at_quota: AtQuota::Wait,
            labels: None,
        }
    }
}

/// How many rows fared how. They add up to [`ImportCounts::rows`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// Not checked yet.
    pub waiting: u64,
    /// In the log, with the verdict spam.
    pub spam: u64,
    /// In the log, with the verdict ham.
    pub ham: u64,
    /// Left out: the same text stands further up in the file.
    pub duplicates: u64,
    /// Left out: the log has the same text.
    pub known: u64,
    /// Left out: older than what was asked for.
    pub old: u64,
    /// Not readable, or refused by the upstream.
    pub failed: u64,
}

impl ImportCounts {
    /// Rows of the file that were read.
    pub fn rows(&self) -> u64 {
        self.waiting + self.checked() + self.skipped() + self.failed
    }

    /// Rows in the log.
    pub fn checked(&self) -> u64 {
        self.spam + self.ham
    }

    /// Rows that were left out on purpose.
    pub fn skipped(&self) -> u64 {
        self.duplicates + self.known + self.old
    }

    /// Spam among what was checked, in percent; `None` before anything was.
    pub fn spam_percent(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^52")]
        (self.checked() > 0).then(|| self.spam as f64 / self.checked() as f64 * 100.0)
    }

    /// How much of what was to check is settled, in percent; 100 when nothing was.
    pub fn percent_done(&self) -> f64 {
        let settled = self.checked() + self.failed;
        let all = settled + self.waiting;
        #[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^52")]
        if all == 0 { 100.0 } else { settled as f64 / all as f64 * 100.0 }
    }
}

/// What a file knows about spam, beside what the verdicts say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownLabels {
    /// Rows to check that have a label.
    pub rows: u64,
    /// Checked rows: labelled spam, and found to be.
    pub spam_found: u64,
    /// Labelled spam, but the verdict says ham.
    pub spam_missed: u64,
    /// Labelled ham, but the verdict says spam.
    pub ham_accused: u64,
    /// Labelled ham, and the verdict agrees.
    pub ham_passed: u64,
    /// Decisions that were made of labels.
    pub set: u64,
    /// How many of them were taken back; what somebody decided since stands.
    pub undone: u64,
    /// Whether and how far they are taken back; no more labels are taken over then.
    pub taking_back: Option<TakingBack>,
}

crate::words! {
    /// How far the labels of an import are taken back.
    TakingBack {
        /// It is under way.
        Undoing = "undoing",
        /// None is left to take back.
        Undone = "undone",
    }
}

impl KnownLabels {
    /// Checked rows that have a label.
    pub fn compared(&self) -> u64 {
        self.spam_found + self.spam_missed + self.ham_accused + self.ham_passed
    }

    /// How often label and verdict agree, in percent; `None` before there is anything to compare.
    pub fn agreement(&self) -> Option<f64> {
        let compared = self.compared();
        #[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^52")]
        (compared > 0).then(|| (self.spam_found + self.ham_passed) as f64 / compared as f64 * 100.0)
    }
}

/// An import and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Local id.
    pub id: ImportId,
    /// Who began it; `None` for the command line.
    pub user_id: Option<UserId>,
    /// Their name.
    pub user_name: Option<String>,
    /// Name of the file as it was handed over.
    pub file_name: String,
    /// What the file is kept as, in the folder of imports; `None` once it is no longer needed.
    pub file: Option<String>,
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// How the file is written.
    pub format: FileFormat,
    /// What to do with it.
    pub plan: ImportPlan,
    /// How far it is.
    pub state: ImportState,
    /// How many rows fared how.
    pub counts: ImportCounts,
    /// What the file knows about spam.
    pub labels: KnownLabels,
    /// Bytes of the file that were read so far.
    pub bytes_read: u64,
    /// Why the file could not be read to its end, with the place.
    pub problem: Option<String>,
    /// Why it waits or was paused, in a sentence.
    pub reason: Option<String>,
    /// Rows a minute of late; `None` while nothing is checked.
    pub per_minute: Option<f64>,
    /// When the file came.
    pub created_at: DateTime<Utc>,
    /// When checking began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done or given up.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Import {
    /// When the file and the rows that are not in the log go, if nobody does anything; `None` while the import is at work, is
    /// paused, or has let go of them.
    pub fn kept_until(&self) -> Option<DateTime<Utc>> {
        let since = match self.state {
            ImportState::Uploaded | ImportState::Ready => Some(self.created_at),
            ImportState::Done => self.finished_at,
            _ => None,
        };
        since.filter(|_| self.file.is_some()).map(|since| since + TimeDelta::days(KEPT_DAYS))
    }
}

/// A row as pages list it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// Which row of the file, from 1.
    pub number: u64,
    /// Where it stands, for instance `line 12`.
    pub place: String,
    /// What became of it.
    pub state: ImportRowState,
    /// Why it failed.
    pub reason: Option<String>,
    /// Its detection, once it is in the log.
    pub detection_id: Option<DetectionId>,
}

/// A file before anything of it is settled: how it is read, and what its rows are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// The columns of the file, by name.
    pub columns: Vec<String>,
    /// Of each column, what its first rows hold, cut short.
    pub samples: Vec<String>,
    /// What was found out about the file, and could be chosen otherwise.
    pub guesses: Vec<FileGuess>,
    /// The first rows.
    pub rows: Vec<PreviewRow>,
    /// Rows further down that are unlike the first ones, at most one of each kind.
    pub odd: Vec<OddRow>,
    /// What became of every part, as far as was looked.
    pub account: FileAccount,
    /// Whether all of the file was looked at: of a long one, only the beginning is.
    pub is_whole: bool,
    /// Why no row can be read with these columns, or where the file breaks.
    pub problem: Option<String>,
}

impl ImportPreview {
    /// What was found out about something.
    pub fn guess(&self, about: FileTrait) -> Option<&FileGuess> {
        self.guesses.iter().find(|guess| guess.about == about)
    }
}

crate::words! {
    /// Why a row is shown beside the first ones.
    Oddity {
        /// Its message is the longest.
        Longest = "longest",
        /// Its message has line ends.
        LineEnds = "line-ends",
        /// It is the first that cannot be read.
        Fails = "fails",
        /// It stands in the middle.
        Middle = "middle",
        /// It is the last.
        Last = "last",
    }
}

impl Oddity {
    /// What such a row is called on a page.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Longest => "The longest message",
            Self::LineEnds => "The first with line ends",
            Self::Fails => "The first that cannot be read",
            Self::Middle => "From the middle",
            Self::Last => "The last row",
        }
    }
}

/// A row that is shown beside the first ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OddRow {
    /// Why.
    pub kind: Oddity,
    /// The row.
    pub row: PreviewRow,
}

/// A row as it will be checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreviewRow {
    /// Where it stands.
    pub place: String,
    /// What will be sent, with a long message cut short; or what is wrong with it.
    pub content: Result<Content, String>,
    /// What the file says about it.
    pub label: Option<Label>,
    /// Length of the message, in characters; 0 without one.
    pub chars: u64,
}

/// What an import will cost, before it is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportCost {
    /// Checks needed: one a waiting row.
    pub checks: u64,
    /// Checks left in this period now; `None` when the upstream never said.
    pub left: Option<u64>,
    /// When the next period begins; `None` for a plan that never resets.
    pub resets_at: Option<DateTime<Utc>>,
    /// Checks a minute that the budget allows; `None` when nothing limits them.
    pub per_minute: Option<u32>,
    /// Feedback that is sent for labels of the file, one request each.
    pub feedback: u64,
}

impl ImportCost {
    /// Checks that the quota allows now.
    pub fn fits(&self) -> u64 {
        self.left.map_or(self.checks, |left| left.min(self.checks))
    }

    /// Whether the quota suffices, as far as it is known.
    pub fn is_enough(&self) -> bool {
        self.fits() == self.checks
    }

    /// Checks left afterwards, if they are known.
    pub fn left_after(&self) -> Option<u64> {
        self.left.map(|left| left - self.fits())
    }

    /// How long it takes when nobody else asks, in minutes, rounded up; `None` when nothing limits it.
    pub fn minutes(&self) -> Option<u64> {
        let per_minute = u64::from(self.per_minute?.max(1));
        Some(self.checks.div_ceil(per_minute))
    }
}

/// How many rows of a summary share something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportShare {
    /// What they share: a sender, a language.
    pub value: String,
    /// How many.
    pub rows: u64,
    /// How many of these are spam.
    pub spam: u64,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportResults {
    /// Rows that the figures below are made of: the newest, at most [`RESULTS_BOUND`].
    pub counted: u64,
    /// Rows by score: twenty steps of five, each with how many are spam and how many ham by verdict.
    pub scores: Vec<(u64, u64)>,
    /// Senders with the most rows, most first.
    pub senders: Vec<ImportShare>,
    /// Languages with the most rows, most first; as BCP 47 tags.
    pub languages: Vec<ImportShare>,
}

/// Rows of an import that its results look at.
pub const RESULTS_BOUND: u32 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up() {
        let counts = ImportCounts { waiting: 4, spam: 3, ham: 1, duplicates: 2, known: 1, old: 1, failed: 4 };
        assert_eq!((counts.rows(), counts.checked(), counts.skipped()), (16, 4, 4));
        assert_eq!(counts.spam_percent(), Some(75.0));
        assert!((counts.percent_done() - 66.666_666).abs() < 0.001);
        assert_eq!(ImportCounts::default().spam_percent(), None);
        assert!((ImportCounts::default().percent_done() - 100.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_cost_says_what_fits() {
        let cost =
            ImportCost { checks: 5000, left: Some(1200), resets_at: None, per_minute: Some(40), feedback: 0 };
        assert_eq!((cost.fits(), cost.is_enough(), cost.left_after()), (1200, false, Some(0)));
        assert_eq!(cost.minutes(), Some(125));
        let cost = ImportCost { left: Some(6000), ..cost };
        assert_eq!((cost.fits(), cost.is_enough(), cost.left_after()), (5000, true, Some(1000)));
        let unknown = ImportCost { left: None, per_minute: None, ..cost };
        assert_eq!((unknown.is_enough(), unknown.left_after(), unknown.minutes()), (true, None, None));
    }

    #[test]
    fn labels_and_verdicts_are_compared() {
        let labels = KnownLabels {
            spam_found: 6,
            spam_missed: 1,
            ham_accused: 1,
            ham_passed: 12,
            ..KnownLabels::default()
        };
        assert_eq!((labels.compared(), labels.agreement()), (20, Some(90.0)));
        assert_eq!(KnownLabels::default().agreement(), None);
    }

    #[test]
    fn a_plan_survives_its_column() {
        let mut plan = ImportPlan { site: Some("blog.example.com".to_owned()), ..ImportPlan::default() };
        plan.mapping.set(crate::MappedField::Message, Some("comment_content".to_owned()));
        let text = serde_json::to_string(&plan).unwrap();
        assert!(text.contains("\"message\":\"comment_content\""), "{text}");
        assert_eq!(serde_json::from_str::<ImportPlan>(&text).unwrap(), plan);
    }
}
