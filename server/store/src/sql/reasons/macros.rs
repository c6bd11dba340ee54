//! Macros: what one key does.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Macro, MacroId, NewMacro, Reason, UserId};
use serde_json::{Value, json};
use sqlx::error::DatabaseError;

use super::super::audit;
use super::super::columns::At;
use super::super::text;
use super::super::{Connection, Pool};
use super::{HadRow, named};
use crate::{NewAuditEvent, Result, StoreError};

#[derive(sqlx::FromRow)]
struct MacroRow {
    id: i64,
    name: String,
    key: Option<String>,
    label: String,
    note: String,
    rule: Option<String>,
}

impl MacroRow {
    fn read(self, reasons: Vec<Reason>) -> Result<Macro> {
        let at = At { table: "macros", id: self.id };
        Ok(Macro {
            id: MacroId(self.id),
            name: text::read(self.name),
            key: self.key.and_then(|key| key.chars().next()),
            label: at.word("label", &self.label)?,
            reasons,
            note: text::read(self.note),
            rule: at.maybe_word("rule", self.rule.as_deref())?,
        })
    }
}

pub(super) async fn all(readers: &Pool) -> Result<Vec<Macro>> {
    let rows: Vec<MacroRow> =
        sqlx::query_as("SELECT id, name, key, label, note, rule FROM macros ORDER BY name_folded")
            .fetch_all(readers)
            .await?;
    let had: Vec<HadRow> = sqlx::query_as(
        "SELECT m.macro_id AS of, r.id, r.name FROM macro_reasons m JOIN reasons r ON r.id = m.reason_id ORDER BY r.id",
    )
    .fetch_all(readers)
    .await?;
    let mut reasons: HashMap<i64, Vec<Reason>> = HashMap::new();
    for row in had {
        reasons.entry(row.of).or_default().push(row.reason());
    }
    rows.into_iter()
        .map(|row| {
            let reasons = reasons.remove(&row.id).unwrap_or_default();
            row.read(reasons)
        })
        .collect()
}

pub(super) async fn set(
    new: &NewMacro,
    by: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<MacroId> {
    let key = new.key.map(String::from);
    // The number stays, so that a page that is open still means it; one that nobody gave is not taken.
    let mut kept: Option<i64> = None;
    if let Some(id) = new.id {
        let replaced = sqlx::query_scalar("DELETE FROM macros WHERE id = $1 RETURNING id");
        kept = replaced.bind(id.0).fetch_optional(&mut *connection).await?;
    }
    let id: i64 = sqlx::query_scalar(concat!(
        "INSERT INTO macros (id, name, name_folded, key, label, note, rule) VALUES (coalesce($1, ",
        next_id!("macros"),
        "), $2, $3, $4, $5, $6, $7) RETURNING id",
    ))
    .bind(kept)
    .bind(text::kept(&new.name))
    .bind(text::kept(&new.name.to_lowercase()).into_owned())
    .bind(&key)
    .bind(new.label.as_str())
    .bind(text::kept(&new.note))
    .bind(new.rule.map(domain::RuleAction::as_str))
    .fetch_one(&mut *connection)
    .await
    .map_err(taken)?;
    for name in &new.reasons {
        let reason = named(name, connection).await?;
        sqlx::query("INSERT INTO macro_reasons (macro_id, reason_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(reason.0)
            .execute(&mut *connection)
            .await?;
    }
    let details =
        json!({ "name": new.name, "key": key, "label": new.label, "reasons": new.reasons, "rule": new.rule });
    note("macro.set", MacroId(id), details, by, at, connection).await?;
    Ok(MacroId(id))
}

/// Whether it is the key that is there already: SQLite names the column, PostgreSQL the constraint.
fn is_of_key(error: &dyn DatabaseError) -> bool {
    error.constraint().map_or_else(|| error.message().contains("macros.key"), |name| name == "macros_key_key")
}

fn taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() && is_of_key(database) => {
            StoreError::Taken("this key")
        }
        Some(database) if database.is_unique_violation() => StoreError::Taken("this name of a macro"),
        _ => error.into(),
    }
}

pub(super) async fn remove(
    id: MacroId,
    by: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<bool> {
    let name: Option<String> = sqlx::query_scalar("DELETE FROM macros WHERE id = $1 RETURNING name")
        .bind(id.0)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(name) = name else { return Ok(false) };
    note("macro.removed", id, json!({ "name": text::read(name) }), by, at, connection).await?;
    Ok(true)
}

async fn note(
    action: &'static str,
    id: MacroId,
    details: Value,
    user_id: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let subject = format!("macro:{}", id.0);
    audit::record(&NewAuditEvent { at, user_id, action, subject, details }, connection).await
}
