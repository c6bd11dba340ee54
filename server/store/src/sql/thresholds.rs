//! From which score on the embedded detector calls a message spam.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{OwnThreshold, UserId};
use serde_json::json;

use super::columns::At;
use super::{Engine, audit};
use crate::{NewAuditEvent, Result, Thresholds};

#[async_trait]
impl Thresholds for Engine {
    async fn own_thresholds(&self) -> Result<Vec<OwnThreshold>> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT site, points FROM thresholds ORDER BY site")
            .fetch_all(&self.readers)
            .await?;
        // Thresholds have no number; 0 says so.
        let at = At { table: "thresholds", id: 0 };
        let threshold = |(site, points): (String, i64)| {
            let site = Some(site).filter(|site| !site.is_empty());
            Ok(OwnThreshold { site, points: at.number("points", points)? })
        };
        rows.into_iter().map(threshold).collect()
    }

    async fn set_own_threshold(&self, threshold: &OwnThreshold, by: UserId, at: DateTime<Utc>) -> Result<()> {
        let site = threshold.site.as_deref().unwrap_or_default();
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO thresholds (site, points) VALUES ($1, $2)
             ON CONFLICT (site) DO UPDATE SET points = excluded.points",
        )
        .bind(site)
        .bind(i64::from(threshold.points))
        .execute(&mut *transaction)
        .await?;
        audit::record(&event("threshold.set", site, Some(threshold.points), by, at), &mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn remove_own_threshold(&self, site: Option<&str>, by: UserId, at: DateTime<Utc>) -> Result<bool> {
        let site = site.unwrap_or_default();
        let mut transaction = self.begin().await?;
        let removed = sqlx::query("DELETE FROM thresholds WHERE site = $1")
            .bind(site)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if removed == 0 {
            return Ok(false);
        }
        audit::record(&event("threshold.removed", site, None, by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn event(
    action: &'static str,
    site: &str,
    points: Option<u8>,
    by: UserId,
    at: DateTime<Utc>,
) -> NewAuditEvent {
    NewAuditEvent {
        at,
        user_id: Some(by),
        action,
        subject: if site.is_empty() { "detector".to_owned() } else { format!("site:{site}") },
        details: json!({ "points": points }),
    }
}
