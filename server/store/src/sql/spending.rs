//! What is spent of budgets, and which checks are under way.
//!
//! Every program that works on the database counts here, in transactions that write: so no two of them spend the same check. A program that
//! is killed leaves its places behind until the budget starts anew: the upstream may have judged what was under way, and been paid.

use std::collections::BTreeMap;

use domain::{BudgetId, BudgetScope};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::columns::{BY_ID, HOURS_PER_DAY, MS_PER_HOUR, day_to_hour};
use super::{Connection, Engine};
use crate::{Counter, PlaceId, Result};

pub(super) async fn take(
    store: &Engine,
    counters: &[Counter],
) -> Result<std::result::Result<PlaceId, BudgetId>> {
    let place = Uuid::now_v7();
    let mut transaction = store.begin().await?;
    let mut full = None;
    for counter in counters {
        let taken = match taken(counter, &mut transaction).await? {
            Some(taken) => taken,
            None => recount(counter, &mut transaction).await?,
        };
        if counter.budget.hard && taken >= allowed(counter, &mut transaction).await? {
            full = Some(counter.budget.id);
            break;
        }
    }
    for counter in counters.iter().filter(|_| full.is_none()) {
        sqlx::query("INSERT INTO budget_places (budget_id, first_day, place) VALUES ($1, $2, $3)")
            .bind(counter.budget.id.0)
            .bind(first_day(counter))
            .bind(place.to_string())
            .execute(&mut *transaction)
            .await?;
    }
    // What was counted stays so, also where there is no place.
    transaction.commit().await?;
    Ok(full.map_or(Ok(PlaceId(place)), Err))
}

pub(super) async fn settle(store: &Engine, places: &[PlaceId], are_judged: bool) -> Result<bool> {
    let mut transaction = store.begin().await?;
    let mut checks = BTreeMap::<(i64, i64), i64>::new();
    for PlaceId(place) in places {
        let of: Vec<(i64, i64)> =
            sqlx::query_as("DELETE FROM budget_places WHERE place = $1 RETURNING budget_id, first_day")
                .bind(place.to_string())
                .fetch_all(&mut *transaction)
                .await?;
        of.into_iter().for_each(|counter| *checks.entry(counter).or_default() += 1);
    }
    let mut is_spent = false;
    for ((budget, first_day), judged) in checks.into_iter().filter(|_| are_judged) {
        // Where its days have changed since, it was of those before.
        let now: Option<(i64, i64)> = sqlx::query_as(
            "UPDATE budget_counts SET spent = spent + $3 WHERE budget_id = $1 AND first_day = $2
             RETURNING spent, (SELECT checks FROM budgets WHERE id = budget_counts.budget_id)",
        )
        .bind(budget)
        .bind(first_day)
        .bind(judged)
        .fetch_optional(&mut *transaction)
        .await?;
        is_spent |= now.is_some_and(|(spent, allowed)| spent >= allowed && spent - judged < allowed);
    }
    transaction.commit().await?;
    Ok(is_spent)
}

/// Sets a budget's count to what the log says, lets places of other days go, and returns the count.
async fn recount(counter: &Counter, connection: &mut Connection) -> Result<i64> {
    let spent = in_log(counter, &mut *connection).await?;
    sqlx::query(
        "INSERT INTO budget_counts (budget_id, first_day, spent) VALUES ($1, $2, $3)
         ON CONFLICT (budget_id) DO UPDATE SET first_day = $2, spent = $3",
    )
    .bind(counter.budget.id.0)
    .bind(first_day(counter))
    .bind(spent)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM budget_places WHERE budget_id = $1 AND first_day <> $2")
        .bind(counter.budget.id.0)
        .bind(first_day(counter))
        .execute(connection)
        .await?;
    Ok(spent)
}

/// What is spent of a budget's days, and under way; `None` when others, or none, were counted last.
pub(super) async fn taken(counter: &Counter, connection: &mut Connection) -> Result<Option<i64>> {
    let taken = sqlx::query_scalar(
        "SELECT c.spent + (SELECT count(*) FROM budget_places p WHERE p.budget_id = c.budget_id AND p.first_day = c.first_day)
         FROM budget_counts c WHERE c.budget_id = $1 AND c.first_day = $2",
    );
    Ok(taken.bind(counter.budget.id.0).bind(first_day(counter)).fetch_optional(connection).await?)
}

/// What a budget allows. It is read with what is taken, since another program may have set it just now; one that was taken away meanwhile
/// limits nothing.
async fn allowed(counter: &Counter, connection: &mut Connection) -> Result<i64> {
    let allowed = sqlx::query_scalar("SELECT checks FROM budgets WHERE id = $1").bind(counter.budget.id.0);
    Ok(allowed.fetch_optional(connection).await?.unwrap_or(i64::MAX))
}

/// Counts in the log: the sums of its days, and what is not in them yet.
pub(super) async fn in_log(counter: &Counter, connection: &mut Connection) -> Result<i64> {
    let whose = match counter.budget.scope {
        BudgetScope::Site => "site = $2",
        BudgetScope::Token => "token_id IN (SELECT id FROM api_tokens WHERE name = $2 COLLATE NOCASE)",
    };
    // The end of the log is given, too: PostgreSQL takes a range without an end for a third of the table.
    // Asked for again since then: once for each verdict that was replaced. A fallback's or a refusal of these days was not paid for, and the
    // verdict in its place is among the others.
    let count = format!(
        "SELECT CAST((SELECT coalesce(sum(checks), 0) FROM stat_days
                 WHERE day >= $1 AND judged_by NOT IN ('fallback', 'rule') AND {whose}) AS BIGINT)
              + (SELECT count(*) FROM detections {BY_ID}
                 WHERE id > (SELECT counted_to FROM stat_progress) AND id <= (SELECT max(id) FROM detections) AND created_at >= $3
                   AND judged_by NOT IN ('fallback', 'refused', 'rule') AND {whose})
              + (SELECT count(*) FROM superseded_verdicts s JOIN detections d ON d.id = s.detection_id
                 WHERE s.replaced_at >= $3 AND (s.judged_by NOT IN ('fallback', 'refused', 'rule') OR d.created_at < $3) AND {whose})"
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
