//! What is spent of budgets, and which checks are under way.
//!
//! Every program that works on the database counts here, in transactions that write: so no two of them spend the same check. The places of
//! a program that was killed are given back when somebody wants one and the budget is full.

use std::collections::BTreeMap;

use domain::{BudgetId, BudgetScope};
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::columns::{HOURS_PER_DAY, MS_PER_HOUR, day_to_hour};
use super::{SqliteStore, programs};
use crate::{Counter, PlaceId, Result};

pub(super) async fn take(
    store: &SqliteStore,
    counters: &[Counter],
) -> Result<std::result::Result<PlaceId, BudgetId>> {
    let place = Uuid::now_v7();
    let mut transaction = store.begin().await?;
    let mut full = None;
    for counter in counters {
        if counted(counter, &mut transaction).await?.is_none() {
            recount(counter, &mut transaction).await?;
        }
        if counter.budget.hard
            && is_full(counter, &mut transaction).await?
            && (!give_back_of_the_dead(store, counter, &mut transaction).await?
                || is_full(counter, &mut transaction).await?)
        {
            full = Some(counter.budget.id);
            break;
        }
    }
    // What was counted and given back meanwhile stays so.
    if let Some(full) = full {
        transaction.commit().await?;
        return Ok(Err(full));
    }
    let program = store.program.name().map_err(sqlx::Error::from)?;
    for counter in counters {
        sqlx::query("INSERT INTO budget_places (budget_id, first_day, place, program) VALUES (?, ?, ?, ?)")
            .bind(counter.budget.id.0)
            .bind(first_day(counter))
            .bind(place.to_string())
            .bind(program.to_string())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(Ok(PlaceId(place)))
}

pub(super) async fn settle(store: &SqliteStore, places: &[PlaceId], are_judged: bool) -> Result<bool> {
    let mut transaction = store.begin().await?;
    let mut checks = BTreeMap::<(i64, i64), i64>::new();
    for PlaceId(place) in places {
        let of: Vec<(i64, i64)> =
            sqlx::query_as("DELETE FROM budget_places WHERE place = ? RETURNING budget_id, first_day")
                .bind(place.to_string())
                .fetch_all(&mut *transaction)
                .await?;
        of.into_iter().for_each(|counter| *checks.entry(counter).or_default() += 1);
    }
    let mut is_spent = false;
    for ((budget, first_day), judged) in checks.into_iter().filter(|_| are_judged) {
        // Where its days have changed since, it was of those before.
        let now: Option<(i64, i64)> = sqlx::query_as(
            "UPDATE budget_counts SET spent = spent + ?3 WHERE budget_id = ?1 AND first_day = ?2
             RETURNING spent, (SELECT checks FROM budgets WHERE id = budget_counts.budget_id)",
        )
        .bind(budget)
        .bind(first_day)
        .bind(judged)
        .fetch_optional(&mut *transaction)
        .await?;
        is_spent |= now.is_some_and(|(spent, allowed)| (spent - judged..spent).contains(&(allowed - 1)));
    }
    transaction.commit().await?;
    Ok(is_spent)
}

/// Sets a budget's count to what the log says, and lets places of other days go.
pub(super) async fn recount(counter: &Counter, connection: &mut SqliteConnection) -> Result<()> {
    let spent = in_log(counter, &mut *connection).await?;
    sqlx::query(
        "INSERT INTO budget_counts (budget_id, first_day, spent) VALUES (?1, ?2, ?3)
         ON CONFLICT (budget_id) DO UPDATE SET first_day = ?2, spent = ?3",
    )
    .bind(counter.budget.id.0)
    .bind(first_day(counter))
    .bind(spent)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM budget_places WHERE budget_id = ? AND first_day <> ?")
        .bind(counter.budget.id.0)
        .bind(first_day(counter))
        .execute(connection)
        .await?;
    Ok(())
}

/// What is counted of a budget's days; `None` when others, or none, were counted last.
pub(super) async fn counted(counter: &Counter, connection: &mut SqliteConnection) -> Result<Option<i64>> {
    let spent = sqlx::query_scalar("SELECT spent FROM budget_counts WHERE budget_id = ? AND first_day = ?")
        .bind(counter.budget.id.0)
        .bind(first_day(counter));
    Ok(spent.fetch_optional(connection).await?)
}

async fn is_full(counter: &Counter, connection: &mut SqliteConnection) -> Result<bool> {
    // What it allows is read here, since another program may have set it just now.
    let is_full = sqlx::query_scalar(
        "SELECT c.spent + (SELECT count(*) FROM budget_places p WHERE p.budget_id = c.budget_id AND p.first_day = c.first_day)
                >= b.checks
         FROM budget_counts c JOIN budgets b ON b.id = c.budget_id WHERE c.budget_id = ?",
    )
    .bind(counter.budget.id.0)
    .fetch_optional(connection)
    .await?;
    // Taken away meanwhile: nothing to spend from, and nothing that limits.
    Ok(is_full.unwrap_or(false))
}

/// Gives back the places of programs that have ended. Returns whether there were any.
async fn give_back_of_the_dead(
    store: &SqliteStore,
    counter: &Counter,
    connection: &mut SqliteConnection,
) -> Result<bool> {
    let holders: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT program FROM budget_places WHERE budget_id = ?")
            .bind(counter.budget.id.0)
            .fetch_all(&mut *connection)
            .await?;
    let own = store.program.name().map_err(sqlx::Error::from)?.to_string();
    let mut gave = 0;
    for holder in holders.into_iter().filter(|holder| *holder != own) {
        if store.file.as_deref().is_none_or(|database| !programs::is_at_work(database, &holder)) {
            let given = sqlx::query("DELETE FROM budget_places WHERE program = ?").bind(&holder);
            gave += given.execute(&mut *connection).await?.rows_affected();
        }
    }
    Ok(gave > 0)
}

/// Counts in the log: the sums of its days, and what is not in them yet.
pub(super) async fn in_log(counter: &Counter, connection: &mut SqliteConnection) -> Result<i64> {
    let whose = match counter.budget.scope {
        BudgetScope::Site => "site = ?2",
        BudgetScope::Token => "token_id IN (SELECT id FROM api_tokens WHERE name = ?2 COLLATE NOCASE)",
    };
    // Asked for again since then: once for each verdict that was replaced. A fallback's or a refusal of these days was not paid for, and the
    // verdict in its place is among the others.
    let count = format!(
        "SELECT (SELECT coalesce(sum(checks), 0) FROM stat_days
                 WHERE day >= ?1 AND judged_by <> 'fallback' AND {whose})
              + (SELECT count(*) FROM detections NOT INDEXED
                 WHERE id > (SELECT counted_to FROM stat_progress) AND created_at >= ?3
                   AND judged_by NOT IN ('fallback', 'refused') AND {whose})
              + (SELECT count(*) FROM superseded_verdicts s JOIN detections d ON d.id = s.detection_id
                 WHERE s.replaced_at >= ?3 AND (s.judged_by NOT IN ('fallback', 'refused') OR d.created_at < ?3) AND {whose})"
    );
    let first_hour = day_to_hour(counter.time.first);
    let spent = sqlx::query_scalar(AssertSqlSafe(count))
        .bind(first_hour / HOURS_PER_DAY)
        .bind(&counter.budget.subject)
        .bind(first_hour * MS_PER_HOUR);
    Ok(spent.fetch_one(connection).await?)
}

fn first_day(counter: &Counter) -> i64 {
    day_to_hour(counter.time.first) / HOURS_PER_DAY
}
