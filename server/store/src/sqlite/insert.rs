//! Writes detections: the row and its contents, by one statement for many, which as such is a transaction. Their words are written
//! behind them ([`super::words`]).

use std::borrow::Borrow;

use domain::{DetectionId, ImportId, NewDetection};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqlitePool};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

use super::batches;
use super::columns::to_ms;
use super::indexed::Words;
use super::rows;
use super::words;
use crate::{Appended, Result};

/// What a new detection fills, in the order in which [`bind`] gives it.
const COLUMNS: [&str; 30] = [
    "id",
    "created_at",
    "endpoint",
    "origin",
    "site",
    "email",
    "ip",
    "content_hash",
    "upstream_id",
    "is_spam",
    "score",
    "threshold",
    "judged_by",
    "token_id",
    "took_ms",
    "language",
    "import_id",
    "rule_id",
    "held",
    "excerpt",
    "name",
    "website_url",
    "domain",
    "user_agent",
    "submitted_at",
    "execution_ms",
    "upstream_timestamp",
    "message",
    "extra",
    "raw_answer",
];

type Insert<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Writes detections in one transaction, and tells of each, in the same order. They have no words yet.
pub(super) async fn append(detections: &[NewDetection], writer: &SqlitePool) -> Result<Vec<Appended>> {
    batches::append(detections, |batch| Ok(appending(batch)), writer).await
}

fn appending(batch: &[NewDetection]) -> Insert<'_> {
    // The view does not tell an id that was given only now. That the condition reads the new row has the newest one looked up for
    // each.
    let sql = format!(
        "{} RETURNING coalesce(new_detections.id,
                               (SELECT max(d.id) FROM detections d WHERE new_detections.created_at IS NOT NULL)),
                   (SELECT t.rotations FROM api_tokens t WHERE t.id = new_detections.token_id AND t.revoked_at IS NULL)",
        insertion(batch.len())
    );
    batch.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, row| bind(query, row, None))
}

/// Writes detections, of an import if they are of one, with their words, and returns their ids, in the same order.
pub(super) async fn insert<D: Borrow<NewDetection>>(
    detections: &[D],
    import: Option<ImportId>,
    connection: &mut SqliteConnection,
) -> Result<Vec<DetectionId>> {
    // Words are written in the order of ids.
    words::write_all_missing(connection).await?;
    let before: i64 = sqlx::query_scalar(LAST_GIVEN).fetch_one(&mut *connection).await?;
    batches::write(
        detections,
        |batch| {
            let query = sqlx::query(AssertSqlSafe(insertion(batch.len())));
            batch.iter().fold(query, |query, row| bind(query, row.borrow(), import))
        },
        &mut *connection,
    )
    .await?;
    // Nobody else writes in this transaction, and ids have no gaps within one.
    let ids: Vec<_> = (before + 1..).map(DetectionId).take(detections.len()).collect();
    let words: Vec<_> = ids.iter().zip(detections).map(|(id, row)| Words::of(*id, row.borrow())).collect();
    words::write(&words, connection).await?;
    Ok(ids)
}

/// The last id that was given to a detection, whether or not it is still there.
const LAST_GIVEN: &str = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'detections'), 0)";

/// The statement that writes so many rows.
fn insertion(rows: usize) -> String {
    let values = vec![format!("({})", ["?"; COLUMNS.len()].join(", ")); rows].join(", ");
    format!("INSERT INTO new_detections ({}) VALUES {values}", COLUMNS.join(", "))
}

fn bind<'q>(query: Insert<'q>, detection: &'q NewDetection, import: Option<ImportId>) -> Insert<'q> {
    let NewDetection { content, judgement, circumstances, .. } = detection;
    query
        .bind(circumstances.submission.map(|id| id.0))
        .bind(to_ms(detection.created_at))
        .bind(detection.endpoint.as_str())
        .bind(detection.origin.as_str())
        .bind(detection.site.as_deref())
        .bind(content.email.as_deref())
        .bind(content.ip.map(|ip| rows::ip_to_bytes(ip).to_vec()))
        .bind(&detection.content_hash[..])
        .bind(&judgement.upstream_id)
        .bind(judgement.is_spam)
        .bind(judgement.score)
        .bind(judgement.threshold)
        .bind(judgement.judged_by.as_str())
        .bind(circumstances.token_id.map(|token| token.0))
        .bind(circumstances.took_ms)
        .bind(circumstances.language.as_deref())
        .bind(import.map(|id| id.0))
        .bind(circumstances.rule.map(|hit| hit.id.0))
        .bind(circumstances.rule.is_some_and(|hit| hit.held))
        .bind(rows::excerpt(&content.message))
        .bind(content.name.as_deref())
        .bind(content.website_url.as_deref())
        .bind(content.domain.as_deref())
        .bind(content.user_agent.as_deref())
        .bind(content.timestamp)
        .bind(judgement.execution_ms)
        .bind(&judgement.upstream_timestamp)
        .bind(&content.message)
        .bind(serde_json::Value::Object(content.extra.clone()).to_string())
        .bind(&judgement.raw_answer)
}
