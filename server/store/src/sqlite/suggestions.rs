//! Values that the log knows.

use async_trait::async_trait;

use super::SqliteStore;
use crate::{Result, Suggestions};

#[async_trait]
impl Suggestions for SqliteStore {
    async fn known_sites(&self, limit: u32) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT site FROM (
                 SELECT site FROM api_tokens WHERE revoked_at IS NULL
                 UNION ALL
                 SELECT site FROM (SELECT site FROM detections ORDER BY id DESC LIMIT 2000) WHERE site IS NOT NULL
             ) GROUP BY lower(site) ORDER BY lower(site) LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }

    async fn known_imports(&self, limit: u32) -> Result<Vec<i64>> {
        // From the greatest to the next lower, each one step of the index: DISTINCT would walk through every row.
        Ok(sqlx::query_scalar(
            "WITH RECURSIVE known (number) AS (
                 SELECT max(import_id) FROM detections WHERE import_id IS NOT NULL
                 UNION ALL
                 SELECT (SELECT max(import_id) FROM detections WHERE import_id < number) FROM known
                 WHERE number IS NOT NULL
                 LIMIT ?
             )
             SELECT number FROM known WHERE number IS NOT NULL",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }
}
