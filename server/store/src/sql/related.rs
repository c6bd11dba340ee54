//! Detections that resemble one another.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{BoundedCount, DetectionId, DetectionSummary};
use sqlx::QueryBuilder;

use super::rows::{SELECT_SUMMARY, SummaryRow};
use super::{Db, Engine, keys, text, words};
use crate::{Neighbours, Result};

#[async_trait]
impl Neighbours for Engine {
    async fn same_text(
        &self,
        id: DetectionId,
        limit: u32,
        bound: u64,
    ) -> Result<(BoundedCount, Vec<DetectionId>)> {
        let hash: Option<Vec<u8>> = sqlx::query_scalar("SELECT content_hash FROM detections WHERE id = $1")
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?;
        let hash = hash.unwrap_or_default();
        let key = keys::whole(&keys::content(&hash));
        let bound_rows = i64::try_from(bound).unwrap_or(i64::MAX).saturating_add(1);
        let counted = words::count_others(&key, id, bound_rows, &self.readers).await?;
        // The key is a part of the hash; what is shown as the same text has all of it.
        let newest = words::others_with_hash(&key, id, &hash, i64::from(limit), &self.readers).await?;
        let counted = counted.unsigned_abs();
        let count = BoundedCount { count: counted.min(bound), more: counted > bound };
        Ok((count, newest.into_iter().map(DetectionId).collect()))
    }

    async fn holders(&self, wanted: &[String], limit: u32) -> Result<Vec<Vec<DetectionId>>> {
        let mut connection = self.readers.acquire().await?;
        let mut found = Vec::with_capacity(wanted.len());
        for word in wanted {
            let ids = words::newest_with_word(word, i64::from(limit), &mut connection).await?;
            found.push(ids.into_iter().map(DetectionId).collect());
        }
        Ok(found)
    }

    async fn message_starts(&self, ids: &[DetectionId], chars: u32) -> Result<Vec<(DetectionId, String)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = QueryBuilder::<Db>::new("SELECT detection_id, substr(message, 1, CAST(");
        sql.push_bind(i64::from(chars)).push(" AS INTEGER)) FROM detection_contents WHERE detection_id IN (");
        push_ids(&mut sql, ids);
        let rows: Vec<(i64, String)> = sql.build_query_as().fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(id, start)| (DetectionId(id), text::read(start))).collect())
    }

    async fn summaries(&self, ids: &[DetectionId]) -> Result<Vec<DetectionSummary>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = QueryBuilder::<Db>::new(SELECT_SUMMARY);
        sql.push("WHERE d.id IN (");
        push_ids(&mut sql, ids);
        let rows: Vec<SummaryRow> = sql.build_query_as().fetch_all(&self.readers).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let summary = DetectionSummary::try_from(row)?;
            found.insert(summary.id, summary);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

/// Writes a list of ids and its closing bracket.
fn push_ids(sql: &mut QueryBuilder<Db>, ids: &[DetectionId]) {
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(id.0);
    }
    sql.push(")");
}
