//! The reasons that labels have.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{BulkAction, BulkId, Decision, DecisionId, Detection, Reason, ReasonId, UserId};
use serde_json::{Value, json};
use sqlx::{Executor, QueryBuilder};

use super::super::{Connection, Db};
use super::super::{audit, callbacks, decision};
use super::HadRow;
use crate::{NewAuditEvent, Result};

/// What stands on detections.
const STANDING: &str = "
    SELECT s.detection_id AS of, r.id, r.name FROM standing_reasons s JOIN reasons r ON r.id = s.reason_id WHERE s.detection_id";

/// What decisions were given, whether they stand or not.
const OF_DECISIONS: &str = "
    SELECT g.decision_id AS of, r.id, r.name FROM label_reasons g JOIN reasons r ON r.id = g.reason_id WHERE g.decision_id";

/// What bulk actions give their labels.
const OF_BULK: &str = "
    SELECT g.bulk_id AS of, r.id, r.name FROM bulk_reasons g JOIN reasons r ON r.id = g.reason_id WHERE g.bulk_id";

/// Reasons by what has them: rows of a statement that begins so, for these ids.
async fn had(
    select: &'static str,
    ids: &[i64],
    connection: impl Executor<'_, Database = Db>,
) -> Result<HashMap<i64, Vec<Reason>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = QueryBuilder::<Db>::new(select);
    sql.push(" IN (");
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    sql.push(") ORDER BY r.id");
    let rows: Vec<HadRow> = sql.build_query_as().fetch_all(connection).await?;
    let mut had: HashMap<i64, Vec<Reason>> = HashMap::new();
    for row in rows {
        had.entry(row.of).or_default().push(row.reason());
    }
    Ok(had)
}

/// Decisions with their reasons.
pub(in super::super) async fn with_decisions(
    mut decisions: Vec<Decision>,
    connection: impl Executor<'_, Database = Db>,
) -> Result<Vec<Decision>> {
    let ids: Vec<i64> = decisions.iter().map(|decision| decision.id.0).collect();
    let mut had = had(OF_DECISIONS, &ids, connection).await?;
    for decision in &mut decisions {
        decision.reasons = had.remove(&decision.id.0).unwrap_or_default();
    }
    Ok(decisions)
}

/// Bulk actions with the reasons of their labels.
pub(in super::super) async fn with_actions(
    mut actions: Vec<BulkAction>,
    connection: impl Executor<'_, Database = Db>,
) -> Result<Vec<BulkAction>> {
    let ids: Vec<i64> = actions.iter().map(|action| action.id.0).collect();
    let mut had = had(OF_BULK, &ids, connection).await?;
    for action in &mut actions {
        action.reasons = had.remove(&action.id.0).unwrap_or_default();
    }
    Ok(actions)
}

/// Detections with the reasons of the labels that stand.
pub(in super::super) async fn with_detections(
    mut detections: Vec<Detection>,
    connection: impl Executor<'_, Database = Db>,
) -> Result<Vec<Detection>> {
    let labelled = detections.iter().filter(|detection| detection.label.is_some());
    let ids: Vec<i64> = labelled.map(|detection| detection.id.0).collect();
    let mut had = had(STANDING, &ids, connection).await?;
    for detection in &mut detections {
        let reasons = had.remove(&detection.id.0).unwrap_or_default();
        detection.reasons = reasons.into_iter().map(|reason| reason.name).collect();
    }
    Ok(detections)
}

/// The reasons of the label that stands on a detection.
pub(in super::super) async fn standing(
    detection: i64,
    connection: impl Executor<'_, Database = Db>,
) -> Result<Vec<Reason>> {
    Ok(had(STANDING, &[detection], connection).await?.remove(&detection).unwrap_or_default())
}

