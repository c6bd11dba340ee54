//! Imports: a file comes, its columns and the choices are settled, its rows are kept, their cost is told; then they are checked,
//! however long that takes and whatever happens meanwhile.

mod failed;
mod files;
mod odd;
mod pace;
mod preview;
mod reading;
mod run;
mod sweep;
mod worker;

use std::path::{Path, PathBuf};

use domain::{
    AtQuota, FieldError, FileAccount, FileChoices, FileGuess, Import, ImportCost, ImportId, ImportPlan,
    ImportPreview, ImportResults, ImportRow, ImportRowState, ImportState, LiveEvent, TakenLabels, UserId,
    import::RESULTS_BOUND,
};
use store::{ImportTurn, NewImport};

use self::preview::Looked;
use crate::{Moderation, ModerationError};

pub use failed::FailedFile;
pub use files::create_private;
pub use preview::LOOKED_AT;

/// Imports of one page of the list.
const LISTED: u32 = 50;

/// Rows of one page of failed rows.
const FAILED_LISTED: u32 = 50;

/// Labels taken back in one transaction, and steps done while the moderator waits: as with bulk actions.
const UNDO_STEP: u32 = 100;
const UNDO_STEPS_AT_ONCE: u32 = 3;

/// Senders and languages of a summary.
const TOP: u32 = 10;

/// Default of [`ImportOptions::most_bytes`]: ten of the largest files.
const MOST_BYTES: u64 = 10 * domain::import::FILE_MAX_BYTES;

/// What imports need of the configuration.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Where files are kept until they are no longer needed; created when the first comes.
    pub folder: PathBuf,
    /// The folder that all databases beside each other had in common before: their own files are taken out of it.
    pub shared_folder: Option<PathBuf>,
    /// Most bytes that the files of all imports may take together; a file that would be too much is refused.
    pub most_bytes: u64,
    /// Checks a minute that the upstream's budget allows; `None` when nothing limits them.
    pub checks_per_minute: Option<u32>,
}

impl Default for ImportOptions {
    /// A folder of this process in the system's place for temporary files; no limit.
    fn default() -> Self {
        let folder = format!("gavel-imports-{}", std::process::id());
        Self {
            folder: std::env::temp_dir().join(folder),
            shared_folder: None,
            most_bytes: MOST_BYTES,
            checks_per_minute: None,
        }
    }
}

/// A file that has come.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Who brought it; `None` for the command line.
    pub by: Option<UserId>,
    /// Its name, as it was handed over.
    pub name: String,
    /// Its name in the folder of imports; see [`Moderation::new_import_file`].
    pub file: String,
    /// The site that its content belongs to, if that is known.
    pub site: Option<String>,
    /// How it is to be read, where that is not to be found out.
    pub reading: FileChoices,
}

impl Moderation {
    /// Takes a file in: finds out how it is written and which column is what. What was chosen for the site's last import is
    /// chosen again where it fits.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when nothing of it can be read; the file is gone then.
    pub async fn receive_import(&self, new: NewFile) -> Result<Import, ModerationError> {
        let path = self.import_path(&new.file);
        let created = match self.planned(&new).await {
            Ok(created) => self.store.create_import(&created).await.map_err(ModerationError::from),
            Err(error) => Err(error),
        };
        if created.is_err() {
            files::remove(&path).await;
        }
        created
    }

