//! What apps were refused, and what they were told that there is no verdict about.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiToken, ApiTokenId, DetectionId, Label, RefusalCount};

use super::Engine;
use super::columns::{At, to_ms};
use super::tokens::{COLUMNS, TokenRow};
use crate::{NewRefusals, Refusals, Result};

#[derive(sqlx::FromRow)]
struct CountRow {
    token_id: i64,
    token: Option<String>,
    kind: String,
    count: i64,
    first_at: i64,
    last_at: i64,
    reason: String,
}

impl TryFrom<CountRow> for RefusalCount {
    type Error = crate::StoreError;

    fn try_from(row: CountRow) -> Result<Self> {
        let at = At { table: "refusals", id: row.token_id };
        Ok(Self {
            token_id: Some(row.token_id).filter(|id| *id != 0).map(ApiTokenId),
            token: row.token,
            kind: at.word("kind", &row.kind)?,
            count: row.count.unsigned_abs(),
            first_at: at.time("first_at", row.first_at)?,
            last_at: at.time("last_at", row.last_at)?,
            reason: row.reason,
        })
    }
}

#[async_trait]
impl Refusals for Engine {
    async fn add_refusals(&self, new: &[NewRefusals], over: DateTime<Utc>) -> Result<()> {
        let mut transaction = self.begin().await?;
        for refusals in new {
            sqlx::query(
                "INSERT INTO refusals (token_id, kind, count, first_at, last_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (token_id, kind) DO UPDATE SET
                     count = excluded.count + CASE WHEN refusals.last_at >= $7 THEN refusals.count ELSE 0 END,
                     first_at = CASE WHEN refusals.last_at >= $7 THEN refusals.first_at ELSE excluded.first_at END,
                     last_at = excluded.last_at,
                     reason = excluded.reason",
            )
            .bind(refusals.token_id.map_or(0, |token| token.0))
            .bind(refusals.kind.as_str())
            .bind(i64::try_from(refusals.count).unwrap_or(i64::MAX))
            .bind(to_ms(refusals.first_at))
            .bind(to_ms(refusals.last_at))
            .bind(&refusals.reason)
            .bind(to_ms(over))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn refusals(&self, since: DateTime<Utc>) -> Result<Vec<RefusalCount>> {
        let rows = sqlx::query_as::<_, CountRow>(
            "SELECT r.token_id, t.name AS token, r.kind, r.count, r.first_at, r.last_at, r.reason
             FROM refusals r LEFT JOIN api_tokens t ON t.id = r.token_id
             WHERE r.last_at >= $1 ORDER BY r.last_at DESC, r.token_id, r.kind",
        )
        .bind(to_ms(since))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(RefusalCount::try_from).collect()
    }

    async fn revoked_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ApiToken>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM api_tokens WHERE (hash = $1 OR previous_hash = $1) AND revoked_at IS NOT NULL"
        );
        let row = sqlx::query_as::<_, TokenRow>(sqlx::AssertSqlSafe(sql))
            .bind(&hash[..])
            .fetch_optional(&self.readers)
            .await?;
        row.map(ApiToken::try_from).transpose()
    }

    async fn note_untold(
        &self,
        token: ApiTokenId,
        digest: &[u8; 32],
        detection: DetectionId,
        at: DateTime<Utc>,
        over: DateTime<Utc>,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM untold WHERE told_at < $1")
            .bind(to_ms(over))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO untold (token_id, digest, detection_id, told_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (token_id, digest) DO UPDATE SET detection_id = excluded.detection_id, told_at = excluded.told_at",
        )
        .bind(token.0)
        .bind(&digest[..])
        .bind(detection.0)
        .bind(to_ms(at))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn untold(
        &self,
        token: ApiTokenId,
        digest: &[u8; 32],
        since: DateTime<Utc>,
    ) -> Result<Option<DetectionId>> {
        let id = sqlx::query_scalar(
            "SELECT detection_id FROM untold WHERE token_id = $1 AND digest = $2 AND told_at >= $3",
        )
        .bind(token.0)
        .bind(&digest[..])
        .bind(to_ms(since))
        .fetch_optional(&self.readers)
        .await?;
        Ok(id.map(DetectionId))
    }

    async fn told_since(&self, id: DetectionId, told: Label) -> Result<()> {
        sqlx::query("UPDATE detections SET told = $1 WHERE id = $2 AND told = 'nothing'")
            .bind(told.as_str())
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn awaits_recheck(&self, id: DetectionId) -> Result<bool> {
        let awaits = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM rechecks WHERE detection_id = $1 AND due_at IS NOT NULL)",
        );
        Ok(awaits.bind(id.0).fetch_one(&self.readers).await?)
    }
}
