//! What is due by the rules, hour by hour: `check_hours` knows which ids fell into an hour, so no index of times is needed, and a clock
//! that once jumped misleads nobody.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::super::columns::{HOURS_PER_DAY, MS_PER_HOUR, to_hour};
use super::super::{Connection, Engine};
use super::{Part, forget};
use crate::{ForgottenCount, Result};

/// Most hours that are looked at in one transaction: a look-up each, or two.
const HOURS: u32 = 500;

#[derive(Clone, sqlx::FromRow)]
struct Rule {
    site: String,
    content_days: Option<i64>,
    personal_days: Option<i64>,
    content_hour: i64,
    personal_hour: i64,
}

/// One part of a rule.
struct Task {
    site: String,
    part: Part,
    days: i64,
    /// Hours before this one are done with.
    from: i64,
    /// Hours before this one are due: whole days, so that there is something to do once a day.
    before: i64,
}

impl Task {
    /// Names of the part's columns: the mark in `forgotten`, and how far the rule has come.
    fn columns(&self) -> (&'static str, &'static str) {
        match self.part {
            Part::Content => ("content_at", "content_hour"),
            Part::Personal => ("personal_at", "personal_hour"),
        }
    }

    /// Rows `d` that the rule is for and that still have the part; `$1` is the site.
    fn condition(&self) -> String {
        let mark = self.columns().0;
        let site = if self.site.is_empty() {
            "$1 = '' AND (d.site IS NULL OR NOT EXISTS (SELECT 1 FROM retention r WHERE r.site = d.site AND r.site <> ''))"
        } else {
            "d.site = $1"
        };
        format!(
            "{site} AND NOT EXISTS (SELECT 1 FROM forgotten f WHERE f.detection_id = d.id AND f.{mark} IS NOT NULL)"
        )
    }
}

async fn tasks(now: DateTime<Utc>, connection: &mut Connection) -> Result<Vec<Task>> {
    let sql =
        "SELECT site, content_days, personal_days, content_hour, personal_hour FROM retention ORDER BY site";
    let rules: Vec<Rule> = sqlx::query_as(sql).fetch_all(connection).await?;
    let today = to_hour(now) / HOURS_PER_DAY;
    let mut tasks = Vec::new();
    for rule in rules {
        let parts = [
            (Part::Content, rule.content_days, rule.content_hour),
            (Part::Personal, rule.personal_days, rule.personal_hour),
        ];
        for (part, days, from) in parts {
            let Some(days) = days else { continue };
            let before = (today - days) * HOURS_PER_DAY;
            tasks.push(Task { site: rule.site.clone(), part, days, from, before });
        }
    }
    Ok(tasks)
}

pub(super) async fn count(store: &Engine, now: DateTime<Utc>) -> Result<ForgottenCount> {
    let mut connection = store.readers.acquire().await?;
    let mut due = ForgottenCount::default();
    for task in tasks(now, &mut connection).await? {
        let sql =
            format!("SELECT count(*) FROM detections d WHERE d.created_at < $2 AND {}", task.condition());
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(&task.site)
            .bind(task.before * MS_PER_HOUR)
            .fetch_one(&mut *connection)
            .await?;
        add(&mut due, task.part, rows.unsigned_abs());
    }
    Ok(due)
}

fn add(count: &mut ForgottenCount, part: Part, rows: u64) {
    match part {
        Part::Content => count.content += rows,
        Part::Personal => count.personal += rows,
    }
}

pub(super) async fn step(store: &Engine, now: DateTime<Utc>, most: u32) -> Result<Option<ForgottenCount>> {
    {
        // Nearly always there is nothing to do; that is seen without writing.
        let mut connection = store.readers.acquire().await?;
        if tasks(now, &mut connection).await?.iter().all(|task| task.from >= task.before) {
            return Ok(None);
        }
    }
    let mut transaction = store.begin().await?;
    let tasks = tasks(now, &mut transaction).await?;
    let Some(task) = tasks.into_iter().find(|task| task.from < task.before) else { return Ok(None) };
    let rows = work(&task, now, most, &mut transaction).await?;
    transaction.commit().await?;
    let mut count = ForgottenCount::default();
    add(&mut count, task.part, rows);
    Ok(Some(count))
}

/// Goes on where the rule stopped, through hours, until it has as many rows that are due as are wanted.
async fn work(task: &Task, now: DateTime<Utc>, most: u32, connection: &mut Connection) -> Result<u64> {
    let mut done_to = task.from;
    let mut ids = Vec::new();
    for _ in 0..HOURS {
        let hour: Option<(i64, i64, i64)> = sqlx::query_as(
            "SELECT hour, first_id, last_id FROM check_hours WHERE hour >= $1 AND hour < $2 ORDER BY hour LIMIT 1",
        )
        .bind(done_to)
        .bind(task.before)
        .fetch_optional(&mut *connection)
        .await?;
        let Some((hour, first, last)) = hour else {
            done_to = task.before;
            break;
        };
        let room = (most as usize).saturating_sub(ids.len());
        let found = due_in(task, hour, (first, last), room, connection).await?;
        let is_done = found.len() < room;
        ids.extend(found);
        done_to = if is_done { hour + 1 } else { hour };
        if !is_done {
            break;
        }
    }
    if !ids.is_empty() {
        forget(&ids, task.part, Some(task.days), now, connection).await?;
    }
    let sql = format!("UPDATE retention SET {} = $1 WHERE site = $2", task.columns().1);
    sqlx::query(AssertSqlSafe(sql)).bind(done_to).bind(&task.site).execute(connection).await?;
    Ok(ids.len() as u64)
}

async fn due_in(
    task: &Task,
    hour: i64,
    (first, last): (i64, i64),
    most: usize,
    connection: &mut Connection,
) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT d.id FROM detections d
         WHERE d.id BETWEEN $2 AND $3 AND d.created_at / {MS_PER_HOUR} = $4 AND {} ORDER BY d.id LIMIT $5",
        task.condition()
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(&task.site)
        .bind(first)
        .bind(last)
        .bind(hour)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(connection)
        .await?)
}
