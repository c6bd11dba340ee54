//! What came of an import, counted over its newest rows: a bounded walk along the index of imports.

use domain::{ImportId, ImportResults, ImportShare};
use sqlx::AssertSqlSafe;

use crate::Result;
use crate::sqlite::SqliteStore;

/// Steps of the scores: five points each, 100 in the last.
const STEPS: usize = 20;

pub(super) async fn results(
    store: &SqliteStore,
    id: ImportId,
    bound: u32,
    top: u32,
) -> Result<ImportResults> {
    let steps: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT max(0, min(19, CAST(score / 5 AS INTEGER))) AS step, sum(is_spam), count(*)
         FROM (SELECT score, is_spam FROM detections WHERE import_id = ? ORDER BY id DESC LIMIT ?)
         GROUP BY step",
    )
    .bind(id.0)
    .bind(bound)
    .fetch_all(&store.readers)
    .await?;
    let mut scores = vec![(0, 0); STEPS];
    for (step, spam, all) in steps {
        if let Some(place) = usize::try_from(step).ok().and_then(|step| scores.get_mut(step)) {
            *place = (spam.unsigned_abs(), (all - spam).unsigned_abs());
        }
    }
    let counted = scores.iter().map(|(spam, ham)| spam + ham).sum();
    let senders = shares(store, id, "email", bound, top).await?;
    let languages = shares(store, id, "language", bound, top).await?;
    Ok(ImportResults { counted, scores, senders, languages })
}

/// The most frequent values of a column.
async fn shares(
    store: &SqliteStore,
    id: ImportId,
    column: &'static str,
    bound: u32,
    top: u32,
) -> Result<Vec<ImportShare>> {
    let statement = format!(
        "SELECT {column}, count(*) AS number, sum(is_spam)
         FROM (SELECT {column}, is_spam FROM detections WHERE import_id = ? ORDER BY id DESC LIMIT ?)
         WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY number DESC, {column} LIMIT ?"
    );
    let found: Vec<(String, i64, i64)> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(id.0)
        .bind(bound)
        .bind(top)
        .fetch_all(&store.readers)
        .await?;
    let share = |(value, rows, spam): (String, i64, i64)| ImportShare {
        value,
        rows: rows.unsigned_abs(),
        spam: spam.unsigned_abs(),
    };
    Ok(found.into_iter().map(share).collect())
}
