//! Imports: files whose rows wait here until they are checked.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    AtQuota, Content, DetectionId, FileAccount, FileFormat, Import, ImportId, ImportPlan, ImportResults,
    ImportRow, ImportRowState, ImportState, Label, NewDetection, UserId,
};

use crate::Result;

/// A file that has come.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// Who brought it; `None` for the command line.
    pub user_id: Option<UserId>,
    /// Name of the file as it was handed over.
    pub file_name: String,
    /// What it is kept as.
    pub file: String,
    /// Its size, in bytes.
    pub bytes: u64,
    /// How it is written.
    pub format: FileFormat,
    /// What to do with it, as far as it is guessed.
    pub plan: ImportPlan,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// A row of a file, about to be staged.
#[derive(Clone, Debug, PartialEq)]
pub struct NewImportRow {
    /// Which row of the file, from 1.
    pub number: u64,
    /// Where it stands.
    pub place: String,
    /// What to do with it.
    pub fate: StagedRow,
}

/// What is to become of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum StagedRow {
    /// It is to be checked, unless its text is a duplicate.
    Check {
        /// What to check.
        content: Box<Content>,
        /// Hash of its text.
        content_hash: [u8; 32],
        /// What the file says about it.
        label: Option<Label>,
        /// Why, where the file is Gavel's own: names of reasons.
        reasons: Vec<String>,
    },
    /// It is older than what was asked for.
    Old,
    /// It could not be read.
    Failed {
        /// Why.
        reason: String,
    },
}

/// A row that waits to be checked.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingRow {
    /// Which row of the file.
    pub number: u64,
    /// What to check.
    pub content: Content,
}

/// What became of a row that waited.
#[derive(Clone, Debug)]
pub struct SettledRow {
    /// Which row of the file.
    pub number: u64,
    /// Its detection, to be logged; or why there is none.
    pub outcome: std::result::Result<NewDetection, String>,
}

/// Some rows that were settled together.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The rows; each must still wait.
    pub rows: Vec<SettledRow>,
    /// Rows a minute of late.
    pub per_minute: Option<f64>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// How an import is moved on.
