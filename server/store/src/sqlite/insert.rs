//! Writes detections: the row and its contents. Their words are written behind them ([`super::words`]).
//!
//! A message to the connection's thread and back costs more than the row that it writes, so a batch takes as few as it can: one
//! statement writes many rows with their contents, and a batch that is one statement needs no transaction around it.

use std::borrow::Borrow;

use domain::{DetectionId, ImportId, NewDetection};
use sqlx::query::QueryAs;
use sqlx::sqlite::{SqliteArguments, SqlitePool};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, SqliteExecutor};

use super::columns::to_ms;
use super::rows;
use super::words::{self, Words};
use crate::{Appended, Result};

/// Rows of one statement. Few different sizes, so that each statement is prepared once and found again in the connection's
/// cache; the largest keeps below SQLite's 32,766 parameters by far, and gains nothing by being larger.
const SIZES: [usize; 6] = [64, 16, 4, 3, 2, 1];

/// What a new detection fills, in the order in which [`bind`] gives it.
const COLUMNS: [&str; 27] = [
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

type Insert<'q> = QueryAs<'q, Sqlite, (i64, bool), SqliteArguments>;

/// Writes detections in one transaction, and tells of each, in the same order. They have no words yet.
pub(super) async fn append(detections: &[NewDetection], writer: &SqlitePool) -> Result<Vec<Appended>> {
    if SIZES.contains(&detections.len()) {
        return statement(&detections.iter().collect::<Vec<_>>(), None, writer).await;
    }
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let appended = append_to(&mut transaction, detections, None).await?;
    transaction.commit().await?;
    Ok(appended)
}

/// Writes detections, of an import if they are of one, with their words, and returns their ids, in the same order.
pub(super) async fn insert<D: Borrow<NewDetection>>(
    detections: &[D],
    import: Option<ImportId>,
    connection: &mut SqliteConnection,
) -> Result<Vec<DetectionId>> {
    // Words are written in the order of ids.
    words::write_all_missing(connection).await?;
    let appended = append_to(connection, detections, import).await?;
    let ids: Vec<_> = appended.into_iter().map(|row| row.id).collect();
    let words: Vec<_> = ids.iter().zip(detections).map(|(id, row)| Words::of(*id, row.borrow())).collect();
    words::write(&words, connection).await?;
    Ok(ids)
}

async fn append_to<D: Borrow<NewDetection>>(
    connection: &mut SqliteConnection,
    detections: &[D],
    import: Option<ImportId>,
) -> Result<Vec<Appended>> {
    let detections: Vec<&NewDetection> = detections.iter().map(Borrow::borrow).collect();
    let mut appended = Vec::with_capacity(detections.len());
    let mut rest = &detections[..];
    for size in SIZES {
        while let Some((chunk, beyond)) = rest.split_at_checked(size) {
            appended.extend(statement(chunk, import, &mut *connection).await?);
            rest = beyond;
        }
    }
    Ok(appended)
}

/// Writes as many rows as one statement takes: all or none.
async fn statement<'c>(
    chunk: &[&NewDetection],
    import: Option<ImportId>,
    executor: impl SqliteExecutor<'c>,
) -> Result<Vec<Appended>> {
    let values = vec![format!("({})", ["?"; COLUMNS.len()].join(", ")); chunk.len()].join(", ");
    // The view has no id to return. That the condition reads the new row has the newest id looked up for each.
    let sql = format!(
        "INSERT INTO new_detections ({}) VALUES {values}
         RETURNING (SELECT max(d.id) FROM detections d WHERE new_detections.created_at IS NOT NULL),
                   EXISTS (SELECT 1 FROM api_tokens t WHERE t.id = new_detections.token_id AND t.revoked_at IS NOT NULL)",
        COLUMNS.join(", ")
    );
    let query = sqlx::query_as(AssertSqlSafe(sql));
    let query = chunk.iter().fold(query, |query, row| bind(query, row, import));
    let rows = query.fetch_all(executor).await?;
    let told = |(id, token_revoked)| Appended { id: DetectionId(id), token_revoked };
    Ok(rows.into_iter().map(told).collect())
}

fn bind<'q>(query: Insert<'q>, detection: &'q NewDetection, import: Option<ImportId>) -> Insert<'q> {
    let NewDetection { content, judgement, circumstances, .. } = detection;
    query
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
