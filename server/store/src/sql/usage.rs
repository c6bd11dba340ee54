//! Quota samples, and figures counted from the log by way of `check_hours`: no figure scans the log.

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::search::{Age, Moment, State, Term, TermKind, Unit};
use domain::{DailyCount, JudgedBy, LogCount, Overview, SearchQuery, UsageSample};

use super::columns::{At, HOURS_PER_DAY, MS_PER_HOUR, day_to_hour, to_hour, to_ms};
use super::{Engine, outbox};
use crate::{Result, StoreError, Usage};

/// Most samples that one look-up returns: a month of one every five minutes is 8,900.
const SAMPLES_MAX: i64 = 10_000;

/// The span that the overview calls a week.
const WEEK: TimeDelta = TimeDelta::days(7);

/// A statement that reads [`SampleRow`]s, with its columns named (as those of people are).
macro_rules! samples {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.taken_at, s.plan, s.total, s.used, s.remaining, s.percentage, s.period_month, s.period_year, s.unread
             FROM usage_samples s ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct SampleRow {
    id: i64,
    taken_at: i64,
    plan: String,
    total: Option<i64>,
    used: Option<i64>,
    remaining: Option<i64>,
    percentage: Option<f64>,
    period_month: Option<i64>,
    period_year: Option<i64>,
    unread: String,
}

impl TryFrom<SampleRow> for UsageSample {
    type Error = StoreError;

    fn try_from(row: SampleRow) -> Result<Self> {
        let at = At { table: "usage_samples", id: row.id };
        let month = at.maybe_number("period_month", row.period_month)?;
        let year = at.maybe_number("period_year", row.period_year)?;
        Ok(Self {
            taken_at: at.time("taken_at", row.taken_at)?,
            total: at.maybe_number("total", row.total)?,
            used: at.maybe_number("used", row.used)?,
            remaining: at.maybe_number("remaining", row.remaining)?,
            plan: row.plan,
            percentage: row.percentage,
            period: month.zip(year),
            unread: at.json("unread", &row.unread)?,
        })
    }
}

/// Whatever the upstream claims; a plan of more than 9·10¹⁸ checks is kept as that many.
fn saturated(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[async_trait]
impl Usage for Engine {
    async fn save_usage_sample(&self, sample: &UsageSample, body: &str) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO usage_samples (taken_at, plan, total, used, remaining, percentage, period_month, period_year,
                                        unread)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(to_ms(sample.taken_at))
        .bind(&sample.plan)
        .bind(sample.total.map(saturated))
        .bind(sample.used.map(saturated))
        .bind(sample.remaining.map(saturated))
        .bind(sample.percentage)
        .bind(sample.period.map(|(month, _)| i64::from(month)))
        .bind(sample.period.map(|(_, year)| i64::from(year)))
        .bind(serde_json::json!(sample.unread).to_string())
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO stats_answer (only_row, taken_at, body) VALUES (1, $1, $2)
             ON CONFLICT (only_row) DO UPDATE SET taken_at = excluded.taken_at, body = excluded.body
             WHERE excluded.taken_at >= stats_answer.taken_at",
        )
        .bind(to_ms(sample.taken_at))
        .bind(body)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn stats_answer(&self) -> Result<Option<(DateTime<Utc>, String)>> {
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT taken_at, body FROM stats_answer").fetch_optional(&self.readers).await?;
        let at = At { table: "stats_answer", id: 1 };
        row.map(|(taken_at, body)| Ok((at.time("taken_at", taken_at)?, body))).transpose()
    }

    async fn latest_usage_sample(&self) -> Result<Option<UsageSample>> {
        sqlx::query_as::<_, SampleRow>(samples!("ORDER BY taken_at DESC, id DESC LIMIT 1"))
            .fetch_optional(&self.readers)
            .await?
            .map(UsageSample::try_from)
            .transpose()
    }

    async fn usage_samples(&self, since: DateTime<Utc>) -> Result<Vec<UsageSample>> {
        let rows =
            sqlx::query_as::<_, SampleRow>(samples!("WHERE taken_at >= $1 ORDER BY taken_at, id LIMIT $2"))
                .bind(to_ms(since))
                .bind(SAMPLES_MAX)
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter().map(UsageSample::try_from).collect()
    }

    async fn hourly_usage_samples(&self, since: DateTime<Utc>) -> Result<Vec<UsageSample>> {
        let rows = sqlx::query_as::<_, SampleRow>(samples!(
            "JOIN (SELECT max(taken_at) AS taken_at FROM usage_samples WHERE taken_at >= $1
                   GROUP BY taken_at / 3600000) h ON h.taken_at = s.taken_at
             WHERE s.id = (SELECT max(id) FROM usage_samples WHERE taken_at = s.taken_at)
             ORDER BY s.taken_at LIMIT $2"
        ))
        .bind(to_ms(since))
        .bind(SAMPLES_MAX)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(UsageSample::try_from).collect()
    }

    async fn log_count(&self, since: Option<DateTime<Utc>>) -> Result<LogCount> {
        let from = since.unwrap_or(DateTime::UNIX_EPOCH);
        let first_hour: Option<i64> =
            sqlx::query_scalar("SELECT min(hour) FROM check_hours").fetch_one(&self.readers).await?;
        let begins = first_hour.and_then(|hour| DateTime::from_timestamp_millis(hour * MS_PER_HOUR));
        let mut unpaid = 0;
        for judge in [JudgedBy::Fallback, JudgedBy::Rule] {
            let by_judge = [TermKind::Judged(judge), TermKind::After(Moment::Time(from))];
            unpaid += self.search_count(&all_of(by_judge), from).await?.count;
        }
        // A verdict that took the place of the fallback's is the first that was paid for.
        let rechecked: i64 = sqlx::query_scalar(concat!(
            "SELECT count(*) FROM superseded_verdicts s",
            walk!("superseded_verdicts_by_time"),
            "JOIN detections d ON d.id = s.detection_id
             WHERE s.replaced_at >= $1 AND (s.judged_by NOT IN ('fallback', 'refused', 'rule') OR d.created_at < $1)",
        ))
        .bind(to_ms(from))
        .fetch_one(&self.readers)
        .await?;
        Ok(LogCount {
            logged: self.checks_since(from).await?,
            unpaid,
            rechecked: rechecked.unsigned_abs(),
            log_begins: begins,
        })
    }

    async fn daily_counts(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<DailyCount>> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT hour / $1 AS day, CAST(sum(spam) AS BIGINT), CAST(sum(ham) AS BIGINT) FROM check_hours WHERE hour >= $2 AND hour < $3
             GROUP BY day ORDER BY day",
        )
        .bind(HOURS_PER_DAY)
        .bind(day_to_hour(from))
        .bind(day_to_hour(to) + HOURS_PER_DAY)
        .fetch_all(&self.readers)
        .await?;
        let mut counted = rows.into_iter().peekable();
        let days = from.iter_days().take_while(|day| *day <= to).map(|day| {
            let number = day_to_hour(day) / HOURS_PER_DAY;
            let (_, spam, ham) = counted.next_if(|row| row.0 == number).unwrap_or_default();
            DailyCount { day, spam: spam.unsigned_abs(), ham: ham.unsigned_abs() }
        });
        Ok(days.collect())
    }

    async fn checks_since(&self, since: DateTime<Utc>) -> Result<u64> {
        // Whole hours are added up; of the hour that `since` falls into, only its own ids are looked at.
        let count: i64 = sqlx::query_scalar(
            "SELECT CAST((SELECT coalesce(sum(spam + ham), 0) FROM check_hours WHERE hour > $1) AS BIGINT)
                  + (SELECT count(*) FROM check_hours h JOIN detections d ON d.id BETWEEN h.first_id AND h.last_id
                     WHERE h.hour = $1 AND d.created_at >= $2 AND d.created_at / 3600000 = $1 AND d.judged_by <> 'refused')",
        )
        .bind(to_hour(since))
        .bind(to_ms(since))
        .fetch_one(&self.readers)
        .await?;
        Ok(count.unsigned_abs())
    }

    async fn overview(&self, now: DateTime<Utc>) -> Result<Overview> {
        let today = now.date_naive();
        let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
        let (spam, ham): (i64, i64) = sqlx::query_as(
            "SELECT CAST(coalesce(sum(spam), 0) AS BIGINT), CAST(coalesce(sum(ham), 0) AS BIGINT)
             FROM check_hours WHERE hour >= $1 AND hour < $2",
        )
        .bind(day_to_hour(today))
        .bind(day_to_hour(tomorrow))
        .fetch_one(&self.readers)
        .await?;
        let (labelled, false_positives): (i64, i64) = sqlx::query_as(concat!(
            "SELECT count(*), count(*) FILTER (WHERE label = 'ham' AND is_spam) FROM detections",
            walk!("detections_labelled_when"),
            "WHERE label IS NOT NULL AND labelled_at >= $1",
        ))
        .bind(to_ms(now - WEEK))
        .fetch_one(&self.readers)
        .await?;
        Ok(Overview {
            today: DailyCount { day: today, spam: spam.unsigned_abs(), ham: ham.unsigned_abs() },
            waiting: self.search_count(&of_the_week(State::Waiting), now).await?,
            false_positives_week: false_positives.unsigned_abs(),
            labelled_week: labelled.unsigned_abs(),
            late: self.search_count(&of_the_week(State::Late), now).await?,
            held: self.search_count(&all_of([TermKind::Is(State::Held)]), now).await?,
            outbox: outbox::counts(&self.readers).await?,
        })
    }
}

/// Detections of the last week in some state.
fn of_the_week(state: State) -> SearchQuery {
    let week = Age { longer: false, count: 1, unit: Unit::Week };
    all_of([TermKind::Is(state), TermKind::Age(week)])
}

fn all_of(kinds: impl IntoIterator<Item = TermKind>) -> SearchQuery {
    SearchQuery { terms: kinds.into_iter().map(|kind| Term { negated: false, kind }).collect() }
}
