//! Lets go of what is not needed any more: content that will not be checked, and files that nobody knows.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use chrono::TimeDelta;
use domain::{Import, ImportState, import::KEPT_DAYS};
use tokio_util::sync::CancellationToken;

use super::files;
use crate::{Moderation, ModerationError};

/// Rows looked at in one transaction: others write after some ten milliseconds.
const ROWS: u32 = 2_000;

/// How often it is swept, the start of the program apart.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 3600);

/// A file that no import knows may be one that is just coming in: it goes when nobody has written to it for this long. An
/// upload is written to all the time, and takes an hour at most.
const COMING_IN: Duration = Duration::from_secs(2 * 3600);

/// Imports looked at at once.
const AT_ONCE: u32 = 100;

impl Moderation {
    /// Forgets rows of imports that were cancelled or ended long ago, some at a time. Called where nothing of any import is
    /// under way.
    pub(super) async fn forget_rows(&self, stop: &CancellationToken) -> Result<(), ModerationError> {
        while !stop.is_cancelled() && self.store.forget_import_rows(ROWS).await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Sweeps now and every day.
    pub(super) async fn sweep_daily(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.sweep_imports().await {
                tracing::error!(%error, "the folder of imports could not be swept");
            }
            stop.run_until_cancelled(tokio::time::sleep(SWEEP_EVERY)).await;
        }
    }

    /// Gives up what was never started, lets go of what failed long ago, and removes files that no import knows: those of an
    /// upload that a crash cut off.
    async fn sweep_imports(&self) -> Result<(), ModerationError> {
        let before = self.clock.now() - TimeDelta::days(KEPT_DAYS);
        loop {
            let stale = self.store.stale_imports(before, AT_ONCE).await?;
            for import in &stale {
                self.let_go(import).await?;
            }
            if stale.len() < AT_ONCE as usize {
                break;
            }
        }
        self.remove_unknown_files().await
    }

    async fn let_go(&self, import: &Import) -> Result<(), ModerationError> {
        if import.state != ImportState::Done {
            return match self.cancel_import(import.id, None).await {
                // Somebody started it in this moment.
                Ok(_) | Err(ModerationError::Superseded) => Ok(()),
                Err(error) => Err(error),
            };
        }
        self.store.forget_import(import.id).await?;
        self.imports_wanted.notify_one();
        self.remove_file(import).await
    }

    async fn remove_unknown_files(&self) -> Result<(), ModerationError> {
        let now = SystemTime::from(self.clock.now());
        let candidates = match abandoned(&self.options.imports.folder, now) {
            Ok(candidates) if candidates.is_empty() => return Ok(()),
            Ok(candidates) => candidates,
            Err(error) => {
                let folder = self.options.imports.folder.display();
                tracing::warn!(%folder, %error, "the folder of imports could not be listed");
                return Ok(());
            }
        };
        let known: HashSet<String> = self.store.import_files().await?.into_iter().collect();
        for path in candidates {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !known.contains(name) {
                tracing::info!(file = %path.display(), "removes a file that no import knows");
                files::remove(&path).await;
            }
        }
        Ok(())
    }
}

/// Files of the folder that were named by [`Moderation::new_import_file`] and that nobody has written to for long.
fn abandoned(folder: &Path, now: SystemTime) -> std::io::Result<Vec<PathBuf>> {
    let mut abandoned = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_str().is_some_and(files::is_name);
        let metadata = entry.metadata()?;
        let is_old = now.duration_since(metadata.modified()?).is_ok_and(|age| age > COMING_IN);
        if is_ours && is_old && metadata.is_file() {
            abandoned.push(entry.path());
        }
    }
    Ok(abandoned)
}
