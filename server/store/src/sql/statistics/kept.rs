//! Reads the counts that are kept by day and hour.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::statistics::{SCORE_STEPS, Step};
use domain::{Days, JudgedBy, Label, Origin};
use sqlx::{FromRow, QueryBuilder};

use super::super::columns::{At, HOURS_PER_DAY, MS_PER_HOUR, day_to_hour};
use super::super::{Db, DbRow, Pool};
use crate::Result;
use crate::statistics::{
    AskerCount, Counts, DayCount, DecisionCount, HourCount, ScoreCount, SiteCount, SpreadCount, WordCount,
};

/// Whose counts are read.
#[derive(Clone, Copy)]
struct Range<'a> {
    days: Days,
    site: Option<&'a str>,
    readers: &'a Pool,
}

/// Every count of a range.
pub(super) async fn counts(days: Days, site: Option<&str>, readers: &Pool) -> Result<Counts> {
    let range = Range { days, site, readers };
    Ok(Counts {
        days: range.days().await?,
        sites: range.sites().await?,
        askers: range.askers().await?,
        scores: range.scores().await?,
        words: range.words().await?,
        hours: if days.step() == Step::Hour { range.hours().await? } else { Vec::new() },
        answers: range.spread("answers").await?,
        executions: range.spread("executions").await?,
        decisions: range.decisions().await?,
        deciders: range.deciders().await?,
    })
}

pub(super) async fn days(days: Days, site: Option<&str>, readers: &Pool) -> Result<Vec<DayCount>> {
    Range { days, site, readers }.days().await
}

pub(super) async fn hours(days: Days, site: Option<&str>, readers: &Pool) -> Result<Vec<HourCount>> {
    Range { days, site, readers }.hours().await
}

/// Where the steps of a spread begin, in milliseconds, least first.
pub(super) async fn bounds(kind: &str, readers: &Pool) -> Result<Vec<f64>> {
    let bounds = sqlx::query_scalar("SELECT at_least FROM stat_bounds WHERE kind = $1 ORDER BY at_least");
    Ok(bounds.bind(kind).fetch_all(readers).await?)
}

/// The step of a spread that begins at this bound.
pub(super) fn spread(day: NaiveDate, at_least: f64, bounds: &[f64], count: u64) -> SpreadCount {
    let next = bounds.iter().copied().find(|bound| *bound > at_least);
    SpreadCount { day, at_least, below: next.unwrap_or(at_least * 2.0), count }
}

/// The day of a number of days since the epoch.
fn day(number: i64, table: &'static str) -> Result<NaiveDate> {
    let days = TimeDelta::try_days(number).and_then(|days| NaiveDate::default().checked_add_signed(days));
    days.ok_or_else(|| At { table, id: number }.bad("day", "is no day"))
}

const DAYS: &str = "stat_days";

const SPREADS: &str = "stat_answers";

#[derive(FromRow)]
struct DayRow {
    day: i64,
    is_spam: bool,
    label: String,
    spent: bool,
    checks: i64,
}

#[derive(FromRow)]
struct SiteRow {
    site: String,
    is_spam: bool,
    label: String,
    spent: bool,
    checks: i64,
}

#[derive(FromRow)]
struct AskerRow {
    token: Option<String>,
    origin: String,
    is_spam: bool,
    checks: i64,
}

fn label(word: &str) -> Result<Option<Label>> {
    At { table: DAYS, id: 0 }.maybe_word("label", Some(word).filter(|word| !word.is_empty()))
}