    /// Takes a file in of which all is settled by `choose`, given what would be chosen without, and has its rows read and kept.
    /// `in_doubt` is shown what was found out about the file, and may refuse it with a sentence.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when nothing of it can be read, or a choice does not fit. Nothing is left behind then: no
    /// file, and no import.
    pub async fn receive_settled(
        &self,
        new: NewFile,
        choose: impl FnOnce(&mut ImportPlan) + Send,
        in_doubt: impl FnOnce(&[FileGuess]) -> Option<String> + Send,
    ) -> Result<Import, ModerationError> {
        let path = self.import_path(&new.file);
        let created = match self.planned(&new).await {
            Ok(mut created) => {
                choose(&mut created.plan);
                match self.try_settled(&path, &created, in_doubt).await {
                    Ok(()) => self.store.create_import(&created).await.map_err(ModerationError::from),
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        match created {
            Ok(import) => self.plan_import(import.id, &import.plan, new.by).await,
            Err(error) => {
                files::remove(&path).await;
                Err(error)
            }
        }
    }

    async fn try_settled(
        &self,
        path: &Path,
        created: &NewImport,
        in_doubt: impl FnOnce(&[FileGuess]) -> Option<String> + Send,
    ) -> Result<(), ModerationError> {
        let guesses = self.guesses_of(path, &created.file_name, &created.plan).await?;
        match in_doubt(&guesses) {
            Some(words) => Err(invalid("mapping", words)),
            None => self.try_plan(path, &created.file_name, &created.plan).await,
        }
    }

    /// What is to be kept of a file, as far as it can be told by a look at it.
    async fn planned(&self, new: &NewFile) -> Result<NewImport, ModerationError> {
        let path = self.import_path(&new.file);
        let (looked, plan) = match self.as_last_time(&path, new).await? {
            Some(known) => known,
            None => {
                let looked = self.look_at_file(&path, new, &new.reading).await?;
                let (mapping, reading) = (looked.guess.clone(), new.reading.clone());
                (looked, ImportPlan { mapping, reading, site: new.site.clone(), ..ImportPlan::default() })
            }
        };
        Ok(NewImport {
            user_id: new.by,
            file_name: new.name.clone(),
            file: new.file.clone(),
            bytes: looked.bytes,
            format: looked.format,
            plan,
            created_at: self.clock.now(),
        })
    }

    /// What was chosen for the site's last import, as far as it fits this file.
    async fn as_last_time(
        &self,
        path: &Path,
        new: &NewFile,
    ) -> Result<Option<(Looked, ImportPlan)>, ModerationError> {
        let Some(site) = &new.site else { return Ok(None) };
        let Some(last) = self.store.last_plan(site).await? else { return Ok(None) };
        let mut reading = last.reading.clone();
        for (about, value) in new.reading.iter() {
            reading.set(about, Some(value.to_owned()));
        }
        let (looked, mapping, reading) = match self.look_at_file(path, new, &reading).await {
            Ok(looked) if last.mapping.fits(&looked.columns) => (looked, last.mapping, reading),
            _ => {
                let looked = self.look_at_file(path, new, &new.reading).await?;
                let fits = last.mapping.fits(&looked.columns);
                let mapping = if fits { last.mapping } else { looked.guess.clone() };
                (looked, mapping, new.reading.clone())
            }
        };
        // Labels would be this person's decisions now; and what costs requests is asked for anew.
        let labels = new.by.filter(|_| last.labels.is_some()).map(|by| TakenLabels { by, tell: false });
        let site = new.site.clone();
        Ok(Some((looked, ImportPlan { mapping, reading, after: None, site, labels, ..last })))
    }

    /// What became of every part of an import's file; `None` before it was read.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_account(&self, id: ImportId) -> Result<Option<FileAccount>, ModerationError> {
        Ok(self.store.import_account(id).await?)
    }

    /// What was found out about an import's file, each with what speaks for it and what else it could be.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`], also when the file is no longer there.
    pub async fn import_guesses(&self, id: ImportId) -> Result<Vec<FileGuess>, ModerationError> {
        let import = self.import(id).await?;
        let file = import.file.as_deref().ok_or(ModerationError::NotFound("file"))?;
        self.guesses_of(&self.import_path(file), &import.file_name, &import.plan).await
    }

    /// One import.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`].
    pub async fn import(&self, id: ImportId) -> Result<Import, ModerationError> {
        self.store.import(id).await?.ok_or(ModerationError::NotFound("import"))
    }

    /// Imports, newest first, below an id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn imports(&self, below: Option<ImportId>) -> Result<Vec<Import>, ModerationError> {
        Ok(self.store.imports(below, LISTED).await?)
    }

    /// The first rows of a file as they will be checked.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`], also when the file is no longer there.
    pub async fn preview_import(&self, id: ImportId) -> Result<ImportPreview, ModerationError> {
        let import = self.import(id).await?;
        self.preview(&import).await
    }

    /// Keeps columns and choices as they are chosen so far, for the preview.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when they are settled already.
    pub async fn keep_plan(&self, id: ImportId, plan: &ImportPlan) -> Result<Import, ModerationError> {
        if !self.store.keep_plan(id, plan).await? {
            self.import(id).await?;
            return Err(ModerationError::Superseded);
        }
        self.import(id).await
    }

    /// Goes back to columns and choices, before the start.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when it was started.
    pub async fn reopen_import(&self, id: ImportId, by: Option<UserId>) -> Result<Import, ModerationError> {
        let from = [ImportState::Ready];
        self.turn_import(id, &from, ImportState::Uploaded, None, by, "import.reopened").await
    }

    /// Settles columns and choices, and has the rows read and kept. May be done again until the import is started.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when no column holds the message; [`ModerationError::Superseded`] when it was started.
    pub async fn plan_import(
        &self,
        id: ImportId,
        plan: &ImportPlan,
        by: Option<UserId>,
    ) -> Result<Import, ModerationError> {
        let import = self.import(id).await?;
        let file = import.file.as_deref().ok_or(ModerationError::Superseded)?;
        self.try_plan(&self.import_path(file), &import.file_name, plan).await?;
        if !self.store.plan_import(id, plan, by, self.clock.now()).await? {
            return Err(ModerationError::Superseded);
        }
        self.reading_wanted.notify_one();
        self.tell_of_import(id).await
    }

    /// What it will cost to check the rows that wait.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`], or when the store fails.
    pub async fn import_cost(&self, id: ImportId) -> Result<ImportCost, ModerationError> {
        let import = self.import(id).await?;
        let quota = self.quota().await?;
        Ok(ImportCost {
            checks: import.counts.waiting,
            left: quota.as_ref().and_then(|quota| quota.remaining),
            resets_at: quota.as_ref().and_then(domain::UsageSample::resets_at),
            per_minute: self.options.imports.checks_per_minute,
            feedback: import.plan.labels.filter(|labels| labels.tell).map_or(0, |_| import.labels.rows),
        })
    }

    /// Takes the decisions back that were made of an import's labels, and has no more made: its own decisions only, as with any
    /// undo. What somebody decided since stands.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when there is nothing of this person's to take back.
    pub async fn undo_import_labels(&self, id: ImportId, by: UserId) -> Result<Import, ModerationError> {
        if !self.store.begin_undo_of_labels(id, by, self.clock.now()).await? {
            self.import(id).await?;
            return Err(ModerationError::Superseded);
        }
        for _ in 0..UNDO_STEPS_AT_ONCE {
            if !self.undo_some_labels().await? {
                break;
            }
        }
        self.bulk_wanted.notify_one();
        self.tell_of_import(id).await
    }

    /// Takes some labels of imports back. Returns whether there may be more.
    pub(crate) async fn undo_some_labels(&self) -> Result<bool, ModerationError> {
        let Some((id, goes_on)) = self.store.undo_import_labels(UNDO_STEP, self.clock.now()).await? else {
            return Ok(false);
        };
        self.outbox_changed.notify_one();
        if !goes_on {
            self.live.announce(LiveEvent::Import(id));
        }
        Ok(true)
    }

    /// Starts to check the rows, or goes on with what was paused. `at_quota` says what happens when the quota ends, if that is
    /// not to be as it was planned.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when it is not in a state to.
    pub async fn start_import(
        &self,
        id: ImportId,
        at_quota: Option<AtQuota>,
        by: Option<UserId>,
    ) -> Result<Import, ModerationError> {
        if let Some(at_quota) = at_quota {
            self.store.choose_at_quota(id, at_quota).await?;
        }
        let from = [ImportState::Ready, ImportState::Paused, ImportState::Waiting];
        let import = self.turn_import(id, &from, ImportState::Running, None, by, "import.started").await?;
        if import.counts.waiting == 0 {
            // Nothing to check: all of it was left out, or could not be read.
            let from = [ImportState::Running];
            return self.turn_import(id, &from, ImportState::Done, None, by, "import.finished").await;
        }
        self.imports_wanted.notify_one();
        Ok(import)
    }

    /// Holds a run. What is under way is still logged.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when it is not running.
    pub async fn pause_import(&self, id: ImportId, by: Option<UserId>) -> Result<Import, ModerationError> {
        let from = [ImportState::Running, ImportState::Waiting];
        self.turn_import(id, &from, ImportState::Paused, None, by, "import.paused").await
    }

    /// Gives an import up. What was checked stands; the file goes at once, and what was not checked as soon as nothing of it
    /// is under way any more.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when it has ended already.
    pub async fn cancel_import(&self, id: ImportId, by: Option<UserId>) -> Result<Import, ModerationError> {
        let from = [
            ImportState::Uploaded,
            ImportState::Reading,
            ImportState::Ready,
            ImportState::Running,
            ImportState::Paused,
            ImportState::Waiting,
        ];
        let import =
            self.turn_import(id, &from, ImportState::Cancelled, None, by, "import.cancelled").await?;
        self.drop_file(&import).await?;
        // Rows are forgotten by whoever checks them: nothing of it is under way there then.
        self.imports_wanted.notify_one();
        self.import(id).await
    }

    /// Asks again for rows that the upstream would not judge. Rows that could not be read stay failed.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when there are none.
    pub async fn retry_import(&self, id: ImportId, by: Option<UserId>) -> Result<Import, ModerationError> {
        if self.store.retry_failed_rows(id, by, self.clock.now()).await? == 0 {
            return Err(ModerationError::Superseded);
        }
        self.imports_wanted.notify_one();
        self.tell_of_import(id).await
    }

    /// Failed rows, in the order of the file, after a number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn failed_rows(&self, id: ImportId, after: u64) -> Result<Vec<ImportRow>, ModerationError> {
        Ok(self.store.import_rows(id, ImportRowState::Failed, after, FAILED_LISTED).await?)
    }

