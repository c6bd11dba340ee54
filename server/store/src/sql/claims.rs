//! Claims of the review queue.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Claim, DetectionId, UserId};
use serde_json::json;

use super::Engine;
use super::columns::{At, to_ms};
use crate::{Claims, Result};

#[async_trait]
impl Claims for Engine {
    async fn claim(
        &self,
        detection: DetectionId,
        user: UserId,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO claims (detection_id, user_id, expires_at) SELECT id, $2, $4 FROM detections WHERE id = $1
             ON CONFLICT (detection_id) DO UPDATE SET user_id = excluded.user_id, expires_at = excluded.expires_at
             WHERE claims.user_id = excluded.user_id OR claims.expires_at <= $3",
        )
        .bind(detection.0)
        .bind(user.0)
        .bind(to_ms(now))
        .bind(to_ms(expires_at))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn claims(&self, now: DateTime<Utc>) -> Result<Vec<Claim>> {
        let rows: Vec<(i64, i64, String, i64)> = sqlx::query_as(
            "SELECT c.detection_id, c.user_id, u.name, c.expires_at FROM claims c JOIN users u ON u.id = c.user_id
             WHERE c.expires_at > $1 ORDER BY c.detection_id",
        )
        .bind(to_ms(now))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(id, user_id, user_name, expires_at)| {
                let at = At { table: "claims", id };
                Ok(Claim {
                    detection_id: DetectionId(id),
                    user_id: UserId(user_id),
                    user_name,
                    expires_at: at.time("expires_at", expires_at)?,
                })
            })
            .collect()
    }

    async fn release_claims(&self, user: UserId, keep: &[DetectionId]) -> Result<()> {
        sqlx::query(concat!(
            "DELETE FROM claims WHERE user_id = $1 AND detection_id NOT IN (",
            list!("$2"),
            ")"
        ))
        .bind(user.0)
        .bind(json!(keep).to_string())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
