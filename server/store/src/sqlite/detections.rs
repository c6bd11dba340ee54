//! The log: writing and reading single detections. Searching is in `search`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::search::index_text;
use domain::{
    BoundedCount, Detection, DetectionId, DetectionSummary, Judgement, NewDetection, Page, PageRequest,
    SearchQuery,
};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::SqliteStore;
use super::columns::to_ms;
use super::rows::{self, DetectionRow, SELECT_DETECTION};
use crate::{Detections, Result};

#[async_trait]
impl Detections for SqliteStore {
    async fn insert_detection(&self, detection: &NewDetection) -> Result<DetectionId> {
        let mut transaction = self.begin().await?;
        let id = insert(detection, &mut transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn insert_detections(&self, detections: &[NewDetection]) -> Result<Vec<DetectionId>> {
        let mut transaction = self.begin().await?;
        let mut ids = Vec::with_capacity(detections.len());
        for detection in detections {
            ids.push(insert(detection, &mut transaction).await?);
        }
        transaction.commit().await?;
        Ok(ids)
    }

    async fn detection(&self, id: DetectionId) -> Result<Option<Detection>> {
        let row =
            sqlx::query_as::<_, DetectionRow>(AssertSqlSafe(format!("{SELECT_DETECTION} WHERE d.id = ?")))
                .bind(id.0)
                .fetch_optional(&self.readers)
                .await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn detection_by_upstream_id(&self, upstream_id: &str) -> Result<Option<Detection>> {
        // Apps keep the id that the fallback gave out, also after the upstream's verdict replaced it.
        let newest = "WHERE d.id = coalesce((SELECT max(id) FROM detections WHERE upstream_id = ?1),
                                            (SELECT max(detection_id) FROM superseded_verdicts WHERE upstream_id = ?1))";
        let row = sqlx::query_as::<_, DetectionRow>(AssertSqlSafe(format!("{SELECT_DETECTION} {newest}")))
            .bind(upstream_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn search(
        &self,
        query: &SearchQuery,
        page: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>> {
        self.search_page(query, page, now).await
    }

    async fn count(&self, query: &SearchQuery, bound: u64, now: DateTime<Utc>) -> Result<BoundedCount> {
        self.search_count(query, bound, now).await
    }

    async fn rejudge(&self, id: DetectionId, judgement: &Judgement) -> Result<()> {
        let mut transaction = self.begin().await?;
        replace_judgement(id, judgement, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Writes another verdict over the one that stands.
pub(super) async fn replace_judgement(
    id: DetectionId,
    judgement: &Judgement,
    connection: &mut SqliteConnection,
) -> Result<()> {
    sqlx::query(
        "UPDATE detections SET upstream_id = ?, is_spam = ?, score = ?, threshold = ?, judged_by = ?
         WHERE id = ?",
    )
    .bind(&judgement.upstream_id)
    .bind(judgement.is_spam)
    .bind(judgement.score)
    .bind(judgement.threshold)
    .bind(judgement.judged_by.as_str())
    .bind(id.0)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE detection_contents SET execution_ms = ?, upstream_timestamp = ?, signals = ?, raw_answer = ?
         WHERE detection_id = ?",
    )
    .bind(judgement.execution_ms)
    .bind(&judgement.upstream_timestamp)
    .bind(signals_json(judgement))
    .bind(&judgement.raw_answer)
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes one detection: the row, its contents, its words.
async fn insert(detection: &NewDetection, connection: &mut SqliteConnection) -> Result<DetectionId> {
    let id = insert_row(detection, connection).await?;
    insert_contents(id, detection, connection).await?;
    insert_words(id, detection, connection).await?;
    Ok(DetectionId(id))
}

async fn insert_row(detection: &NewDetection, connection: &mut SqliteConnection) -> Result<i64> {
    let NewDetection { content, judgement, .. } = detection;
    let done = sqlx::query(
        "INSERT INTO detections (created_at, endpoint, origin, site, email, email_reversed, ip, content_hash,
                                 upstream_id, is_spam, score, threshold, judged_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(to_ms(detection.created_at))
    .bind(detection.endpoint.as_str())
    .bind(detection.origin.as_str())
    .bind(&detection.site)
    .bind(&content.email)
    .bind(content.email.as_ref().map(|email| email.chars().rev().collect::<String>()))
    .bind(content.ip.map(|ip| rows::ip_to_bytes(ip).to_vec()))
    .bind(&detection.content_hash[..])
    .bind(&judgement.upstream_id)
    .bind(judgement.is_spam)
    .bind(judgement.score)
    .bind(judgement.threshold)
    .bind(judgement.judged_by.as_str())
    .execute(connection)
    .await?;
    Ok(done.last_insert_rowid())
}

async fn insert_contents(id: i64, detection: &NewDetection, connection: &mut SqliteConnection) -> Result<()> {
    let NewDetection { content, judgement, .. } = detection;
    sqlx::query(
        "INSERT INTO detection_contents (detection_id, excerpt, name, website_url, domain, user_agent, submitted_at,
                                         execution_ms, upstream_timestamp, message, extra, signals, raw_answer)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(rows::excerpt(&content.message))
    .bind(&content.name)
    .bind(&content.website_url)
    .bind(&content.domain)
    .bind(&content.user_agent)
    .bind(content.timestamp)
    .bind(judgement.execution_ms)
    .bind(&judgement.upstream_timestamp)
    .bind(&content.message)
    .bind(serde_json::Value::Object(content.extra.clone()).to_string())
    .bind(signals_json(judgement))
    .bind(&judgement.raw_answer)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_words(id: i64, detection: &NewDetection, connection: &mut SqliteConnection) -> Result<()> {
    let content = &detection.content;
    let indexed = |text: &Option<String>| text.as_deref().map(|text| index_text(text).into_owned());
    sqlx::query(
        "INSERT INTO detections_fts (rowid, message, email, name, domain, website_url) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(index_text(&content.message).into_owned())
    .bind(indexed(&content.email))
    .bind(indexed(&content.name))
    .bind(indexed(&content.domain))
    .bind(indexed(&content.website_url))
    .execute(connection)
    .await?;
    Ok(())
}

fn signals_json(judgement: &Judgement) -> String {
    serde_json::json!(judgement.signals).to_string()
}
