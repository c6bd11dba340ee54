//! Budgets of sites and apps. What is spent is read from the counts by day.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{ApiTokenId, Budget, BudgetId, BudgetScope, DetectionId, UserId};
use serde_json::json;

use super::columns::{At, HOURS_PER_DAY, MS_PER_HOUR, day_to_hour};
use super::{SqliteStore, audit, statistics};
use crate::{Budgets, NewAuditEvent, Result, StoreError};

#[derive(sqlx::FromRow)]
struct BudgetRow {
    id: i64,
    scope: String,
    subject: String,
    span: String,
    checks: i64,
    hard: bool,
}

impl TryFrom<BudgetRow> for Budget {
    type Error = StoreError;

    fn try_from(row: BudgetRow) -> Result<Self> {
        let at = At { table: "budgets", id: row.id };
        Ok(Self {
            id: BudgetId(row.id),
            scope: at.word("scope", &row.scope)?,
            span: at.word("span", &row.span)?,
            checks: row.checks.unsigned_abs(),
            subject: row.subject,
            hard: row.hard,
        })
    }
}

fn event(action: &'static str, budget: &Budget, by: UserId, at: DateTime<Utc>) -> NewAuditEvent {
    NewAuditEvent {
        at,
        user_id: Some(by),
        action,
        subject: format!("budget:{}", budget.id.0),
        details: json!({
            "scope": budget.scope, "subject": budget.subject, "span": budget.span, "checks": budget.checks,
            "hard": budget.hard,
        }),
    }
}

#[async_trait]
impl Budgets for SqliteStore {
    async fn budgets(&self) -> Result<Vec<Budget>> {
        let rows = sqlx::query_as::<_, BudgetRow>(
            "SELECT id, scope, subject, span, checks, hard FROM budgets ORDER BY subject, scope, span",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(Budget::try_from).collect()
    }

    async fn set_budget(&self, budget: &Budget, by: UserId, at: DateTime<Utc>) -> Result<Budget> {
        let mut transaction = self.begin().await?;
        let kept: Budget = sqlx::query_as::<_, BudgetRow>(
            "INSERT INTO budgets (scope, subject, span, checks, hard) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (scope, subject, span) DO UPDATE SET checks = excluded.checks, hard = excluded.hard
             RETURNING id, scope, subject, span, checks, hard",
        )
        .bind(budget.scope.as_str())
        .bind(&budget.subject)
        .bind(budget.span.as_str())
        .bind(i64::try_from(budget.checks).unwrap_or(i64::MAX))
        .bind(budget.hard)
        .fetch_one(&mut *transaction)
        .await?
        .try_into()?;
        audit::record(&event("budget.set", &kept, by, at), &mut *transaction).await?;
        transaction.commit().await?;
        Ok(kept)
    }

    async fn remove_budget(&self, id: BudgetId, by: UserId, at: DateTime<Utc>) -> Result<Option<Budget>> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query_as::<_, BudgetRow>(
            "DELETE FROM budgets WHERE id = ? RETURNING id, scope, subject, span, checks, hard",
        )
        .bind(id.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let removed = Budget::try_from(row)?;
        audit::record(&event("budget.removed", &removed, by, at), &mut *transaction).await?;
        transaction.commit().await?;
        Ok(Some(removed))
    }

    async fn token_of(&self, id: DetectionId) -> Result<Option<ApiTokenId>> {
        let token: Option<Option<i64>> = sqlx::query_scalar("SELECT token_id FROM detections WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(token.flatten().map(ApiTokenId))
    }

    async fn spent_since(&self, budget: &Budget, first: NaiveDate) -> Result<u64> {
        statistics::catch_up(&self.writer).await?;
        let whose = match budget.scope {
            BudgetScope::Site => "site = ?",
            BudgetScope::Token => "token_id IN (SELECT id FROM api_tokens WHERE name = ? COLLATE NOCASE)",
        };
        let count = format!(
            "SELECT coalesce(sum(checks), 0) FROM stat_days WHERE day >= ? AND judged_by <> 'fallback' AND {whose}"
        );
        let spent: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .bind(day_to_hour(first) / HOURS_PER_DAY)
            .bind(&budget.subject)
            .fetch_one(&self.readers)
            .await?;
        // Asked for again since then: once for each verdict that was replaced. A fallback's or a refusal of these days was not
        // paid for, and the verdict in its place is among the above.
        let again = format!(
            "SELECT count(*) FROM superseded_verdicts s JOIN detections d ON d.id = s.detection_id
             WHERE s.replaced_at >= ?1 AND (s.judged_by NOT IN ('fallback', 'refused') OR d.created_at < ?1) AND {}",
            whose.replace('?', "?2")
        );
        let again: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(again))
            .bind(day_to_hour(first) * MS_PER_HOUR)
            .bind(&budget.subject)
            .fetch_one(&self.readers)
            .await?;
        Ok((spent + again).unsigned_abs())
    }
}
