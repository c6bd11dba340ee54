//! Counts for charts: by day and hour kept beside the log, or of its newest rows.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{Days, DetectionId, Label, Origin, SearchQuery};

use crate::Result;

/// Checks of a day, or of a chart's column of days, that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day (UTC), or any day of the column.
    pub day: NaiveDate,
    /// The verdict.
    pub is_spam: bool,
    /// The standing label.
    pub label: Option<Label>,
    /// Whether the upstream judged; else the fallback answered.
    pub spent: bool,
    /// How many.
    pub checks: u64,
}

/// Checks of a day, or of a chart's column of days, with the same verdict and the same word of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordCount {
    /// The day (UTC), or any day of the column.
    pub day: NaiveDate,
    /// The verdict.
    pub is_spam: bool,
    /// What an app said last.
    pub word: Label,
    /// How many.
    pub checks: u64,
}

/// Checks of a site that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteCount {
    /// The site, if any.
    pub site: Option<String>,
    /// The verdict.
    pub is_spam: bool,
    /// The standing label.
    pub label: Option<Label>,
    /// Whether the upstream judged.
    pub spent: bool,
    /// How many.
    pub checks: u64,
}

/// Checks that the same token asked for in the same way, and that the upstream judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskerCount {
    /// The token's name, if one asked.
    pub token: Option<String>,
    /// How they reached Gavel.
    pub origin: Origin,
    /// The verdict.
    pub is_spam: bool,
    /// How many.
    pub checks: u64,
}

/// Checks of an hour with the same verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourCount {
    /// The hour's first moment.
    pub hour: DateTime<Utc>,
    /// The verdict.
    pub is_spam: bool,
    /// How many.
    pub checks: u64,
}

/// Checks with about the same score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreCount {
    /// The verdict.
    pub is_spam: bool,
    /// The step of the score ([`domain::statistics::SCORE_STEP`] points each).
    pub step: usize,
    /// How many.
    pub checks: u64,
}

/// What took about the same time on a day, or in a chart's column of days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpreadCount {
    /// The day (UTC), or any day of the column.
    pub day: NaiveDate,
    /// So long at least, in milliseconds.
    pub at_least: f64,
    /// Less than this, in milliseconds; of the last step, twice its beginning.
    pub below: f64,
    /// How many.
    pub count: u64,
}

/// Labels that one person set about as long after the check.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionCount {
    /// Who.
    pub by: String,
    /// On which day of the range (whichever), and how long after the check.
    pub spread: SpreadCount,
}

/// Everything that is counted of a range of days, by the columns of its charts ([`Days::long_step`]). Entries may be alike: they are added up by whoever reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// By day.
    pub days: Vec<DayCount>,
    /// By site.
    pub sites: Vec<SiteCount>,
    /// By token and origin.
    pub askers: Vec<AskerCount>,
    /// By hour; empty unless the range is short enough to be drawn by hours.
    pub hours: Vec<HourCount>,
    /// By score.
    pub scores: Vec<ScoreCount>,
    /// Those on which an app's word stands.
    pub words: Vec<WordCount>,
    /// How long those who asked have waited.
    pub answers: Vec<SpreadCount>,
    /// How long the upstream took.
    pub executions: Vec<SpreadCount>,
    /// Standing labels by the day on which they were set, and how long after the check that was.
    pub decisions: Vec<SpreadCount>,
    /// The same labels by who set them.
    pub deciders: Vec<DecisionCount>,
}

/// What was read of the newest matches of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Newest<T> {
    /// What was read.
    pub found: T,
    /// How many matches that were.
    pub rows: u64,
    /// They are all matches since this moment; `None` when they are all there are.
    pub since: Option<DateTime<Utc>>,
}

/// Where a detection came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The verdict.
    pub is_spam: bool,
    /// Sender's e-mail address.
    pub email: Option<String>,
    /// Author's address.
    pub ip: Option<std::net::IpAddr>,
    /// Language of the message.
    pub language: Option<String>,
}

/// A labelled detection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelledScore {
    /// Which one.
    pub id: DetectionId,
    /// Its score.
    pub score: f64,
    /// The verdict.
    pub is_spam: bool,
    /// The label.
    pub label: Label,
}

/// Labelled detections with about the same score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelledCount {
    /// The score, rounded down to whole points; -1 for all below 0, 100 for all above.
    pub points: f64,
    /// The verdict.
    pub is_spam: bool,
    /// The label.
    pub label: Label,
    /// How many.
    pub checks: u64,
}

/// Labelled detections, and what a threshold would do to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labelled {
    /// All of them.
    pub scores: Vec<LabelledCount>,
    /// The newest whose verdict would be another, newest first, at most ten.
    pub changed: Vec<LabelledScore>,
}

/// Counts, and reads what is counted.
#[async_trait]
pub trait Statistics: Send + Sync {
    /// Takes what was logged since the last time into the counts, and returns how many detections that were. All other
    /// functions see only what was taken in, except those that read the log itself.
    async fn count_new(&self) -> Result<u64>;

    /// The counts of some days, of all sites or of one (the empty name: of what belongs to none).
    async fn counts(&self, days: Days, site: Option<&str>) -> Result<Counts>;

    /// Only [`Counts::days`].
    async fn day_counts(&self, days: Days, site: Option<&str>) -> Result<Vec<DayCount>>;

    /// Only [`Counts::hours`], of any range.
    async fn hour_counts(&self, days: Days, site: Option<&str>) -> Result<Vec<HourCount>>;

    /// The same of the newest matches of a search, counted from the log.
    async fn newest_counts(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Newest<Counts>>;

    /// Where the newest matches of a search came from.
    async fn newest_sources(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Newest<Vec<Source>>>;

    /// The newest matches of a search for what is labelled, and what of them a threshold would call otherwise than the verdict.
    async fn newest_labelled(
        &self,
        query: &SearchQuery,
        threshold: f64,
        now: DateTime<Utc>,
    ) -> Result<Newest<Labelled>>;

    /// The threshold of the newest detection.
    async fn newest_threshold(&self) -> Result<Option<f64>>;

    /// How the messages of some detections begin.
    async fn excerpts(&self, ids: &[DetectionId]) -> Result<Vec<(DetectionId, String)>>;
}
