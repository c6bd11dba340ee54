//! Rules.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Rule, RuleId, UserId, rule::RULES_MAX};
use serde_json::{Value, json};

use sqlx::query::Query;

use super::columns::{At, to_ms};
use super::{Arguments, Connection, Db};
use super::{Engine, audit, text};
use crate::{NewAuditEvent, NewRule, Result, Rules, StoreError};

#[derive(sqlx::FromRow)]
struct RuleRow {
    id: i64,
    q: String,
    site: Option<String>,
    action: String,
    note: String,
    watched: bool,
    expires_at: Option<i64>,
    created_by: Option<String>,
    created_at: i64,
    hits: i64,
    last_hit_at: Option<i64>,
}

const SELECT_RULE: &str = "
    SELECT r.id, r.q, r.site, r.action, r.note, r.watched, r.expires_at, u.name AS created_by, r.created_at, r.hits, r.last_hit_at
    FROM rules r LEFT JOIN users u ON u.id = r.created_by ";

impl TryFrom<RuleRow> for Rule {
    type Error = StoreError;

    fn try_from(row: RuleRow) -> Result<Self> {
        let at = At { table: "rules", id: row.id };
        Ok(Self {
            id: RuleId(row.id),
            action: at.word("action", &row.action)?,
            expires_at: at.maybe_time("expires_at", row.expires_at)?,
            created_at: at.time("created_at", row.created_at)?,
            last_hit_at: at.maybe_time("last_hit_at", row.last_hit_at)?,
            hits: row.hits.unsigned_abs(),
            q: text::read(row.q),
            site: row.site.map(text::read),
            note: text::read(row.note),
            watched: row.watched,
            created_by: row.created_by,
        })
    }
}

#[async_trait]
impl Rules for Engine {
    async fn rules(&self) -> Result<Vec<Rule>> {
        let sql = selecting(" WHERE r.removed_at IS NULL");
        let rows: Vec<RuleRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.readers).await?;
        rows.into_iter().map(Rule::try_from).collect()
    }

    async fn rule(&self, id: RuleId) -> Result<Option<Rule>> {
        let sql = selecting(" WHERE r.id = $1");
        let row: Option<RuleRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_optional(&self.readers).await?;
        row.map(Rule::try_from).transpose()
    }

    async fn rules_version(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT version FROM rules_version").fetch_one(&self.readers).await?)
    }

    async fn add_rules(
        &self,
        rules: &[NewRule],
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Vec<RuleId>> {
        let mut transaction = self.begin().await?;
        let mut ids = Vec::with_capacity(rules.len());
        for rule in rules {
            ids.push(add(rule, by, at, &mut transaction).await?);
        }
        transaction.commit().await?;
        Ok(ids)
    }

    async fn watch_rule(
        &self,
        id: RuleId,
        watched: bool,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let update = sqlx::query("UPDATE rules SET watched = $1 WHERE id = $2 AND removed_at IS NULL");
        let action = if watched { "rule.watched" } else { "rule.applied" };
        let event = event(action, id, Value::Null, by, at);
        let mut transaction = self.begin().await?;
        let found = change(update.bind(watched).bind(id.0), &event, &mut transaction).await?;
        transaction.commit().await?;
        Ok(found)
    }

    async fn remove_rule(&self, id: RuleId, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let removed = remove(id, by, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(removed)
    }
}

/// Makes a rule, in the caller's transaction.
pub(super) async fn add(
    rule: &NewRule,
    by: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<RuleId> {
    // One that has ended makes room for its renewal.
    sqlx::query(
        "UPDATE rules SET removed_at = $1 WHERE removed_at IS NULL AND expires_at <= $1
         AND q = $2 AND coalesce(site, '') = coalesce($3, '') AND action = $4",
    )
    .bind(to_ms(at))
    .bind(text::kept(&rule.q))
    .bind(rule.site.as_deref().map(text::kept))
    .bind(rule.action.as_str())
    .execute(&mut *connection)
    .await?;
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO rules (q, site, action, note, watched, expires_at, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(text::kept(&rule.q))
    .bind(rule.site.as_deref().map(text::kept))
    .bind(rule.action.as_str())
    .bind(text::kept(&rule.note))
    .bind(rule.watched)
    .bind(rule.expires_at.map(to_ms))
    .bind(by.map(|id| id.0))
    .bind(to_ms(at))
    .fetch_one(&mut *connection)
    .await
    .map_err(|error| match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Taken("this rule"),
        _ => error.into(),
    })?;
    let details = json!({ "q": rule.q, "site": rule.site, "action": rule.action, "watched": rule.watched });
    audit::record(&event("rule.made", RuleId(id), details, by, at), connection).await?;
    Ok(RuleId(id))
}

/// Whether a rule is there already, and has not ended.
pub(super) async fn is_there(rule: &NewRule, at: DateTime<Utc>, connection: &mut Connection) -> Result<bool> {
    let is_there = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM rules WHERE removed_at IS NULL AND (expires_at IS NULL OR expires_at > $1)
                        AND q = $2 AND coalesce(site, '') = coalesce($3, '') AND action = $4)",
    );
    let is_there = is_there
        .bind(to_ms(at))
        .bind(text::kept(&rule.q))
        .bind(rule.site.as_deref().map(text::kept))
        .bind(rule.action.as_str());
    Ok(is_there.fetch_one(connection).await?)
}

/// Whether there are as many rules as may be.
pub(super) async fn are_full(connection: &mut Connection) -> Result<bool> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM rules WHERE removed_at IS NULL")
        .fetch_one(connection)
        .await?;
    Ok(usize::try_from(count).is_ok_and(|count| count >= RULES_MAX))
}

/// Takes a rule away, in the caller's transaction. Returns whether there was one.
pub(super) async fn remove(
    id: RuleId,
    by: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<bool> {
    let update = sqlx::query("UPDATE rules SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL");
    let event = event("rule.removed", id, Value::Null, by, at);
    change(update.bind(to_ms(at)).bind(id.0), &event, connection).await
}

async fn change(
    update: Query<'_, Db, Arguments>,
    event: &NewAuditEvent,
    connection: &mut Connection,
) -> Result<bool> {
    let changed = update.execute(&mut *connection).await?.rows_affected();
    if changed > 0 {
        audit::record(event, connection).await?;
    }
    Ok(changed > 0)
}

fn selecting(condition: &str) -> String {
    format!("{SELECT_RULE}{condition}")
}

fn event(
    action: &'static str,
    id: RuleId,
    details: Value,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> NewAuditEvent {
    NewAuditEvent { at, user_id: by, action, subject: format!("rule:{}", id.0), details }
}
