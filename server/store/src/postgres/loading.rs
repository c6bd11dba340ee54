//! Loading a past, by few large statements.

use async_trait::async_trait;
use domain::{DetectionId, JudgedBy};
use serde_json::json;

use super::columns::to_ms;
use super::{Connection, PostgresStore, audit, insert, statistics};
use crate::{Loading, NewAuditEvent, Past, Result};

#[async_trait]
impl Loading for PostgresStore {
    async fn is_log_empty(&self) -> Result<bool> {
        let found: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM detections)").fetch_one(&self.readers).await?;
        Ok(!found)
    }

    async fn begin_load(&self) -> Result<()> {
        // What is cut off is loaded as far as it went: a past is not waited for at each commit.
        sqlx::query("SET synchronous_commit = off").execute(&self.writer).await?;
        Ok(())
    }

    async fn load(&self, past: Past) -> Result<()> {
        let mut transaction = self.begin().await?;
        let ids = insert::insert(&past.detections, None, &mut transaction).await?;
        insert_labels(&ids, &past, &mut transaction).await?;
        give_up_rechecks(&ids, &past, &mut transaction).await?;
        teach_nothing(&ids, &mut transaction).await?;
        statistics::take_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn finish_load(&self) -> Result<()> {
        sqlx::query("SET synchronous_commit = on").execute(&self.writer).await?;
        // Plans are made from what the tables hold now.
        sqlx::query("ANALYZE").execute(&self.writer).await?;
        Ok(())
    }
}

/// Labels, decisions, their feedback and their audit events, as they stand once all is settled.
async fn insert_labels(ids: &[DetectionId], past: &Past, connection: &mut Connection) -> Result<()> {
    if past.labels.is_empty() {
        return Ok(());
    }
    let detections: Vec<i64> = past.labels.iter().map(|label| ids[label.row].0).collect();
    let labels: Vec<&str> = past.labels.iter().map(|label| label.label.as_str()).collect();
    let users: Vec<i64> = past.labels.iter().map(|label| label.user_id.0).collect();
    let decided: Vec<i64> = past.labels.iter().map(|label| to_ms(label.decided_at)).collect();
    let sent: Vec<i64> = past.labels.iter().map(|label| to_ms(label.sent_at)).collect();
    let states: Vec<&str> =
        past.labels.iter().map(|label| if label.accepted { "sent" } else { "failed" }).collect();
    let errors: Vec<Option<&str>> = past
        .labels
        .iter()
        .map(|label| (!label.accepted).then_some("The upstream does not know this detection."))
        .collect();
    sqlx::query(
        "UPDATE detections SET label = p.label, labelled_by = p.user_id, labelled_at = p.decided, version = 1, feedback = p.state
         FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[]) AS p (id, label, user_id, decided, state)
         WHERE detections.id = p.id",
    )
    .bind(&detections)
    .bind(&labels)
    .bind(&users)
    .bind(&decided)
    .bind(&states)
    .execute(&mut *connection)
    .await?;
    let decisions: Vec<i64> = sqlx::query_scalar(
        "INSERT INTO label_decisions (detection_id, user_id, label, decided_at, send_after)
         SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) RETURNING id",
    )
    .bind(&detections)
    .bind(&users)
    .bind(&labels)
    .bind(&decided)
    .bind(&sent)
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO feedback_outbox (decision_id, detection_id, label, state, due_at, last_error, attempts, settled_at)
         SELECT decision, detection, label, state, sent, error, 1, sent
         FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[])
              AS p (decision, detection, label, state, sent, error)",
    )
    .bind(&decisions)
    .bind(&detections)
    .bind(&labels)
    .bind(&states)
    .bind(&sent)
    .bind(&errors)
    .execute(&mut *connection)
    .await?;
    let events = past.labels.iter().zip(&detections).zip(&decisions).map(|((past, detection), decision)| {
        NewAuditEvent {
            at: past.decided_at,
            user_id: Some(past.user_id),
            action: "detection.labelled",
            subject: format!("detection:{detection}"),
            details: json!({ "decision": decision, "label": past.label, "previous": null }),
        }
    });
    audit::record_all(events, connection).await
}

/// Notes that detections were made up: their labels are no lessons, and later labels on them are none either. No app waits to hear of
/// these.
async fn teach_nothing(ids: &[DetectionId], connection: &mut Connection) -> Result<()> {
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else { return Ok(()) };
    for statement in [
        "INSERT INTO made_up (first, last) SELECT $1, $2",
        "DELETE FROM label_changes WHERE detection_id BETWEEN $1 AND $2",
        "DELETE FROM app_decisions_due WHERE detection_id BETWEEN $1 AND $2",
    ] {
        sqlx::query(statement).bind(first.0).bind(last.0).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The upstream never saw what the fallback judged, and never shall: nobody's quota is spent on a made-up past.
async fn give_up_rechecks(ids: &[DetectionId], past: &Past, connection: &mut Connection) -> Result<()> {
    let unasked: Vec<i64> = ids
        .iter()
        .zip(&past.detections)
        .filter(|(_, detection)| detection.judgement.judged_by == JudgedBy::Fallback)
        .map(|(id, _)| id.0)
        .collect();
    sqlx::query(
        "UPDATE rechecks SET attempts = 1, due_at = NULL, last_error = 'loaded as past: not asked again'
         WHERE detection_id = ANY($1)",
    )
    .bind(unasked)
    .execute(connection)
    .await?;
    Ok(())
}
