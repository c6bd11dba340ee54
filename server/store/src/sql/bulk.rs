//! Bulk actions: each step is one transaction over the rows done, their decisions and the action's counts.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    BulkAction, BulkId, BulkState, DecisionId, DetectionId, LabelParts, RowRef, RuleAction, UserId,
};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor};

use super::columns::{At, to_ms};
use super::reasons::given;
use super::{Connection, Db, Engine, audit, labels};
use crate::{
    Bulk, BulkFate, BulkStep, LabelOutcome, NewAuditEvent, NewBulk, NewDecision, Result, StoreError,
};

#[derive(sqlx::FromRow)]
struct BulkRow {
    id: i64,
    user_id: i64,
    kind: String,
    q: Option<String>,
    state: String,
    total: i64,
    done: i64,
    skipped: i64,
    failed: i64,
    created_at: i64,
    send_after: i64,
}

const SELECT: &str = "
    SELECT id, user_id, kind, q, state, total, done, skipped, failed, created_at, send_after FROM bulk_actions ";

impl TryFrom<BulkRow> for BulkAction {
    type Error = StoreError;

    fn try_from(row: BulkRow) -> Result<Self> {
        let at = At { table: "bulk_actions", id: row.id };
        Ok(Self {
            id: BulkId(row.id),
            user_id: UserId(row.user_id),
            kind: at.word("kind", &row.kind)?,
            reasons: Vec::new(),
            q: row.q,
            state: at.word("state", &row.state)?,
            total: row.total.unsigned_abs(),
            done: row.done.unsigned_abs(),
            skipped: row.skipped.unsigned_abs(),
            failed: row.failed.unsigned_abs(),
            created_at: at.time("created_at", row.created_at)?,
            send_after: at.time("send_after", row.send_after)?,
        })
    }
}

/// How many of a step's rows fared how.
#[derive(Default)]
struct Counts {
    done: i64,
    skipped: i64,
    failed: i64,
}

