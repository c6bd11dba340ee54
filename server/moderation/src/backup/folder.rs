//! The folder that backups are in: its owner's alone, and one run at a time at work in it.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{BackupError, names};

/// A folder that this run works in. The lock ends with it, however the program ends.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    opened: File,
}

impl Folder {
    /// Makes the folder where it is missing, waits for nobody, and clears what killed runs left.
    pub(super) fn open(path: &Path) -> Result<Self, BackupError> {
        let failed = |error| BackupError::Folder { path: path.to_owned(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let opened = File::open(path).map_err(failed)?;
        match opened.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(path.to_owned())),
            // Where folders cannot be locked, as on some network drives, nobody else is expected at the same second.
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "the folder of backups cannot be locked")
            }
        }
        for leftover in names::leftovers(path).map_err(failed)? {
            tracing::info!(file = %leftover.display(), "removing what a backup left that was cut off");
            std::fs::remove_file(&leftover).map_err(failed)?;
        }
        Ok(Self { path: path.to_owned(), opened })
    }

    /// An empty file for a backup that begins now, and the name that it gets once it is whole.
    pub(super) fn begin(&self, at: DateTime<Utc>) -> Result<Unfinished, BackupError> {
        let mut at = at;
        while self.path.join(names::name(at)).exists() {
            at += TimeDelta::seconds(1);
        }
        let unfinished = Unfinished {
            at,
            path: self.path.join(names::unfinished(at)),
            name: self.path.join(names::name(at)),
        };
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&unfinished.path) {
            Ok(_) => Ok(unfinished),
            Err(error) => Err(BackupError::Folder { path: self.path.clone(), error }),
        }
    }

    /// Has the file on the disk, gives it its name, and has that on the disk, too.
    pub(super) fn finish(&self, unfinished: &Unfinished) -> io::Result<()> {
        File::open(&unfinished.path)?.sync_all()?;
        std::fs::rename(&unfinished.path, &unfinished.name)?;
        self.opened.sync_all()
    }

    /// Removes all but the newest backups until a time, and returns how many it removed.
    pub(super) fn keep(&self, count: u32, until: DateTime<Utc>) -> io::Result<usize> {
        let keep = usize::try_from(count).unwrap_or(usize::MAX);
        let old: Vec<_> = names::backups(&self.path, until)?.into_iter().skip(keep).collect();
        for (_, path) in &old {
            std::fs::remove_file(path)?;
        }
        Ok(old.len())
    }
}

/// A backup that is being written.
#[derive(Debug)]
pub(super) struct Unfinished {
    /// When it began, as its name says.
    pub(super) at: DateTime<Utc>,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Where it will be.
    pub(super) name: PathBuf,
}

impl Drop for Unfinished {
    /// What did not become whole goes, with what SQLite may have left beside it.
    fn drop(&mut self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let mut path = self.path.as_os_str().to_owned();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
    }
}