    /// What came of an import so far.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_results(&self, id: ImportId) -> Result<ImportResults, ModerationError> {
        Ok(self.store.import_results(id, RESULTS_BOUND, TOP).await?)
    }

    /// What happens when the quota ends: the import waits for more, or is paused, as was chosen.
    async fn hold_at_quota(&self, import: &Import, words: &str) -> Result<(), ModerationError> {
        let (to, reason) = match import.plan.at_quota {
            AtQuota::Wait => {
                (ImportState::Waiting, format!("{words} The import goes on by itself in the next period."))
            }
            AtQuota::Stop => (
                ImportState::Paused,
                format!("{words} The import stopped there, as was chosen; it can be resumed at any time."),
            ),
        };
        if import.state == to && import.reason.as_deref() == Some(reason.as_str()) {
            return Ok(());
        }
        let turn = ImportTurn {
            id: import.id,
            from: &[ImportState::Running, ImportState::Waiting],
            to,
            reason: Some(&reason),
            by: None,
            action: (import.state != to).then_some("import.quota_used_up"),
            at: self.clock.now(),
        };
        self.store.turn_import(&turn).await?;
        self.live.announce(LiveEvent::Import(import.id));
        Ok(())
    }

    async fn turn_import(
        &self,
        id: ImportId,
        from: &[ImportState],
        to: ImportState,
        reason: Option<&str>,
        by: Option<UserId>,
        action: &'static str,
    ) -> Result<Import, ModerationError> {
        let at = self.clock.now();
        let turn = ImportTurn { id, from, to, reason, by, action: Some(action), at };
        if !self.store.turn_import(&turn).await? {
            self.import(id).await?;
            return Err(ModerationError::Superseded);
        }
        self.tell_of_import(id).await
    }

    async fn tell_of_import(&self, id: ImportId) -> Result<Import, ModerationError> {
        self.live.announce(LiveEvent::Import(id));
        self.import(id).await
    }
}

fn invalid(field: &str, problem: impl Into<String>) -> ModerationError {
    ModerationError::Invalid(vec![FieldError { field: field.to_owned(), problem: problem.into() }])
}