#[async_trait]
impl Bulk for Engine {
    async fn start_bulk(&self, new: &NewBulk) -> Result<BulkAction> {
        let mut transaction = self.begin().await?;
        let state = if new.q.is_some() { BulkState::Listing } else { BulkState::Running };
        let id = sqlx::query_scalar(
            "INSERT INTO bulk_actions (user_id, kind, q, state, created_at, send_after, note, rule)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        )
        .bind(new.user_id.0)
        .bind(new.kind.as_str())
        .bind(&new.q)
        .bind(state.as_str())
        .bind(to_ms(new.created_at))
        .bind(to_ms(new.send_after))
        .bind(&new.with.note)
        .bind(new.with.rule.map(RuleAction::as_str))
        .fetch_one(&mut *transaction)
        .await?;
        let id = BulkId(id);
        for reason in &new.with.reasons {
            sqlx::query(
                "INSERT INTO bulk_reasons (bulk_id, reason_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bind(id.0)
            .bind(reason.0)
            .execute(&mut *transaction)
            .await?;
        }
        add_rows(id, &new.rows, &mut transaction).await?;
        let details = json!({ "kind": new.kind, "q": new.q, "selected": new.rows.len() });
        note(id, Some(new.user_id), "bulk.started", details, new.created_at, &mut transaction).await?;
        let action = existing(id, &mut transaction).await?;
        transaction.commit().await?;
        Ok(action)
    }

    async fn bulk(&self, id: BulkId) -> Result<Option<BulkAction>> {
        find(id, &mut *self.readers.acquire().await?).await
    }

    async fn bulk_at_work(&self) -> Result<Vec<BulkAction>> {
        let at_work = "WHERE state IN ('listing', 'running', 'undoing') ORDER BY id";
        let rows = sqlx::query_as::<_, BulkRow>(AssertSqlSafe(format!("{SELECT} {at_work}")))
            .fetch_all(&self.readers)
            .await?;
        read(rows, &self.readers).await
    }

    async fn bulk_of(&self, user: UserId, now: DateTime<Utc>) -> Result<Vec<BulkAction>> {
        let theirs = "WHERE user_id = $1 AND (state IN ('listing', 'running', 'undoing')
                        OR (send_after > $2 AND state IN ('done', 'cancelled'))) ORDER BY id DESC";
        let rows = sqlx::query_as::<_, BulkRow>(AssertSqlSafe(format!("{SELECT} {theirs}")))
            .bind(user.0)
            .bind(to_ms(now))
            .fetch_all(&self.readers)
            .await?;
        read(rows, &self.readers).await
    }

    async fn bulk_listed_to(&self, id: BulkId) -> Result<Option<DetectionId>> {
        let listed: Option<Option<i64>> =
            sqlx::query_scalar("SELECT listed_to FROM bulk_actions WHERE id = $1")
                .bind(id.0)
                .fetch_optional(&self.readers)
                .await?;
        Ok(listed.flatten().map(DetectionId))
    }

    async fn bulk_listed(&self, id: BulkId, rows: &[RowRef], complete: bool) -> Result<()> {
        let mut transaction = self.begin().await?;
        // Cancelled meanwhile.
        if existing(id, &mut transaction).await?.state != BulkState::Listing {
            return Ok(());
        }
        add_rows(id, rows, &mut transaction).await?;
        let state = if complete { BulkState::Running } else { BulkState::Listing };
        sqlx::query("UPDATE bulk_actions SET listed_to = coalesce($1, listed_to), state = $2 WHERE id = $3")
            .bind(rows.iter().map(|row| row.id.0).min())
            .bind(state.as_str())
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn bulk_label(&self, step: &BulkStep) -> Result<Vec<DetectionId>> {
        let mut transaction = self.begin().await?;
        let action = existing(step.id, &mut transaction).await?;
        let (BulkState::Running, Some(label)) = (action.state, action.kind.label()) else {
            return Ok(Vec::new());
        };
        let rows = waiting_rows(step.id, step.limit, &mut *transaction).await?;
        let with = parts(step.id, &mut transaction).await?;
        let mut counts = Counts::default();
        let mut decided = Vec::with_capacity(rows.len());
        let send_after = step.send_after.max(action.send_after);
        for row in &rows {
            let new = NewDecision {
                detection_id: row.id,
                label,
                user_id: action.user_id,
                decided_at: step.at,
                send_after,
                seen_version: Some(row.version),
                with: with.clone(),
            };
            // What has this very label already would only be told to the upstream once more.
            let stands = labels::label_state(row.id, &mut transaction).await?;
            let is_news = stands.is_some_and(|(_, standing)| standing != Some(label));
            match is_news {
                true => match labels::decide_within(&new, labels::Made::InBulk(step.id), &mut transaction)
                    .await?
                {
                    LabelOutcome::Decided(_) => {
                        decided.push(row.id);
                        counts.done += 1;
                    }
                    LabelOutcome::NotFound | LabelOutcome::Stale(_) => counts.skipped += 1,
                },
                false => counts.skipped += 1,
            }
            remove_row(step.id, row.id, &mut transaction).await?;
        }
        count(step.id, &counts, &mut transaction).await?;
        sqlx::query("UPDATE bulk_actions SET send_after = $1 WHERE id = $2")
            .bind(to_ms(send_after))
            .bind(step.id.0)
            .execute(&mut *transaction)
            .await?;
        finish_if_empty(step.id, step.at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(decided)
    }

    async fn bulk_undo(&self, step: &BulkStep) -> Result<Vec<DetectionId>> {
        let mut transaction = self.begin().await?;
        let action = existing(step.id, &mut transaction).await?;
        if action.state != BulkState::Undoing {
            return Ok(Vec::new());
        }
        let decisions: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT l.id, l.detection_id FROM label_decisions l
             WHERE l.bulk_id = $1 AND l.undone_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM label_decisions later
                               WHERE later.detection_id = l.detection_id AND later.id > l.id AND later.undone_at IS NULL)
             LIMIT $2",
        )
        .bind(step.id.0)
        .bind(i64::from(step.limit))
        .fetch_all(&mut *transaction)
        .await?;
        for (decision, _) in &decisions {
            labels::undo_within(DecisionId(*decision), action.user_id, step.at, &mut transaction).await?;
        }
        if decisions.len() < step.limit as usize {
            labels::withdraw(labels::Batch::Bulk(step.id, action.user_id), step.at, &mut transaction).await?;
            end(step.id, BulkState::Undone, step.at, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(decisions.into_iter().map(|(_, detection)| DetectionId(detection)).collect())
    }

    async fn bulk_rows(&self, id: BulkId, limit: u32) -> Result<Vec<RowRef>> {
        waiting_rows(id, limit, &self.readers).await
    }

    async fn bulk_settled(
        &self,
        id: BulkId,
        detection: DetectionId,
        fate: BulkFate,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        if remove_row(id, detection, &mut transaction).await? {
            let mut counts = Counts::default();
            match fate {
                BulkFate::Done => counts.done = 1,
                BulkFate::Skipped => counts.skipped = 1,
                BulkFate::Failed => counts.failed = 1,
            }
            count(id, &counts, &mut transaction).await?;
        }
        finish_if_empty(id, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn turn_bulk(
        &self,
        id: BulkId,
        by: UserId,
        from: &[BulkState],
        to: BulkState,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let action = find(id, &mut transaction).await?;
        let Some(action) = action.filter(|action| action.user_id == by && from.contains(&action.state))
        else {
            return Ok(false);
        };
        // Stopped or taken back: what it had still to do is not done any more.
        sqlx::query("DELETE FROM bulk_rows WHERE bulk_id = $1").bind(id.0).execute(&mut *transaction).await?;
        end(id, to, at, &mut transaction).await?;
        let name = if to == BulkState::Undoing { "bulk.undone" } else { "bulk.cancelled" };
        let details = json!({ "kind": action.kind, "done": action.done, "skipped": action.skipped });
        note(id, Some(by), name, details, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn find(id: BulkId, connection: &mut Connection) -> Result<Option<BulkAction>> {
    let row = sqlx::query_as::<_, BulkRow>(AssertSqlSafe(format!("{SELECT} WHERE id = $1")))
        .bind(id.0)
        .fetch_optional(&mut *connection)
        .await?;
    Ok(read(row.into_iter().collect(), connection).await?.pop())
}

/// The actions of some rows, with the reasons of their labels.
async fn read(rows: Vec<BulkRow>, connection: impl Executor<'_, Database = Db>) -> Result<Vec<BulkAction>> {
    let actions = rows.into_iter().map(BulkAction::try_from).collect::<Result<_>>()?;
    given::with_actions(actions, connection).await
}

/// What comes with each label of an action.
async fn parts(id: BulkId, connection: &mut Connection) -> Result<LabelParts> {
    let (note, rule): (String, Option<String>) =
        sqlx::query_as("SELECT note, rule FROM bulk_actions WHERE id = $1")
            .bind(id.0)
            .fetch_one(&mut *connection)
            .await?;
    let rule = At { table: "bulk_actions", id: id.0 }.maybe_word("rule", rule.as_deref())?;
    Ok(LabelParts { reasons: given::of_bulk(id, connection).await?, note, rule })
}

async fn existing(id: BulkId, connection: &mut Connection) -> Result<BulkAction> {
    find(id, connection).await?.ok_or(StoreError::Database(sqlx::Error::RowNotFound))
}

async fn add_rows(id: BulkId, rows: &[RowRef], connection: &mut Connection) -> Result<()> {
    let mut added = 0;
    for row in rows {
        // What was deleted since it was shown is not there to be decided about.
        let done = sqlx::query(
            "INSERT INTO bulk_rows (bulk_id, detection_id, version)
             SELECT $1, id, $3 FROM detections WHERE id = $2 ON CONFLICT DO NOTHING",
        )
        .bind(id.0)
        .bind(row.id.0)
        .bind(row.version)
        .execute(&mut *connection)
        .await?;
        added += done.rows_affected();
    }
    sqlx::query("UPDATE bulk_actions SET total = total + $1 WHERE id = $2")
        .bind(i64::try_from(added).unwrap_or_default())
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

async fn waiting_rows(
    id: BulkId,
    limit: u32,
    connection: impl Executor<'_, Database = Db>,
) -> Result<Vec<RowRef>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT detection_id, version FROM bulk_rows WHERE bulk_id = $1 ORDER BY detection_id DESC LIMIT $2",
    )
    .bind(id.0)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id, version)| RowRef { id: DetectionId(id), version }).collect())
}

async fn remove_row(id: BulkId, detection: DetectionId, connection: &mut Connection) -> Result<bool> {
    let done = sqlx::query("DELETE FROM bulk_rows WHERE bulk_id = $1 AND detection_id = $2")
        .bind(id.0)
        .bind(detection.0)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn count(id: BulkId, counts: &Counts, connection: &mut Connection) -> Result<()> {
    sqlx::query(
        "UPDATE bulk_actions SET done = done + $1, skipped = skipped + $2, failed = failed + $3 WHERE id = $4",
    )
    .bind(counts.done)
    .bind(counts.skipped)
    .bind(counts.failed)
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// An action that is running and has nothing left to do is done.
async fn finish_if_empty(id: BulkId, at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    let goes_on: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM bulk_rows WHERE bulk_id = $1)")
        .bind(id.0)
        .fetch_one(&mut *connection)
        .await?;
    let action = existing(id, connection).await?;
    if goes_on || action.state != BulkState::Running {
        return Ok(());
    }
    end(id, BulkState::Done, at, connection).await?;
    let details = json!({ "kind": action.kind, "done": action.done, "skipped": action.skipped, "failed": action.failed });
    note(id, None, "bulk.finished", details, at, connection).await
}

async fn end(id: BulkId, state: BulkState, at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    sqlx::query("UPDATE bulk_actions SET state = $1, finished_at = $2 WHERE id = $3")
        .bind(state.as_str())
        .bind(to_ms(at))
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

async fn note(
    id: BulkId,
    user_id: Option<UserId>,
    action: &'static str,
    details: serde_json::Value,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let event = NewAuditEvent { at, user_id, action, subject: format!("bulk:{}", id.0), details };
    audit::record(&event, connection).await
}
