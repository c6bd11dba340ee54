//! The log: writing and reading single detections. Searching is in `search`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    BoundedCount, Detection, DetectionId, DetectionSummary, Facets, Judgement, NewDetection, Page,
    PageRequest, SearchQuery,
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::insert;
use super::reasons::given;
use super::rows::{DetectionRow, SELECT_DETECTION};
use super::{Connection, Db, Engine, new_submissions, submissions, text, words};
use crate::{Appended, Detections, Result, Unfolded};

#[async_trait]
impl Detections for Engine {
    async fn insert_detection(&self, detection: &NewDetection) -> Result<DetectionId> {
        let ids = self.insert_detections(std::slice::from_ref(detection)).await?;
        ids.first().copied().ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    async fn insert_detections(&self, detections: &[NewDetection]) -> Result<Vec<DetectionId>> {
        let mut transaction = self.begin().await?;
        let ids = insert::insert(detections, None, &mut transaction).await?;
        transaction.commit().await?;
        Ok(ids)
    }

    async fn keep_submissions(&self, unjudged: &[NewDetection]) -> Result<Vec<Appended>> {
        new_submissions::keep(unjudged, &self.writer).await
    }

    async fn left_submissions(&self, before: DateTime<Utc>, most: u32) -> Result<Vec<NewDetection>> {
        submissions::left(before, most, &self.readers).await
    }

    async fn append_detections(&self, detections: &[NewDetection]) -> Result<Vec<Appended>> {
        insert::append(detections, &self.writer).await
    }

    async fn index_appended(&self, most: usize) -> Result<usize> {
        words::step(most, &self.writer).await
    }

    async fn refold_index(&self, most: usize) -> Result<usize> {
        words::refold(most, &self.writer).await
    }

    async fn unfolded(&self) -> Result<Option<Unfolded>> {
        words::unfolded(&self.readers).await
    }

    async fn merge_index(&self) -> Result<bool> {
        words::merge(&self.writer).await
    }

    async fn detection(&self, id: DetectionId) -> Result<Option<Detection>> {
        let row =
            sqlx::query_as::<_, DetectionRow>(AssertSqlSafe(format!("{SELECT_DETECTION} WHERE d.id = $1")))
                .bind(id.0)
                .fetch_optional(&self.readers)
                .await?;
        Ok(self.read(row.into_iter().collect()).await?.pop())
    }

    async fn detection_by_upstream_id(&self, upstream_id: &str) -> Result<Option<Detection>> {
        self.by_upstream_id(upstream_id).await
    }

    async fn search(
        &self,
        query: &SearchQuery,
        page: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>> {
        self.search_page(query, page, now).await
    }

    async fn count(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<BoundedCount> {
        self.search_count(query, now).await
    }

    async fn matches_below(
        &self,
        query: &SearchQuery,
        below: Option<DetectionId>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Detection>> {
        let ids = self.search_below(query, below, limit, now).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = QueryBuilder::<Db>::new(SELECT_DETECTION);
        sql.push("WHERE d.id IN (");
        let mut list = sql.separated(", ");
        for id in &ids {
            list.push_bind(id.0);
        }
        sql.push(") ORDER BY d.id DESC");
        self.read(sql.build_query_as().fetch_all(&self.readers).await?).await
    }

    async fn facets(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Facets> {
        self.facts.facets(query, now, &self.readers).await
    }

    async fn rejudge(&self, id: DetectionId, judgement: &Judgement) -> Result<()> {
        let mut transaction = self.begin().await?;
        replace_judgement(id, judgement, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl Engine {
    /// The detections of some rows, with the reasons of their labels.
    async fn read(&self, rows: Vec<DetectionRow>) -> Result<Vec<Detection>> {
        let detections = rows.into_iter().map(Detection::try_from).collect::<Result<_>>()?;
        given::with_detections(detections, &self.readers).await
    }
}

/// Writes another verdict over the one that stands.
pub(super) async fn replace_judgement(
    id: DetectionId,
    judgement: &Judgement,
    connection: &mut Connection,
) -> Result<()> {
    sqlx::query(
        "UPDATE detections SET upstream_id = $1, is_spam = $2, score = $3, threshold = $4, judged_by = $5
         WHERE id = $6",
    )
    .bind(text::kept(&judgement.upstream_id))
    .bind(judgement.is_spam)
    .bind(judgement.score)
    .bind(judgement.threshold)
    .bind(judgement.judged_by.as_str())
    .bind(id.0)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE detection_contents SET execution_ms = $1, upstream_timestamp = $2, raw_answer = $3
         WHERE detection_id = $4",
    )
    .bind(judgement.execution_ms)
    .bind(text::kept(&judgement.upstream_timestamp))
    .bind(text::kept(&judgement.raw_answer))
    .bind(id.0)
    .execute(&mut *connection)
    .await?;
    // The upstream's id and who judged are words of the index.
    words::rewrite(id.0, connection).await
}
