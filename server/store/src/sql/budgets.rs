//! Budgets of sites and apps. [`spending`] counts what is spent of them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, Budget, BudgetId, DetectionId, UserId};
use serde_json::json;

use super::columns::At;
use super::{Engine, audit, spending};
use crate::{Budgets, Counter, NewAuditEvent, PlaceId, Result, StoreError};

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
impl Budgets for Engine {
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
            "INSERT INTO budgets (scope, subject, span, checks, hard) VALUES ($1, $2, $3, $4, $5)
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
        audit::record(&event("budget.set", &kept, by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(kept)
    }

    async fn remove_budget(&self, id: BudgetId, by: UserId, at: DateTime<Utc>) -> Result<Option<Budget>> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query_as::<_, BudgetRow>(
            "DELETE FROM budgets WHERE id = $1 RETURNING id, scope, subject, span, checks, hard",
        )
        .bind(id.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let removed = Budget::try_from(row)?;
        audit::record(&event("budget.removed", &removed, by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(Some(removed))
    }

    async fn token_of(&self, id: DetectionId) -> Result<Option<ApiTokenId>> {
        let token: Option<Option<i64>> = sqlx::query_scalar("SELECT token_id FROM detections WHERE id = $1")
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(token.flatten().map(ApiTokenId))
    }

    async fn take_places(&self, counters: &[Counter]) -> Result<std::result::Result<PlaceId, BudgetId>> {
        spending::take(self, counters).await
    }

    async fn settle_places(&self, places: &[PlaceId], are_judged: bool) -> Result<bool> {
        spending::settle(self, places, are_judged).await
    }

    async fn spent(&self, counter: &Counter) -> Result<u64> {
        let mut reader = self.readers.acquire().await?;
        let spent = match spending::taken(counter, &mut reader).await? {
            Some(taken) => taken,
            None => spending::in_log(counter, &mut reader).await?,
        };
        Ok(spent.unsigned_abs())
    }
}
