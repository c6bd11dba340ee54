//! How long what is kept: rules for sites.

use chrono::{DateTime, Utc};
use domain::{RetentionRule, UserId};
use serde_json::json;

use super::super::columns::At;
use super::super::{Engine, audit};
use crate::{NewAuditEvent, Result};

pub(super) async fn all(store: &Engine) -> Result<Vec<RetentionRule>> {
    let rows: Vec<(String, Option<i64>, Option<i64>)> =
        sqlx::query_as("SELECT site, content_days, personal_days FROM retention ORDER BY site")
            .fetch_all(&store.readers)
            .await?;
    // Rules have no number; 0 says so.
    let at = At { table: "retention", id: 0 };
    let rule = |(site, content_days, personal_days): (String, Option<i64>, Option<i64>)| {
        Ok(RetentionRule {
            site: Some(site).filter(|site| !site.is_empty()),
            content_days: at.maybe_number("content_days", content_days)?,
            personal_days: at.maybe_number("personal_days", personal_days)?,
        })
    };
    rows.into_iter().map(rule).collect()
}

/// Another rule reaches other rows: all hours are looked at again, which costs little where everything is forgotten.
const FROM_THE_BEGINNING: &str = "UPDATE retention SET content_hour = 0, personal_hour = 0";

pub(super) async fn set(
    store: &Engine,
    rule: &RetentionRule,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> Result<()> {
    let site = rule.site.as_deref().unwrap_or_default();
    let mut transaction = store.begin().await?;
    sqlx::query(
        "INSERT INTO retention (site, content_days, personal_days) VALUES ($1, $2, $3)
         ON CONFLICT (site) DO UPDATE SET content_days = excluded.content_days, personal_days = excluded.personal_days",
    )
    .bind(site)
    .bind(rule.content_days.map(i64::from))
    .bind(rule.personal_days.map(i64::from))
    .execute(&mut *transaction)
    .await?;
    sqlx::query(FROM_THE_BEGINNING).execute(&mut *transaction).await?;
    let details = json!({ "content_days": rule.content_days, "personal_days": rule.personal_days });
    audit::record(&event("retention.set", site, details, by, at), &mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn remove(
    store: &Engine,
    site: Option<&str>,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> Result<bool> {
    let site = site.unwrap_or_default();
    let mut transaction = store.begin().await?;
    let removed =
        sqlx::query("DELETE FROM retention WHERE site = $1").bind(site).execute(&mut *transaction).await?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(FROM_THE_BEGINNING).execute(&mut *transaction).await?;
    audit::record(&event("retention.removed", site, json!({}), by, at), &mut transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

fn event(
    action: &'static str,
    site: &str,
    details: serde_json::Value,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> NewAuditEvent {
    let subject = if site.is_empty() { "all sites".to_owned() } else { format!("site:{site}") };
    NewAuditEvent { at, user_id: by, action, subject, details }
}
