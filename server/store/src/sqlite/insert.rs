//! Writes detections: the row, its contents, its words.
//!
//! The statements of a batch take many rows each and go to the connection's thread together: a message there and back costs
//! more than the row that it writes. A lone row took 0.88 ms with a message for each statement, and takes 0.54 ms with one
//! for all three; 0.2 ms of both is the disk's sync.

use std::borrow::Borrow;

use domain::search::index_text;
use domain::{DetectionId, ImportId, Judgement, NewDetection};
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
    /// The column that holds the detection's id, where that is not given out by the table itself.
    id: Option<&'static str>,
    columns: &'static [&'static str],
}

const ROW: Target = Target {
    table: "detections",
    id: None,
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
        "token_id",
        "took_ms",
        "language",
        "import_id",
    ],
};

const CONTENTS: Target = Target {
    table: "detection_contents",
    id: Some("detection_id"),
    columns: &[
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
    id: Some("rowid"),
    columns: &["message", "email", "name", "domain", "website_url", "keys"],
};

impl Target {
    /// `INSERT INTO … VALUES (?, …), …` for so many rows. An id is bound as its distance from the newest detection's.
    fn statement(&self, rows: usize) -> String {
        let columns: Vec<_> = self.id.iter().chain(self.columns).copied().collect();
        let id = self.id.map(|_| "(SELECT max(id) FROM detections) - ?");
        let values: Vec<_> = id.into_iter().chain(self.columns.iter().map(|_| "?")).collect();
        let rows = vec![format!("({})", values.join(", ")); rows].join(", ");
        format!("INSERT INTO {} ({}) VALUES {rows}", self.table, columns.join(", "))
    }
}

type Insert<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Writes detections, of an import if they are of one, and returns their ids, in the same order.
pub(super) async fn insert<D: Borrow<NewDetection>>(
    detections: &[D],
    import: Option<ImportId>,
    connection: &mut SqliteConnection,
) -> Result<Vec<DetectionId>> {
    let detections: Vec<&NewDetection> = detections.iter().map(Borrow::borrow).collect();
    let mut ids = Vec::with_capacity(detections.len());
    let mut rest = &detections[..];
    for size in SIZES {
        while let Some((chunk, beyond)) = rest.split_at_checked(size) {
            let first = insert_chunk(chunk, import, connection).await?;
            ids.extend((first..).take(size).map(DetectionId));
            rest = beyond;
        }
    }
    Ok(ids)
}

/// Writes some rows, and returns the id of the first. Ids are given out in order, and nobody else writes in this
/// transaction: the newest detection, which is also the last row that goes into the words, is the last of them.
async fn insert_chunk(
    chunk: &[&NewDetection],
    import: Option<ImportId>,
    connection: &mut SqliteConnection,
) -> Result<i64> {
    let statements = [ROW, CONTENTS, WORDS].map(|target| target.statement(chunk.len())).join("; ");
    let rows = i64::try_from(chunk.len()).unwrap_or_default();
    let before_newest = || (0..rows).rev().zip(chunk.iter().copied());
    let statements = sqlx::query(AssertSqlSafe(statements));
    let query = chunk.iter().fold(statements, |query, row| bind_row(query, row, import));
    let query = before_newest().fold(query, bind_contents);
    let done = before_newest().fold(query, bind_words).execute(connection).await?;
    Ok(done.last_insert_rowid() + 1 - rows)
}

fn bind_row<'q>(query: Insert<'q>, detection: &'q NewDetection, import: Option<ImportId>) -> Insert<'q> {
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
}

fn bind_contents<'q>(query: Insert<'q>, (before_newest, detection): (i64, &'q NewDetection)) -> Insert<'q> {
    let NewDetection { content, judgement, .. } = detection;
    query
        .bind(before_newest)
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

fn bind_words<'q>(query: Insert<'q>, (before_newest, detection): (i64, &'q NewDetection)) -> Insert<'q> {
    let content = &detection.content;
    let indexed = |text: &'q Option<String>| text.as_deref().map(index_text);
    query
        .bind(before_newest)
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