impl Range<'_> {
    /// Reads rows of a table within the range: `select`, its conditions, `rest`.
    async fn read<T>(&self, select: &str, hourly: bool, rest: &str) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, DbRow> + Send + Unpin,
    {
        let column = if hourly { "hour" } else { "day" };
        let unit = if hourly { 1 } else { HOURS_PER_DAY };
        let (first, last) = (day_to_hour(self.days.from()), day_to_hour(self.days.to()) + HOURS_PER_DAY);
        let mut sql = QueryBuilder::<Db>::new(select);
        sql.push(format_args!(" WHERE {column} >= ")).push_bind(first / unit);
        sql.push(format_args!(" AND {column} < ")).push_bind(last / unit);
        if let Some(site) = self.site {
            sql.push(" AND site = ").push_bind(site.to_owned());
        }
        sql.push(" ").push(rest);
        Ok(sql.build_query_as().fetch_all(self.readers).await?)
    }

    /// Where counts of all sites are kept, or those of one.
    fn table(&self, of: &str) -> String {
        format!("{}_{of}", if self.site.is_some() { "stat" } else { "sum" })
    }

    /// The first day of the chart's column that a row lies in: rows are added up where they are, not one by one here.
    fn column(&self) -> String {
        match self.days.long_step() {
            // Day 0 was a Thursday.
            Step::Week => {
                format!(larger!("{}", "day - (day + 3) % 7"), day_to_hour(self.days.from()) / HOURS_PER_DAY)
            }
            Step::Day | Step::Hour => "day".to_owned(),
        }
    }

    async fn days(&self) -> Result<Vec<DayCount>> {
        let table = if self.site.is_some() { "sum_sites" } else { "sum_days" };
        let select = format!(
            "SELECT {} AS day, is_spam, label, spent, CAST(sum(checks) AS BIGINT) AS checks FROM {table}",
            self.column()
        );
        let rows: Vec<DayRow> =
            self.read(&select, false, "GROUP BY 1, 2, 3, 4 HAVING sum(checks) > 0").await?;
        let count = |row: DayRow| {
            Ok(DayCount {
                day: day(row.day, DAYS)?,
                is_spam: row.is_spam,
                label: label(&row.label)?,
                spent: row.spent,
                checks: row.checks.unsigned_abs(),
            })
        };
        rows.into_iter().map(count).collect()
    }

    async fn sites(&self) -> Result<Vec<SiteCount>> {
        let select =
            "SELECT site, is_spam, label, spent, CAST(sum(checks) AS BIGINT) AS checks FROM sum_sites";
        let rows: Vec<SiteRow> =
            self.read(select, false, "GROUP BY 1, 2, 3, 4 HAVING sum(checks) > 0").await?;
        let count = |row: SiteRow| {
            Ok(SiteCount {
                site: Some(row.site).filter(|site| !site.is_empty()),
                is_spam: row.is_spam,
                label: label(&row.label)?,
                spent: row.spent,
                checks: row.checks.unsigned_abs(),
            })
        };
        rows.into_iter().map(count).collect()
    }

    async fn askers(&self) -> Result<Vec<AskerCount>> {
        // Sums by who asked are of what the upstream judged.
        let (table, spent) = match self.site {
            Some(_) => (
                "stat_days",
                format!("AND judged_by NOT IN ('{}', '{}') ", JudgedBy::Fallback, JudgedBy::Rule),
            ),
            None => ("sum_askers", String::new()),
        };
        let select = format!(
            "SELECT (SELECT name FROM api_tokens WHERE id = token_id) AS token, origin, is_spam,
                    CAST(sum(checks) AS BIGINT) AS checks FROM {table}"
        );
        let rest = format!("{spent}GROUP BY token_id, 2, 3 HAVING sum(checks) > 0");
        let rows: Vec<AskerRow> = self.read(&select, false, &rest).await?;
        let count = |row: AskerRow| {
            Ok(AskerCount {
                token: row.token,
                origin: At { table: DAYS, id: 0 }.word::<Origin>("origin", &row.origin)?,
                is_spam: row.is_spam,
                checks: row.checks.unsigned_abs(),
            })
        };
        rows.into_iter().map(count).collect()
    }

    async fn hours(&self) -> Result<Vec<HourCount>> {
        let select = "SELECT hour, is_spam, CAST(sum(checks) AS BIGINT) FROM stat_hours";
        let rows: Vec<(i64, bool, i64)> =
            self.read(select, true, "GROUP BY 1, 2 HAVING sum(checks) > 0").await?;
        let at = |hour: i64| At { table: "stat_hours", id: hour };
        let time = |hour: i64| -> Result<DateTime<Utc>> { at(hour).time("hour", hour * MS_PER_HOUR) };
        let count = |(hour, is_spam, checks): (i64, bool, i64)| {
            Ok(HourCount { hour: time(hour)?, is_spam, checks: checks.unsigned_abs() })
        };
        rows.into_iter().map(count).collect()
    }

    async fn scores(&self) -> Result<Vec<ScoreCount>> {
        let select =
            format!("SELECT bucket, is_spam, CAST(sum(checks) AS BIGINT) FROM {}", self.table("scores"));
        let rows: Vec<(i64, bool, i64)> =
            self.read(&select, false, "GROUP BY 1, 2 HAVING sum(checks) > 0").await?;
        let step = |bucket: i64| usize::try_from(bucket).unwrap_or_default().min(SCORE_STEPS - 1);
        let count = |(bucket, is_spam, checks): (i64, bool, i64)| ScoreCount {
            is_spam,
            step: step(bucket),
            checks: checks.unsigned_abs(),
        };
        Ok(rows.into_iter().map(count).collect())
    }

    /// What apps said.
    async fn words(&self) -> Result<Vec<WordCount>> {
        let table = self.table("words");
        let select = format!(
            "SELECT {} AS day, is_spam, word, CAST(sum(checks) AS BIGINT) AS checks FROM {table}",
            self.column()
        );
        let rows: Vec<(i64, bool, String, i64)> =
            self.read(&select, false, "GROUP BY 1, 2, 3 HAVING sum(checks) > 0").await?;
        let count = |(number, is_spam, word, checks): (i64, bool, String, i64)| {
            let word = At { table: "stat_words", id: 0 }.word("word", &word)?;
            Ok(WordCount { day: day(number, "stat_words")?, is_spam, word, checks: checks.unsigned_abs() })
        };
        rows.into_iter().map(count).collect()
    }

    /// How long something took: `answers` or `executions`.
    async fn spread(&self, of: &'static str) -> Result<Vec<SpreadCount>> {
        self.spread_of(self.table(of), "checks", "answer").await
    }

    /// How long after the check labels were set.
    async fn decisions(&self) -> Result<Vec<SpreadCount>> {
        self.spread_of(self.table("decisions"), "decisions", "decision").await
    }

    async fn spread_of(&self, table: String, sum: &str, bounds_of: &str) -> Result<Vec<SpreadCount>> {
        let bounds = bounds(bounds_of, self.readers).await?;
        let select =
            format!("SELECT {} AS day, at_least, CAST(sum({sum}) AS BIGINT) FROM {table}", self.column());
        let rest = format!("GROUP BY 1, 2 HAVING sum({sum}) > 0");
        let rows: Vec<(i64, f64, i64)> = self.read(&select, false, &rest).await?;
        let count = |(number, at_least, count): (i64, f64, i64)| {
            Ok(spread(day(number, SPREADS)?, at_least, &bounds, count.unsigned_abs()))
        };
        rows.into_iter().map(count).collect()
    }

    /// The same by person, of the whole range.
    async fn deciders(&self) -> Result<Vec<DecisionCount>> {
        let bounds = bounds("decision", self.readers).await?;
        let select = format!(
            "SELECT coalesce((SELECT name FROM users WHERE id = user_id), ''), at_least, CAST(sum(decisions) AS BIGINT) FROM {}",
            self.table("decisions")
        );
        let rest = "GROUP BY user_id, at_least HAVING sum(decisions) > 0";
        let rows: Vec<(String, f64, i64)> = self.read(&select, false, rest).await?;
        let count = |(by, at_least, count): (String, f64, i64)| DecisionCount {
            by,
            spread: spread(self.days.from(), at_least, &bounds, count.unsigned_abs()),
        };
        Ok(rows.into_iter().map(count).collect())
    }
}
