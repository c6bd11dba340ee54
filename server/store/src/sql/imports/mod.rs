//! Imports: the list, and what moves each of them on. Rows are staged in `stage`, settled in `settle`.

mod forget;
mod labels;
mod record;
mod results;
mod settle;
mod stage;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    AtQuota, DetectionId, FileAccount, Import, ImportId, ImportPlan, ImportResults, ImportRow,
    ImportRowState, ImportState, UserId,
};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, QueryBuilder};

use self::record::{ImportRecord, RowRecord, SELECT};
use super::columns::{At, to_ms};
use super::{Connection, Db};
use super::{Engine, audit, text};
use crate::{
    ImportTurn, Imports, NewAuditEvent, NewImport, NewImportRow, Result, Settlement, StoreError, WaitingRow,
};

#[async_trait]
impl Imports for Engine {
    async fn create_import(&self, new: &NewImport) -> Result<Import> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "INSERT INTO imports (user_id, file_name, file, bytes, format, plan, site, state, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'uploaded', $8) RETURNING id",
        )
        .bind(new.user_id.map(|id| id.0))
        .bind(text::kept(&new.file_name))
        .bind(&new.file)
        .bind(to_i64(new.bytes))
        .bind(new.format.as_str())
        .bind(json!(new.plan).to_string())
        .bind(new.plan.site.as_deref().map(text::kept))
        .bind(to_ms(new.created_at))
        .fetch_one(&mut *transaction)
        .await
        .map(ImportId)?;
        let details = json!({ "file": new.file_name, "bytes": new.bytes, "format": new.format });
        note(id, new.user_id, "import.uploaded", details, new.created_at, &mut transaction).await?;
        let import = existing(id, &mut transaction).await?;
        transaction.commit().await?;
        Ok(import)
    }

    async fn import(&self, id: ImportId) -> Result<Option<Import>> {
        find(id, &self.readers).await
    }

    async fn imports(&self, below: Option<ImportId>, limit: u32) -> Result<Vec<Import>> {
        let newest = "WHERE i.id < $1 ORDER BY i.id DESC LIMIT $2";
        let rows = sqlx::query_as::<_, ImportRecord>(AssertSqlSafe(format!("{SELECT} {newest}")))
            .bind(below.map_or(i64::MAX, |id| id.0))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Import::try_from).collect()
    }

    async fn imports_at_work(&self) -> Result<Vec<Import>> {
        let at_work = "WHERE i.state IN ('reading', 'running', 'waiting') ORDER BY i.id";
        let rows = sqlx::query_as::<_, ImportRecord>(AssertSqlSafe(format!("{SELECT} {at_work}")))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Import::try_from).collect()
    }

    async fn last_plan(&self, site: &str) -> Result<Option<ImportPlan>> {
        let found: Option<(i64, String)> = sqlx::query_as(
            "SELECT id, plan FROM imports WHERE site = $1 AND state <> 'uploaded' ORDER BY id DESC LIMIT 1",
        )
        .bind(site)
        .fetch_optional(&self.readers)
        .await?;
        found.map(|(id, plan)| At { table: "imports", id }.json("plan", &plan)).transpose()
    }

    async fn keep_plan(&self, id: ImportId, plan: &ImportPlan) -> Result<bool> {
        let done =
            sqlx::query("UPDATE imports SET plan = $1, site = $2 WHERE id = $3 AND state = 'uploaded'")
                .bind(json!(plan).to_string())
                .bind(plan.site.as_deref().map(text::kept))
                .bind(id.0)
                .execute(&self.writer)
                .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn plan_import(
        &self,
        id: ImportId,
        plan: &ImportPlan,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let before = existing(id, &mut transaction).await?;
        if !matches!(before.state, ImportState::Uploaded | ImportState::Ready) || before.file.is_none() {
            return Ok(false);
        }
        sqlx::query("DELETE FROM import_rows WHERE import_id = $1")
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE imports SET plan = $1, site = $2, state = 'reading', bytes_read = 0, problem = NULL, reason = NULL,
                    account = NULL, waiting = 0, duplicates = 0, known = 0, old = 0, failed = 0, labelled = 0
             WHERE id = $3",
        )
        .bind(json!(plan).to_string())
        .bind(plan.site.as_deref().map(text::kept))
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
        note(id, by, "import.planned", json!({ "plan": plan }), at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn staged_to(&self, id: ImportId) -> Result<u64> {
        let last: Option<i64> =
            sqlx::query_scalar("SELECT max(number) FROM import_rows WHERE import_id = $1")
                .bind(id.0)
                .fetch_one(&self.readers)
                .await?;
        Ok(last.unwrap_or_default().unsigned_abs())
    }

    async fn stage_import_rows(&self, id: ImportId, rows: &[NewImportRow], bytes_read: u64) -> Result<bool> {
        stage::stage(self, id, rows, bytes_read).await
    }

    async fn finish_reading(&self, id: ImportId, problem: Option<&str>, account: &FileAccount) -> Result<()> {
        sqlx::query(
            "UPDATE imports SET state = 'ready', problem = $1, account = $3,
                    bytes_read = CASE WHEN $1 IS NULL THEN bytes ELSE bytes_read END
             WHERE id = $2 AND state = 'reading'",
        )
        .bind(problem.map(text::kept))
        .bind(id.0)
        .bind(json!(account).to_string())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn import_account(&self, id: ImportId) -> Result<Option<FileAccount>> {
        let account: Option<Option<String>> = sqlx::query_scalar("SELECT account FROM imports WHERE id = $1")
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?;
        let at = At { table: "imports", id: id.0 };
        account.flatten().map(|account| at.json("account", &account)).transpose()
    }

    async fn waiting_rows(
        &self,
        id: ImportId,
        after: u64,
        limit: u32,
        bytes: usize,
    ) -> Result<Vec<WaitingRow>> {
        stage::waiting(self, id, after, limit, bytes).await
    }

    async fn settle_import_rows(&self, id: ImportId, settlement: &Settlement) -> Result<Vec<DetectionId>> {
        settle::settle(self, id, settlement).await
    }

    async fn turn_import(&self, turn: &ImportTurn<'_>) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let Some(before) = find(turn.id, &mut *transaction).await? else { return Ok(false) };
        if !turn.from.contains(&before.state) {
            return Ok(false);
        }
        enter(turn, &mut transaction).await?;
        if let Some(action) = turn.action {
            let details = json!({ "was": before.state, "is": turn.to, "counts": before.counts });
            note(turn.id, turn.by, action, details, turn.at, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn choose_at_quota(&self, id: ImportId, at_quota: AtQuota) -> Result<()> {
        let mut transaction = self.begin().await?;
        let Some(import) = find(id, &mut *transaction).await? else { return Ok(()) };
        let plan = ImportPlan { at_quota, ..import.plan };
        sqlx::query("UPDATE imports SET plan = $1 WHERE id = $2")
            .bind(json!(plan).to_string())
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn retry_failed_rows(&self, id: ImportId, by: Option<UserId>, at: DateTime<Utc>) -> Result<u64> {
        settle::retry(self, id, by, at).await
    }

    async fn forget_import_file(&self, id: ImportId) -> Result<()> {
        sqlx::query("UPDATE imports SET file = NULL WHERE id = $1").bind(id.0).execute(&self.writer).await?;
        Ok(())
    }

    async fn begin_undo_of_labels(&self, id: ImportId, by: UserId, at: DateTime<Utc>) -> Result<bool> {
        labels::begin_undo(self, id, by, at).await
    }

    async fn undo_import_labels(&self, limit: u32, at: DateTime<Utc>) -> Result<Option<(ImportId, bool)>> {
        labels::undo(self, limit, at).await
    }

    async fn import_files(&self) -> Result<Vec<String>> {
        forget::files(self).await
    }

    async fn stale_imports(&self, before: DateTime<Utc>, limit: u32) -> Result<Vec<Import>> {
        forget::stale(self, before, limit).await
    }

    async fn forget_import(&self, id: ImportId) -> Result<()> {
        forget::begin(self, id).await
    }

    async fn forget_import_rows(&self, limit: u32) -> Result<bool> {
        forget::step(self, limit).await
    }

    async fn import_rows(
        &self,
        id: ImportId,
        state: ImportRowState,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ImportRow>> {
        let mut sql = QueryBuilder::<Db>::new(
            "SELECT number, place, state, reason, detection_id FROM import_rows WHERE import_id = ",
        );
        sql.push_bind(id.0).push(" AND number > ").push_bind(to_i64(after));
        // Written out: only then is the index of failed rows seen to fit.
        sql.push(format_args!(" AND state = '{}' ORDER BY number LIMIT ", state.as_str()))
            .push_bind(i64::from(limit));
        let rows: Vec<RowRecord> = sql.build_query_as().fetch_all(&self.readers).await?;
        rows.into_iter().map(ImportRow::try_from).collect()
    }

    async fn import_results(&self, id: ImportId, bound: u32, top: u32) -> Result<ImportResults> {
        results::results(self, id, bound, top).await
    }
}

async fn find(id: ImportId, connection: impl Executor<'_, Database = Db>) -> Result<Option<Import>> {
    let row = sqlx::query_as::<_, ImportRecord>(AssertSqlSafe(format!("{SELECT} WHERE i.id = $1")))
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    row.map(Import::try_from).transpose()
}

async fn existing(id: ImportId, connection: &mut Connection) -> Result<Import> {
    find(id, connection).await?.ok_or(StoreError::Database(sqlx::Error::RowNotFound))
}

/// Puts an import into a state. Times and pace follow from it.
async fn enter(turn: &ImportTurn<'_>, connection: &mut Connection) -> Result<()> {
    sqlx::query(
        "UPDATE imports SET state = $1, reason = $2,
                started_at = CASE WHEN $1 = 'running' THEN coalesce(started_at, $3) ELSE started_at END,
                finished_at = CASE WHEN $1 IN ('done', 'cancelled') THEN $3 END,
                per_minute = CASE WHEN $1 IN ('done', 'cancelled') THEN per_minute END,
                forgotten_to = CASE WHEN $1 = 'cancelled' THEN 0 END
         WHERE id = $4",
    )
    .bind(turn.to.as_str())
    .bind(turn.reason.map(text::kept))
    .bind(to_ms(turn.at))
    .bind(turn.id.0)
    .execute(connection)
    .await?;
    Ok(())
}

async fn note(
    id: ImportId,
    user_id: Option<UserId>,
    action: &'static str,
    details: serde_json::Value,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let event = NewAuditEvent { at, user_id, action, subject: format!("import:{}", id.0), details };
    audit::record(&event, connection).await
}

/// Sizes and numbers of rows stay far below 2^63.
fn to_i64(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
