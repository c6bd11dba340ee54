//! Which comment is which detection.

use chrono::{DateTime, Utc};
use domain::DetectionId;
use sqlx::{Executor, QueryBuilder};

use super::super::Db;
use super::super::columns::{At, to_ms};
use super::super::{Engine, keys};
use crate::{KnownComment, Result, StoreError};

#[derive(sqlx::FromRow)]
struct KnownRow {
    comment_id: i64,
    detection_id: i64,
    status: String,
    taken_from: Option<String>,
    text_hash: Vec<u8>,
}

impl TryFrom<KnownRow> for KnownComment {
    type Error = StoreError;

    fn try_from(row: KnownRow) -> Result<Self> {
        let at = At { table: "wordpress_comments", id: row.comment_id };
        Ok(Self {
            comment: row.comment_id,
            detection: DetectionId(row.detection_id),
            status: row.status,
            taken_from: row.taken_from,
            text_hash: row.text_hash.try_into().map_err(|_| at.bad("text_hash", "it has not 32 bytes"))?,
        })
    }
}

pub(super) async fn of(
    wordpress: i64,
    detection: DetectionId,
    store: &Engine,
) -> Result<Option<KnownComment>> {
    let row: Option<KnownRow> = sqlx::query_as(
        "SELECT comment_id, detection_id, status, taken_from, text_hash FROM wordpress_comments
         WHERE detection_id = $1 AND wordpress_id = $2",
    )
    .bind(detection.0)
    .bind(wordpress)
    .fetch_optional(&store.readers)
    .await?;
    row.map(KnownComment::try_from).transpose()
}

pub(super) async fn known(wordpress: i64, comments: &[i64], store: &Engine) -> Result<Vec<KnownComment>> {
    if comments.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql: QueryBuilder<Db> = QueryBuilder::new(
        "SELECT comment_id, detection_id, status, taken_from, text_hash FROM wordpress_comments WHERE wordpress_id = ",
    );
    sql.push_bind(wordpress).push(" AND comment_id IN (");
    let mut ids = sql.separated(", ");
    for id in comments {
        ids.push_bind(id);
    }
    sql.push(")");
    let rows: Vec<KnownRow> = sql.build_query_as().fetch_all(&store.readers).await?;
    rows.into_iter().map(KnownComment::try_from).collect()
}

/// A detection that was another comment's stays that one's.
pub(super) async fn keep(
    wordpress: i64,
    comment: &KnownComment,
    connection: impl Executor<'_, Database = Db>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO wordpress_comments (wordpress_id, comment_id, detection_id, status, taken_from, text_hash)
         SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (
             SELECT 1 FROM wordpress_comments WHERE detection_id = $3 AND (wordpress_id <> $1 OR comment_id <> $2))
         ON CONFLICT (wordpress_id, comment_id) DO UPDATE SET
             status = excluded.status, taken_from = excluded.taken_from, text_hash = excluded.text_hash",
    )
    .bind(wordpress)
    .bind(comment.comment)
    .bind(comment.detection.0)
    .bind(&comment.status)
    .bind(&comment.taken_from)
    .bind(&comment.text_hash[..])
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn like(
    site: &str,
    content_hash: &[u8],
    email: Option<&str>,
    limit: u32,
    store: &Engine,
) -> Result<Vec<DetectionId>> {
    let mut found = Vec::new();
    for key in [Some(keys::content(content_hash)), email.map(keys::email)].into_iter().flatten() {
        let ids: Vec<i64> = sqlx::query_scalar(concat!(
            "SELECT d.id FROM ",
            found_by_words!("$1"),
            " AND d.site = $2
               AND NOT EXISTS (SELECT 1 FROM wordpress_comments w WHERE w.detection_id = d.id)
             ORDER BY ",
            found_id!(),
            " DESC LIMIT $3",
        ))
        .bind(keys::whole(&key))
        .bind(site)
        .bind(i64::from(limit))
        .fetch_all(&store.readers)
        .await?;
        found.extend(ids.into_iter().map(DetectionId));
    }
    found.sort_by_key(|id| std::cmp::Reverse(id.0));
    found.dedup();
    Ok(found)
}

pub(super) async fn take_echo(
    detection: DetectionId,
    is_spam: bool,
    since: DateTime<Utc>,
    store: &Engine,
) -> Result<bool> {
    let oldest =
        "SELECT min(id) FROM wordpress_echoes WHERE detection_id = $1 AND is_spam = $2 AND written_at >= $3";
    // Read first: mostly there is none, and a look costs no write.
    let first: Option<i64> = sqlx::query_scalar(oldest)
        .bind(detection.0)
        .bind(is_spam)
        .bind(to_ms(since))
        .fetch_one(&store.readers)
        .await?;
    if first.is_none() {
        return Ok(false);
    }
    let taken =
        sqlx::query("DELETE FROM wordpress_echoes WHERE id = $1").bind(first).execute(&store.writer).await?;
    Ok(taken.rows_affected() > 0)
}
