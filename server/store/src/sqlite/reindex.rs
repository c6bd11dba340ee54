//! Writes the words of rows that stand already: after a migration emptied the index, or when a key of a row changed.

use domain::search::index_text;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::columns::At;
use super::keys::Keys;
use super::rows::ip_from_bytes;
use crate::Result;

/// Rows of one transaction. A crash between two loses nothing: the next start goes on where this one stopped.
const CHUNK: i64 = 2_000;

/// What the index is made of.
#[derive(sqlx::FromRow)]
struct WordsRow {
    id: i64,
    origin: String,
    judged_by: String,
    site: Option<String>,
    email: Option<String>,
    ip: Option<Vec<u8>>,
    upstream_id: String,
    content_hash: Vec<u8>,
    language: Option<String>,
    name: Option<String>,
    domain: Option<String>,
    website_url: Option<String>,
    message: String,
}

const SELECT_WORDS: &str = "
    SELECT d.id, d.origin, d.judged_by, d.site, d.email, d.ip, d.upstream_id, d.content_hash, d.language, c.name,
           c.domain, c.website_url, c.message
    FROM detections d JOIN detection_contents c ON c.detection_id = d.id ";

impl WordsRow {
    async fn write(&self, connection: &mut SqliteConnection) -> Result<()> {
        let at = At { table: "detections", id: self.id };
        let keys = Keys {
            origin: at.word("origin", &self.origin)?,
            judged_by: at.word("judged_by", &self.judged_by)?,
            site: self.site.as_deref(),
            email: self.email.as_deref(),
            ip: self.ip.as_ref().map(|ip| ip_from_bytes(at, ip)).transpose()?,
            upstream_id: &self.upstream_id,
            content_hash: &self.content_hash,
            language: self.language.as_deref(),
        };
        let indexed = |text: &Option<String>| text.as_deref().map(|text| index_text(text).into_owned());
        sqlx::query(
            "INSERT INTO detections_fts (rowid, message, email, name, domain, website_url, keys)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.id)
        .bind(index_text(&self.message).into_owned())
        .bind(indexed(&self.email))
        .bind(indexed(&self.name))
        .bind(indexed(&self.domain))
        .bind(indexed(&self.website_url))
        .bind(keys.text())
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Writes the words of one row again.
pub(super) async fn row(id: i64, connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query("DELETE FROM detections_fts WHERE rowid = ?").bind(id).execute(&mut *connection).await?;
    let found: Option<WordsRow> = sqlx::query_as(AssertSqlSafe(format!("{SELECT_WORDS} WHERE d.id = ?")))
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    match found {
        Some(row) => row.write(connection).await,
        None => Ok(()),
    }
}

/// Writes the words of all rows behind the last that has some. Rows are indexed in the order of their ids, each in the
/// transaction that writes it, so what is missing is always an end of the log.
pub(super) async fn missing(writer: &SqlitePool) -> Result<()> {
    let mut written = 0;
    loop {
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let rows: Vec<WordsRow> = sqlx::query_as(AssertSqlSafe(format!(
            "{SELECT_WORDS} WHERE d.id > (SELECT coalesce(max(id), 0) FROM detections_fts_docsize)
             ORDER BY d.id LIMIT ?"
        )))
        .bind(CHUNK)
        .fetch_all(&mut *transaction)
        .await?;
        for row in &rows {
            row.write(&mut transaction).await?;
        }
        transaction.commit().await?;
        written += rows.len();
        if rows.is_empty() {
            break;
        }
        tracing::info!(written, "indexing the log's words again");
    }
    Ok(())
}
