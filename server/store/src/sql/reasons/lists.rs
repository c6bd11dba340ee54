//! The lists that moderators choose reasons from.

use chrono::{DateTime, Utc};
use domain::{Label, NewReasonList, Reason, ReasonId, ReasonList, UserId};
use serde_json::{Value, json};

use super::super::audit;
use super::super::columns::At;
use super::super::text;
use super::super::{Connection, Pool};
use super::named;
use crate::{NewAuditEvent, Result};

#[derive(sqlx::FromRow)]
struct EntryRow {
    list_id: i64,
    site: Option<String>,
    required: bool,
    label: Option<String>,
    reason_id: Option<i64>,
    name: Option<String>,
}

pub(super) async fn all(readers: &Pool) -> Result<Vec<ReasonList>> {
    let rows: Vec<EntryRow> = sqlx::query_as(
        "SELECT l.id AS list_id, l.site, l.required, e.label, e.reason_id, r.name
         FROM reason_lists l
         LEFT JOIN reason_list_entries e ON e.list_id = l.id
         LEFT JOIN reasons r ON r.id = e.reason_id
         ORDER BY coalesce(l.site, ''), l.id, e.label, e.position",
    )
    .fetch_all(readers)
    .await?;
    let mut lists: Vec<(i64, ReasonList)> = Vec::new();
    for EntryRow { list_id, site, required, label, reason_id, name } in rows {
        if lists.last().is_none_or(|(id, _)| *id != list_id) {
            lists.push((list_id, ReasonList { site, required, ..ReasonList::default() }));
        }
        let (Some((_, list)), Some(id), Some(name)) = (lists.last_mut(), reason_id, name) else { continue };
        let at = At { table: "reason_list_entries", id: list_id };
        let reason = Reason { id: ReasonId(id), name: text::read(name) };
        match at.maybe_word("label", label.as_deref())? {
            Some(Label::Spam) => list.spam.push(reason),
            Some(Label::Ham) => list.ham.push(reason),
            None => {}
        }
    }
    Ok(lists.into_iter().map(|(_, list)| list).collect())
}

pub(super) async fn set(
    list: &NewReasonList,
    by: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    forget(list.site.as_deref(), connection).await?;
    let id: i64 =
        sqlx::query_scalar("INSERT INTO reason_lists (site, required) VALUES ($1, $2) RETURNING id")
            .bind(&list.site)
            .bind(list.required)
            .fetch_one(&mut *connection)
            .await?;
    for label in Label::ALL {
        for (position, name) in (1_i64..).zip(list.of(*label)) {
            let reason = named(name, connection).await?;
            sqlx::query(
                "INSERT INTO reason_list_entries (list_id, label, position, reason_id) VALUES ($1, $2, $3, $4)",
            )
            .bind(id)
            .bind(label.as_str())
            .bind(position)
            .bind(reason.0)
            .execute(&mut *connection)
            .await?;
        }
    }
    let details = json!({ "required": list.required, "spam": list.spam, "ham": list.ham });
    note("reasons.set", list.site.as_deref(), details, by, at, connection).await
}

pub(super) async fn remove(
    site: &str,
    by: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<bool> {
    let site = site.to_lowercase();
    let removed = forget(Some(&site), connection).await?;
    if removed {
        note("reasons.removed", Some(&site), Value::Null, by, at, connection).await?;
    }
    Ok(removed)
}

/// Its entries go with it.
async fn forget(site: Option<&str>, connection: &mut Connection) -> Result<bool> {
    let sql = match site {
        Some(_) => "DELETE FROM reason_lists WHERE site = $1",
        None => "DELETE FROM reason_lists WHERE site IS NULL AND $1 IS NULL",
    };
    Ok(sqlx::query(sql).bind(site).execute(connection).await?.rows_affected() > 0)
}

async fn note(
    action: &'static str,
    site: Option<&str>,
    details: Value,
    user_id: Option<UserId>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let subject = site.map_or_else(|| "reasons".to_owned(), |site| format!("site:{site}"));
    audit::record(&NewAuditEvent { at, user_id, action, subject, details }, connection).await
}