/// Gives reasons to a decision.
pub(in super::super) async fn give(
    decision: DecisionId,
    reasons: &[ReasonId],
    connection: &mut Connection,
) -> Result<()> {
    for reason in reasons {
        sqlx::query(
            "INSERT INTO label_reasons (decision_id, reason_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(decision.0)
        .bind(reason.0)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Gives a reason to a decision that stands, or takes it away.
pub(super) async fn turn(
    id: DecisionId,
    reason: ReasonId,
    by: UserId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<Option<Vec<Reason>>> {
    let Some(found) = decision::find(id, connection).await? else { return Ok(None) };
    let detection = found.detection_id;
    if decision::standing(detection, connection).await?.is_none_or(|standing| standing.id != id) {
        return Ok(None);
    }
    let taken = sqlx::query("DELETE FROM label_reasons WHERE decision_id = $1 AND reason_id = $2")
        .bind(id.0)
        .bind(reason.0)
        .execute(&mut *connection)
        .await?;
    if taken.rows_affected() == 0 {
        give(id, &[reason], connection).await?;
    }
    callbacks::look_again("d.id = $1", detection.0, connection).await?;
    let reasons = standing(detection.0, &mut *connection).await?;
    let subject = format!("detection:{}", detection.0);
    let details = json!({ "decision": id.0, "reasons": domain::reason::names(&reasons) });
    note("detection.reasons", subject, details, by, at, connection).await?;
    Ok(Some(reasons))
}

/// The same for the labels of a bulk action of one's own, those to come among them.
pub(super) async fn turn_bulk(
    id: BulkId,
    reason: ReasonId,
    by: UserId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<Option<Vec<Reason>>> {
    let is_mine: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM bulk_actions
                        WHERE id = $1 AND user_id = $2 AND kind IN ('spam', 'ham') AND state NOT IN ('undoing', 'undone'))",
    )
    .bind(id.0)
    .bind(by.0)
    .fetch_one(&mut *connection)
    .await?;
    if !is_mine {
        return Ok(None);
    }
    let taken = sqlx::query("DELETE FROM bulk_reasons WHERE bulk_id = $1 AND reason_id = $2")
        .bind(id.0)
        .bind(reason.0)
        .execute(&mut *connection)
        .await?;
    let is_taken = taken.rows_affected() > 0;
    let all = match is_taken {
        true => {
            "DELETE FROM label_reasons WHERE reason_id = $2
               AND decision_id IN (SELECT id FROM label_decisions WHERE bulk_id = $1 AND undone_at IS NULL)"
        }
        false => {
            sqlx::query("INSERT INTO bulk_reasons (bulk_id, reason_id) VALUES ($1, $2)")
                .bind(id.0)
                .bind(reason.0)
                .execute(&mut *connection)
                .await?;
            "INSERT INTO label_reasons (decision_id, reason_id)
             SELECT id, $2 FROM label_decisions WHERE bulk_id = $1 AND undone_at IS NULL ON CONFLICT DO NOTHING"
        }
    };
    sqlx::query(all).bind(id.0).bind(reason.0).execute(&mut *connection).await?;
    let theirs =
        "d.id IN (SELECT detection_id FROM label_decisions WHERE bulk_id = $1 AND undone_at IS NULL)";
    callbacks::look_again(theirs, id.0, connection).await?;
    let details = json!({ "reason": reason, "given": !is_taken });
    note("bulk.reasons", format!("bulk:{}", id.0), details, by, at, connection).await?;
    Ok(Some(had(OF_BULK, &[id.0], connection).await?.remove(&id.0).unwrap_or_default()))
}

/// What a bulk action gives its labels.
pub(in super::super) async fn of_bulk(id: BulkId, connection: &mut Connection) -> Result<Vec<ReasonId>> {
    let reasons = had(OF_BULK, &[id.0], connection).await?.remove(&id.0).unwrap_or_default();
    Ok(reasons.into_iter().map(|reason| reason.id).collect())
}

async fn note(
    action: &'static str,
    subject: String,
    details: Value,
    by: UserId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    audit::record(&NewAuditEvent { at, user_id: Some(by), action, subject, details }, connection).await
}
