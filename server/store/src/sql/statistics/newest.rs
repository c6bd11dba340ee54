//! Counts the matches of a search from the log itself: all of them where that is soon done, else the newest. What lies further
//! back is not counted at all, so that the counts are exact for the time that they cover.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use domain::statistics::{SCORE_STEP, SCORE_STEPS};
use domain::{DetectionId, JudgedBy, Label, Order, SearchQuery};
use sqlx::{FromRow, QueryBuilder};

use super::super::columns::{At, MS_PER_HOUR, to_ms};
use super::super::rows::ip_from_bytes;
use super::super::search::Plan;
use super::super::{Db, DbRow, Pool};
use super::kept::{bounds, spread};
use crate::Result;
use crate::statistics::{
    AskerCount, Counts, DayCount, DecisionCount, HourCount, Labelled, LabelledCount, LabelledScore, Newest,
    ScoreCount, SiteCount, Source, WordCount,
};

/// Most examples of verdicts that a threshold would change.
const CHANGED: u32 = 10;

/// How long it may take to look further back than the first step does: a person waits for a part of a page.
const PATIENCE: Duration = Duration::from_millis(300);

/// How many times as many the next step looks at.
const FURTHER: u8 = 8;

/// Most that are looked at, however quick it is: what is read of each is held in memory, some 200 bytes.
const MOST: i64 = 150_000;

/// The newest matches of a search, as far as they are looked at.
struct Looked<'a> {
    plan: Plan<'a>,
    since: Option<DateTime<Utc>>,
    look: i64,
    began: Instant,
    readers: &'a Pool,
}

impl<'a> Looked<'a> {
    async fn at(query: &'a SearchQuery, now: DateTime<Utc>, readers: &'a Pool) -> Result<Self> {
        let began = Instant::now();
        let plan = Plan::choose(query, Order::Newest, now, readers).await?;
        let look = plan.look();
        let since = oldest(&plan, look, readers).await?;
        Ok(Self { plan, since, look, began, readers })
    }

    /// Looks further back, where more lies there and the time suffices: as a step so far took, the next would take as many
    /// times longer as it looks at more. Whether it did.
    async fn went_further(&mut self) -> Result<bool> {
        let ahead = self.began.elapsed() * u32::from(FURTHER);
        if self.since.is_none() || self.look >= MOST || ahead > PATIENCE {
            return Ok(false);
        }
        self.look = (self.look * i64::from(FURTHER)).min(MOST);
        self.since = oldest(&self.plan, self.look, self.readers).await?;
        Ok(true)
    }

    /// `SELECT columns` of them; conditions, groups and order can follow.
    fn select(&self, columns: &str) -> QueryBuilder<Db> {
        let mut sql = QueryBuilder::<Db>::new(format!("SELECT {columns} "));
        self.plan.push_bounded(&mut sql, self.look);
        // Nobody judged it.
        sql.push(" AND d.judged_by <> 'refused'");
        if let Some(since) = self.since {
            sql.push(" AND d.created_at >= ").push_bind(to_ms(since));
        }
        sql
    }

    async fn fetch<T>(&self, mut sql: QueryBuilder<Db>) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, DbRow> + Send + Unpin,
    {
        Ok(sql.build_query_as().fetch_all(self.readers).await?)
    }
}

/// Reads some columns of the newest matches, newest first.
async fn read<T>(
    columns: &str,
    query: &SearchQuery,
    now: DateTime<Utc>,
    readers: &Pool,
) -> Result<Newest<Vec<T>>>
where
    T: for<'r> FromRow<'r, DbRow> + Send + Unpin,
{
    let mut looked = Looked::at(query, now, readers).await?;
    let found: Vec<T> = loop {
        let mut sql = looked.select(columns);
        sql.push(" ORDER BY s.id DESC");
        let found = looked.fetch(sql).await?;
        if !looked.went_further().await? {
            break found;
        }
    };
    Ok(Newest { rows: found.len() as u64, found, since: looked.since })
}

