//! What came of an import, counted over its newest rows: a bounded walk along the index of imports.

use domain::{ImportId, ImportResults, ImportShare};
use sqlx::AssertSqlSafe;

use super::super::{Engine, text};
use crate::Result;

/// Steps of the scores: five points each, 100 in the last.
const STEPS: usize = 20;

pub(super) async fn results(store: &Engine, id: ImportId, bound: u32, top: u32) -> Result<ImportResults> {
    let steps: Vec<(i64, i64, i64)> = sqlx::query_as(concat!(
        "SELECT ",
        whole!("score / 5"),
        " AS step, count(*) FILTER (WHERE is_spam), count(*)
         FROM (SELECT score, is_spam FROM detections WHERE import_id = $1 ORDER BY id DESC LIMIT $2) AS newest
         GROUP BY step",
    ))
    .bind(id.0)
    .bind(i64::from(bound))
    .fetch_all(&store.readers)
    .await?;
    let mut scores = vec![(0, 0); STEPS];
    for (step, spam, all) in steps {
        let step = usize::try_from(step).unwrap_or_default().min(STEPS - 1);
        if let Some((sum_spam, sum_ham)) = scores.get_mut(step) {
            *sum_spam += spam.unsigned_abs();
            *sum_ham += (all - spam).unsigned_abs();
        }
    }
    let counted = scores.iter().map(|(spam, ham)| spam + ham).sum();
    let senders = shares(store, id, "email", bound, top).await?;
    let languages = shares(store, id, "language", bound, top).await?;
    Ok(ImportResults { counted, scores, senders, languages })
}

/// The most frequent values of a column.
async fn shares(
    store: &Engine,
    id: ImportId,
    column: &'static str,
    bound: u32,
    top: u32,
) -> Result<Vec<ImportShare>> {
    let statement = format!(
        "SELECT {column}, count(*) AS number, count(*) FILTER (WHERE is_spam)
         FROM (SELECT {column}, is_spam FROM detections WHERE import_id = $1 ORDER BY id DESC LIMIT $2) AS newest
         WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY number DESC, {column} LIMIT $3"
    );
    let found: Vec<(String, i64, i64)> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(id.0)
        .bind(i64::from(bound))
        .bind(i64::from(top))
        .fetch_all(&store.readers)
        .await?;
    let share = |(value, rows, spam): (String, i64, i64)| ImportShare {
        value: text::read(value),
        rows: rows.unsigned_abs(),
        spam: spam.unsigned_abs(),
    };
    Ok(found.into_iter().map(share).collect())
}