#[derive(Clone, Debug)]
pub struct ImportTurn<'a> {
    /// Which import.
    pub id: ImportId,
    /// The states that it may be moved from.
    pub from: &'a [ImportState],
    /// Where to.
    pub to: ImportState,
    /// Why, in a sentence that pages show.
    pub reason: Option<&'a str>,
    /// Who does it; `None` for the program itself or the command line.
    pub by: Option<UserId>,
    /// What the audit record calls it; `None` leaves no record.
    pub action: Option<&'static str>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// Writes and reads imports.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Puts a file on the list.
    async fn create_import(&self, new: &NewImport) -> Result<Import>;

    /// One import.
    async fn import(&self, id: ImportId) -> Result<Option<Import>>;

    /// Imports, newest first, below an id.
    async fn imports(&self, below: Option<ImportId>, limit: u32) -> Result<Vec<Import>>;

    /// The imports that are being read or checked, or wait for quota, oldest first.
    async fn imports_at_work(&self) -> Result<Vec<Import>>;

    /// What was chosen for the last import of a site.
    async fn last_plan(&self, site: &str) -> Result<Option<ImportPlan>>;

    /// Keeps columns and choices of an import that is `uploaded`, as far as they are chosen. Returns whether it was.
    async fn keep_plan(&self, id: ImportId, plan: &ImportPlan) -> Result<bool>;

    /// Settles columns and choices of an import that is `uploaded` or `ready`, and has its file read (again): what was staged
    /// before is forgotten. Returns whether it was.
    async fn plan_import(
        &self,
        id: ImportId,
        plan: &ImportPlan,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<bool>;

    /// The last row that was staged; 0 when none was.
    async fn staged_to(&self, id: ImportId) -> Result<u64>;

    /// Keeps rows of an import that is `reading`, in one transaction, and finds the duplicates among them if its plan says so.
    /// Returns whether it is still `reading`.
    async fn stage_import_rows(&self, id: ImportId, rows: &[NewImportRow], bytes_read: u64) -> Result<bool>;

    /// The file of an import that is `reading` has ended, well or with a problem: it is `ready`. `account` says what became of
    /// every part of the file.
    async fn finish_reading(&self, id: ImportId, problem: Option<&str>, account: &FileAccount) -> Result<()>;

    /// What became of every part of an import's file; `None` before it was read, and for imports of older versions.
    async fn import_account(&self, id: ImportId) -> Result<Option<FileAccount>>;

    /// The next rows that wait, after a number: at most `limit`, and not many more bytes than `bytes`, but at least one.
    async fn waiting_rows(
        &self,
        id: ImportId,
        after: u64,
        limit: u32,
        bytes: usize,
    ) -> Result<Vec<WaitingRow>>;

    /// Logs what was judged and notes what failed, all in one transaction: a row is either in the log and `checked`, or
    /// neither. Labels of rows are compared with the verdicts, and taken over as decisions where the plan says so. An import whose last row this was is `done`. Returns the detections.
    ///
    /// # Errors
    /// Also when a row does not wait any more: nothing is written then.
    async fn settle_import_rows(&self, id: ImportId, settlement: &Settlement) -> Result<Vec<DetectionId>>;

    /// Moves an import on if it is in one of the states that are named. Returns whether it was. Rows of one that is cancelled
    /// are to be forgotten from then on.
    async fn turn_import(&self, turn: &ImportTurn<'_>) -> Result<bool>;

    /// Changes what happens when the quota ends.
    async fn choose_at_quota(&self, id: ImportId, at_quota: AtQuota) -> Result<()>;

    /// Lets rows that the upstream would not judge wait again, and runs the import. Returns how many there were.
    async fn retry_failed_rows(&self, id: ImportId, by: Option<UserId>, at: DateTime<Utc>) -> Result<u64>;

    /// Has the decisions taken back that were made of an import's labels, by [`Imports::undo_import_labels`], and no more
    /// made. Returns whether there was something to take back.
    async fn begin_undo_of_labels(&self, id: ImportId, by: UserId, at: DateTime<Utc>) -> Result<bool>;

    /// Takes some of the decisions back that are to be, at most `limit`, in one transaction; what somebody decided since stands.
    /// Returns the import that this was about, and whether anything is left; `None` when there is none.
    async fn undo_import_labels(&self, limit: u32, at: DateTime<Utc>) -> Result<Option<(ImportId, bool)>>;

    /// The file is no longer needed.
    async fn forget_import_file(&self, id: ImportId) -> Result<()>;

    /// The names of all files that are needed.
    async fn import_files(&self) -> Result<Vec<String>>;

    /// Imports that have a file although nobody has done anything with them since `before`: brought and never started, or done
    /// with rows that failed.
    async fn stale_imports(&self, before: DateTime<Utc>, limit: u32) -> Result<Vec<Import>>;

    /// Has the content of rows that failed forgotten, by [`Imports::forget_import_rows`]. Cancelling does so by itself.
    async fn forget_import(&self, id: ImportId) -> Result<()>;

    /// Forgets the content of rows that will not be checked any more, looking at `limit` rows of one import, in one
    /// transaction: rows that wait go, rows that failed keep place and reason. Returns whether there may be more to forget.
    ///
    /// Nothing of a cancelled import may be under way any more: it could not be settled.
    async fn forget_import_rows(&self, limit: u32) -> Result<bool>;

    /// Rows in a state, in the order of the file, after a number.
    async fn import_rows(
        &self,
        id: ImportId,
        state: ImportRowState,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ImportRow>>;

    /// What came of an import: scores, and the `top` senders and languages, of its newest rows, no more than `bound`.
    async fn import_results(&self, id: ImportId, bound: u32, top: u32) -> Result<ImportResults>;
}