/// The moment since which everything is looked at; `None` when that is all there is. Of the oldest moment that is seen, some may
/// lie beyond, so it does not count.
async fn oldest(plan: &Plan<'_>, look: i64, readers: &Pool) -> Result<Option<DateTime<Utc>>> {
    if plan.scanned(look + 1, readers).await? <= look {
        return Ok(None);
    }
    let mut sql =
        QueryBuilder::<Db>::new("SELECT id, created_at FROM detections WHERE id = (SELECT min(id) FROM (");
    plan.push_looked_at(&mut sql, look);
    sql.push(") looked)");
    let found: Option<(i64, i64)> = sql.build_query_as().fetch_optional(readers).await?;
    found
        .map(|(id, ms)| {
            Ok(At { table: "detections", id }.time("created_at", ms)? + TimeDelta::milliseconds(1))
        })
        .transpose()
}

#[derive(FromRow)]
struct CountedRow {
    id: i64,
    created_at: i64,
    site: Option<String>,
    token: Option<String>,
    origin: String,
    judged_by: String,
    is_spam: bool,
    score: f64,
    label: Option<String>,
    app_word: Option<String>,
    labelled_at: Option<i64>,
    by: Option<String>,
    took_ms: Option<f64>,
    execution_ms: f64,
}

const COUNTED: &str = "
    d.id, d.created_at, d.site, (SELECT name FROM api_tokens WHERE id = d.token_id) AS token, d.origin, d.judged_by,
    d.is_spam, d.score, d.label, d.app_word, d.labelled_at, (SELECT name FROM users WHERE id = d.labelled_by) AS by, d.took_ms,
    (SELECT execution_ms FROM detection_contents WHERE detection_id = d.id) AS execution_ms";

/// The counts of the newest matches, one entry a match.
pub(super) async fn counts(
    query: &SearchQuery,
    now: DateTime<Utc>,
    readers: &Pool,
) -> Result<Newest<Counts>> {
    let newest: Newest<Vec<CountedRow>> = read(COUNTED, query, now, readers).await?;
    let (answer, decision) = (bounds("answer", readers).await?, bounds("decision", readers).await?);
    let mut counts = Counts::default();
    for row in newest.found {
        row.count(&mut counts, &answer, &decision)?;
    }
    Ok(Newest { found: counts, rows: newest.rows, since: newest.since })
}

impl CountedRow {
    fn count(self, counts: &mut Counts, answer: &[f64], decision: &[f64]) -> Result<()> {
        let at = At { table: "detections", id: self.id };
        let created = at.time("created_at", self.created_at)?;
        let (day, is_spam, checks) = (created.date_naive(), self.is_spam, 1);
        let label: Option<Label> = at.maybe_word("label", self.label.as_deref())?;
        let spent = at.word::<JudgedBy>("judged_by", &self.judged_by)?.is_verdict();
        let step_of = |bounds: &[f64], ms: f64| {
            let below = bounds.partition_point(|bound| *bound <= ms);
            bounds.get(below.saturating_sub(1)).copied().unwrap_or_default()
        };
        counts.days.push(DayCount { day, is_spam, label, spent, checks });
        let hour = at.time("created_at", self.created_at / MS_PER_HOUR * MS_PER_HOUR)?;
        counts.hours.push(HourCount { hour, is_spam, checks });
        counts.scores.push(ScoreCount { is_spam, step: score_step(self.score), checks });
        if let Some(word) = at.maybe_word("app_word", self.app_word.as_deref())? {
            counts.words.push(WordCount { day, is_spam, word, checks });
        }
        if let Some(took) = self.took_ms {
            counts.answers.push(spread(day, step_of(answer, took), answer, 1));
        }
        if spent {
            counts.executions.push(spread(day, step_of(answer, self.execution_ms), answer, 1));
            let origin = at.word("origin", &self.origin)?;
            counts.askers.push(AskerCount { token: self.token, origin, is_spam, checks });
        }
        if let (Some(_), Some(labelled)) = (label, self.labelled_at) {
            let delay = std::time::Duration::from_millis((labelled - self.created_at).max(0).unsigned_abs());
            let at_least = step_of(decision, delay.as_secs_f64() * 1000.0);
            let day = at.time("labelled_at", labelled)?.date_naive();
            let spread = spread(day, at_least, decision, 1);
            counts.decisions.push(spread);
            counts.deciders.push(DecisionCount { by: self.by.unwrap_or_default(), spread });
        }
        counts.sites.push(SiteCount { site: self.site, is_spam, label, spent, checks });
        Ok(())
    }
}

