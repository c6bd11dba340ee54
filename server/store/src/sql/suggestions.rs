//! Values that the log knows.

use async_trait::async_trait;

use super::Engine;
use crate::{Result, Suggestions};

#[async_trait]
impl Suggestions for Engine {
    async fn known_sites(&self, limit: u32) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(concat!(
            "SELECT min(site) FROM (
                 SELECT ",
            by_bytes!("site"),
            " AS site FROM api_tokens WHERE revoked_at IS NULL
                 UNION ALL
                 SELECT ",
            by_bytes!("site"),
            " FROM (SELECT site FROM detections ORDER BY id DESC LIMIT 2000) AS newest
                 WHERE site IS NOT NULL
             ) AS known GROUP BY lower(site) ORDER BY lower(site) LIMIT $1",
        ))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?)
    }

    async fn known_imports(&self, limit: u32) -> Result<Vec<i64>> {
        // From the greatest to the next lower, each one step of the index: DISTINCT would walk through every row.
        Ok(sqlx::query_scalar(
            "WITH RECURSIVE known (number, step) AS (
                 SELECT max(import_id), CAST(1 AS BIGINT) FROM detections WHERE import_id IS NOT NULL
                 UNION ALL
                 SELECT (SELECT max(import_id) FROM detections WHERE import_id < number), step + 1 FROM known
                 WHERE number IS NOT NULL AND step < $1
             )
             SELECT number FROM known WHERE number IS NOT NULL ORDER BY step",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?)
    }
}
