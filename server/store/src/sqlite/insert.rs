//! Writes detections: the row, its contents, its words.
//!
//! The statements of a batch take many rows each: a statement is a message to the connection's thread and back, which costs
//! more than the row it writes.

use domain::search::index_text;
use domain::{DetectionId, Judgement, NewDetection};
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

use super::columns::to_ms;
use super::keys::Keys;
use super::rows;
use crate::Result;

/// Rows of one statement. Few different sizes, so that each statement is prepared once and found again in the connection's
/// cache; the largest keeps below SQLite's 32,766 parameters by far, and gains nothing by being larger.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// A table, and the columns that a new detection fills.
struct Target {
    table: &'static str,
    columns: &'static [&'static str],
}

const ROW: Target = Target {
    table: "detections",
    columns: &[
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
    ],
};

const CONTENTS: Target = Target {
    table: "detection_contents",
    columns: &[
        "detection_id",
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
        "signals",
        "raw_answer",
    ],
};

const WORDS: Target = Target {
    table: "detections_fts",
    columns: &["rowid", "message", "email", "name", "domain", "website_url", "keys"],
};

impl Target {
    /// `INSERT INTO … VALUES (?, …), …` for so many rows.
    fn statement(&self, rows: usize) -> AssertSqlSafe<String> {
        let row = format!("({})", vec!["?"; self.columns.len()].join(", "));
        let (columns, rows) = (self.columns.join(", "), vec![row; rows].join(", "));
        AssertSqlSafe(format!("INSERT INTO {} ({columns}) VALUES {rows}", self.table))
    }
}

type Insert<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Writes detections and returns their ids, in the same order.
pub(super) async fn insert(
    detections: &[NewDetection],
    connection: &mut SqliteConnection,
) -> Result<Vec<DetectionId>> {
    let mut ids = Vec::with_capacity(detections.len());
    let mut rest = detections;
    for size in SIZES {
        while let Some((chunk, beyond)) = rest.split_at_checked(size) {
            let first = insert_chunk(chunk, connection).await?;
            ids.extend((first..).take(size).map(DetectionId));
            rest = beyond;
        }
    }
    Ok(ids)
}

/// Writes some rows by one statement a table, and returns the id of the first.
async fn insert_chunk(chunk: &[NewDetection], connection: &mut SqliteConnection) -> Result<i64> {
    let statement = sqlx::query(ROW.statement(chunk.len()));
    let done = chunk.iter().fold(statement, bind_row).execute(&mut *connection).await?;
    // Ids are given out in order, and nobody else writes in this transaction: the last one tells all.
    let first = done.last_insert_rowid() + 1 - i64::try_from(chunk.len()).unwrap_or_default();
    let statement = sqlx::query(CONTENTS.statement(chunk.len()));
    let numbered = || (first..).zip(chunk);
    numbered().fold(statement, bind_contents).execute(&mut *connection).await?;
    let statement = sqlx::query(WORDS.statement(chunk.len()));
    numbered().fold(statement, bind_words).execute(&mut *connection).await?;
    Ok(first)
}

fn bind_row<'q>(query: Insert<'q>, detection: &'q NewDetection) -> Insert<'q> {
    let NewDetection { content, judgement, .. } = detection;
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
}

fn bind_contents<'q>(query: Insert<'q>, (id, detection): (i64, &'q NewDetection)) -> Insert<'q> {
    let NewDetection { content, judgement, .. } = detection;
    query
        .bind(id)
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
        .bind(signals_json(judgement))
        .bind(&judgement.raw_answer)
}

fn bind_words<'q>(query: Insert<'q>, (id, detection): (i64, &'q NewDetection)) -> Insert<'q> {
    let content = &detection.content;
    let indexed = |text: &'q Option<String>| text.as_deref().map(index_text);
    query
        .bind(id)
        .bind(index_text(&content.message))
        .bind(indexed(&content.email))
        .bind(indexed(&content.name))
        .bind(indexed(&content.domain))
        .bind(indexed(&content.website_url))
        .bind(Keys::of(detection).text())
}

/// The signals as the column `signals` holds them.
pub(super) fn signals_json(judgement: &Judgement) -> String {
    serde_json::json!(judgement.signals).to_string()
}