/// As the trigger of `stat_scores` has it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the few steps first")]
fn score_step(score: f64) -> usize {
    (score / f64::from(SCORE_STEP)).clamp(0.0, SCORE_STEPS as f64 - 1.0) as usize
}

#[derive(FromRow)]
struct SourceRow {
    id: i64,
    is_spam: bool,
    email: Option<String>,
    ip: Option<Vec<u8>>,
    language: Option<String>,
}

pub(super) async fn sources(
    query: &SearchQuery,
    now: DateTime<Utc>,
    readers: &Pool,
) -> Result<Newest<Vec<Source>>> {
    let columns = "d.id, d.is_spam, d.email, d.ip, d.language";
    let newest: Newest<Vec<SourceRow>> = read(columns, query, now, readers).await?;
    let source = |row: SourceRow| {
        let at = At { table: "detections", id: row.id };
        Ok(Source {
            is_spam: row.is_spam,
            email: row.email,
            ip: row.ip.map(|ip| ip_from_bytes(at, &ip)).transpose()?,
            language: row.language,
        })
    };
    let found = newest.found.into_iter().map(source).collect::<Result<_>>()?;
    Ok(Newest { found, rows: newest.rows, since: newest.since })
}

/// Scores in whole points, none below -1 and none above 100: a threshold is a whole number of them.
const POINTS: &str =
    concat!("CASE WHEN d.score < 0 THEN -1 WHEN d.score >= 100 THEN 100 ELSE ", whole!("d.score"), " END");

pub(super) async fn labelled(
    query: &SearchQuery,
    threshold: f64,
    now: DateTime<Utc>,
    readers: &Pool,
) -> Result<Newest<Labelled>> {
    let mut looked = Looked::at(query, now, readers).await?;
    let rows: Vec<(i64, bool, String, i64)> = loop {
        let mut sql = looked.select(&format!("{POINTS}, d.is_spam, d.label, count(*)"));
        sql.push(" GROUP BY 1, 2, 3");
        let rows = looked.fetch(sql).await?;
        if !looked.went_further().await? {
            break rows;
        }
    };
    let at = |id: i64| At { table: "detections", id };
    let count = |(points, is_spam, label, checks): (i64, bool, String, i64)| {
        let (label, checks) = (at(0).word("label", &label)?, checks.unsigned_abs());
        Ok(LabelledCount { points: points as f64, is_spam, label, checks })
    };
    let scores: Vec<LabelledCount> = rows.into_iter().map(count).collect::<Result<_>>()?;
    let mut sql = looked.select("d.id, d.score, d.is_spam, d.label");
    sql.push(" AND d.is_spam <> (d.score >= ").push_bind(threshold);
    sql.push(") ORDER BY s.id DESC LIMIT ").push(CHANGED);
    let rows: Vec<(i64, f64, bool, String)> = looked.fetch(sql).await?;
    let changed = |(id, score, is_spam, label): (i64, f64, bool, String)| {
        let label = at(id).word("label", &label)?;
        Ok(LabelledScore { id: DetectionId(id), score, is_spam, label })
    };
    let changed = rows.into_iter().map(changed).collect::<Result<_>>()?;
    let rows = scores.iter().map(|count| count.checks).sum();
    Ok(Newest { found: Labelled { scores, changed }, rows, since: looked.since })
}
