#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;

#[async_trait]
impl Imports for PostgresStore {
    async fn create_import(&self, _new: &NewImport) -> Result<Import> {
        Err(super::missing())
    }

    async fn import(&self, _id: ImportId) -> Result<Option<Import>> {
        Err(super::missing())
    }

    async fn imports(&self, _below: Option<ImportId>, _limit: u32) -> Result<Vec<Import>> {
        Err(super::missing())
    }

    async fn imports_at_work(&self) -> Result<Vec<Import>> {
        Err(super::missing())
    }

    async fn last_plan(&self, _site: &str) -> Result<Option<ImportPlan>> {
        Err(super::missing())
    }

    async fn keep_plan(&self, _id: ImportId, _plan: &ImportPlan) -> Result<bool> {
        Err(super::missing())
    }

    async fn plan_import(
        &self,
        _id: ImportId,
        _plan: &ImportPlan,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn staged_to(&self, _id: ImportId) -> Result<u64> {
        Err(super::missing())
    }

    async fn stage_import_rows(
        &self,
        _id: ImportId,
        _rows: &[NewImportRow],
        _bytes_read: u64,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn finish_reading(
        &self,
        _id: ImportId,
        _problem: Option<&str>,
        _account: &FileAccount,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn import_account(&self, _id: ImportId) -> Result<Option<FileAccount>> {
        Err(super::missing())
    }

    async fn waiting_rows(
        &self,
        _id: ImportId,
        _after: u64,
        _limit: u32,
        _bytes: usize,
    ) -> Result<Vec<WaitingRow>> {
        Err(super::missing())
    }

    async fn settle_import_rows(&self, _id: ImportId, _settlement: &Settlement) -> Result<Vec<DetectionId>> {
        Err(super::missing())
    }

    async fn turn_import(&self, _turn: &ImportTurn<'_>) -> Result<bool> {
        Err(super::missing())
    }

    async fn choose_at_quota(&self, _id: ImportId, _at_quota: AtQuota) -> Result<()> {
        Err(super::missing())
    }

    async fn retry_failed_rows(&self, _id: ImportId, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<u64> {
        Err(super::missing())
    }

    async fn begin_undo_of_labels(&self, _id: ImportId, _by: UserId, _at: DateTime<Utc>) -> Result<bool> {
        Err(super::missing())
    }

    async fn undo_import_labels(&self, _limit: u32, _at: DateTime<Utc>) -> Result<Option<(ImportId, bool)>> {
        Err(super::missing())
    }

    async fn forget_import_file(&self, _id: ImportId) -> Result<()> {
        Err(super::missing())
    }

    async fn import_files(&self) -> Result<Vec<String>> {
        Err(super::missing())
    }

    async fn stale_imports(&self, _before: DateTime<Utc>, _limit: u32) -> Result<Vec<Import>> {
        Err(super::missing())
    }

    async fn forget_import(&self, _id: ImportId) -> Result<()> {
        Err(super::missing())
    }

    async fn forget_import_rows(&self, _limit: u32) -> Result<bool> {
        Err(super::missing())
    }

    async fn import_rows(
        &self,
        _id: ImportId,
        _state: ImportRowState,
        _after: u64,
        _limit: u32,
    ) -> Result<Vec<ImportRow>> {
        Err(super::missing())
    }

    async fn import_results(&self, _id: ImportId, _bound: u32, _top: u32) -> Result<ImportResults> {
        Err(super::missing())
    }
}
