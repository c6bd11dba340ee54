//! What works on imports beside the requests: one task reads files, another checks rows. Of all programs on one database, one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{Import, ImportState, LiveEvent};
use tokio_util::sync::CancellationToken;

use super::run::RunEnd;
use crate::{Chore, Moderation, ModerationError};

/// How often to look without being woken: another program (the command line) may have staged an import.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// How often to look whether quota or budget have come back. Asking costs nothing while they are known to be used up.
const QUOTA_AGAIN: Duration = Duration::from_secs(30);

/// How long to wait when the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// What an import says whose file cannot be read here.
const ELSEWHERE: &str = "The file is not in the folder of the Gavel that works on imports at present, so it waits. Give all of them \
                         the same folder (setting files), or upload it again.";

/// How long one import is checked while others wait.
const TURN: Duration = Duration::from_secs(10);

impl Moderation {
    /// Works on imports until `stop` or until the lease for it is lost, as soon as no other program does.
    ///
    /// # Errors
    /// When the folder of imports cannot be used.
    pub async fn work_on_imports(self: &Arc<Self>, stop: &CancellationToken) -> std::io::Result<()> {
        let Some(lease) = self.leases.wait_for(Chore::Imports, stop).await else { return Ok(()) };
        let stop = &lease.ended;
        let lock = loop {
            if let Some(lock) = self.lock_imports()? {
                break lock;
            }
            if stop.run_until_cancelled(tokio::time::sleep(LOOK_AGAIN)).await.is_none() {
                return Ok(());
            }
        };
        if let Err(error) = self.take_own_files().await {
            tracing::error!(%error, "files of imports could not be looked for where they were before");
        }
        tokio::join!(self.read_files(stop), self.check_imports(stop), self.sweep_daily(stop));
        drop(lock);
        Ok(())
    }

    pub(crate) async fn run_imports(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.work_on_imports(&stop).await {
                Ok(()) => {}
                Err(error) => {
                    let folder = self.options.imports.folder.display();
                    tracing::error!(%folder, %error, "the folder of imports cannot be used");
                    stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(60))).await;
                }
            }
        }
    }

    /// Reads one file after the other.
    async fn read_files(self: &Arc<Self>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let wait = match self.read_next(stop).await {
                Ok(true) => continue,
                Ok(false) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(%error, "a file could not be read in");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.reading_wanted.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn read_next(self: &Arc<Self>, stop: &CancellationToken) -> Result<bool, ModerationError> {
        let at_work = self.store.imports_at_work().await?;
        for import in at_work.iter().filter(|import| import.state == ImportState::Reading) {
            if self.is_elsewhere(import) {
                self.say_while_reading(import, Some(ELSEWHERE)).await?;
                continue;
            }
            self.say_while_reading(import, None).await?;
            self.read_rows(import, stop).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether the file of an import may be in the folder of another replica, since it is not in this one's.
    fn is_elsewhere(&self, import: &Import) -> bool {
        let is_missing = |file: &String| !self.import_path(file).exists();
        self.store.replica().is_some() && import.file.as_ref().is_some_and(is_missing)
    }

    /// What an import says of itself while its file is read.
    async fn say_while_reading(&self, import: &Import, reason: Option<&str>) -> Result<(), ModerationError> {
        if import.reason.as_deref() == reason {
            return Ok(());
        }
        let turn = store::ImportTurn {
            id: import.id,
            from: &[ImportState::Reading],
            to: ImportState::Reading,
            reason,
            by: None,
            action: None,
            at: self.clock.now(),
        };
        self.store.turn_import(&turn).await?;
        self.live.announce(LiveEvent::Import(import.id));
        Ok(())
    }

    /// Checks the rows of all imports that run, each for a while.
    async fn check_imports(self: &Arc<Self>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let wait = match self.check_round(stop).await {
                Ok(Some(wait)) => wait,
                Ok(None) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(%error, "imports could not be worked on");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.imports_wanted.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Gives each import a turn. Returns how long to wait before the next round; `None` when there is none to work on.
    async fn check_round(
        self: &Arc<Self>,
        stop: &CancellationToken,
    ) -> Result<Option<Duration>, ModerationError> {
        self.expect_to_keep()?;
        // Between two rounds nothing is under way.
        self.forget_rows(stop).await?;
        let mut at_work = self.store.imports_at_work().await?;
        at_work.retain(|import| import.state != ImportState::Reading);
        let alone = at_work.len() < 2;
        let mut wait = None;
        for import in &at_work {
            let until = (!alone).then(|| Instant::now() + TURN);
            let end = self.check_rows(import, until, stop).await?;
            if end == RunEnd::Empty {
                self.finish_import(import.id).await?;
            }
            let pause = match end {
                RunEnd::Empty | RunEnd::Halted | RunEnd::TurnOver => Duration::ZERO,
                RunEnd::Away(pause) => pause,
                RunEnd::Exhausted | RunEnd::OverBudget => QUOTA_AGAIN,
            };
            wait = Some(wait.map_or(pause, |other: Duration| other.min(pause)));
        }
        Ok(wait)
    }

    /// No row waits: the import is done, if nobody has said so yet, and its file goes unless failed rows need it.
    async fn finish_import(&self, id: domain::ImportId) -> Result<(), ModerationError> {
        let turn = store::ImportTurn {
            id,
            from: &[ImportState::Running, ImportState::Waiting],
            to: ImportState::Done,
            reason: None,
            by: None,
            action: Some("import.finished"),
            at: self.clock.now(),
        };
        self.store.turn_import(&turn).await?;
        let import = self.import(id).await?;
        self.drop_file(&import).await?;
        self.live.announce(LiveEvent::Import(id));
        Ok(())
    }
}
