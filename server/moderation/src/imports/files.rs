//! The files of imports, in a folder of their own, and the lock that lets one program at a time work on imports.

use std::{
    fs::{DirBuilder, File, Permissions, TryLockError},
    io::BufReader,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use domain::{FileChoices, Import, ImportState};
use readers::{Choices, ReadError, RecordReader};
use uuid::Uuid;

use super::invalid;
use crate::{Moderation, ModerationError};

/// Name of the file whose lock tells who works on imports. The system lets go of it when the program ends, however it ends.
const LOCK: &str = "worker.lock";

impl Moderation {
    /// Makes a name for a file that is about to come, and the folder for it. Whoever calls this writes the file, and hands it
    /// over by [`Moderation::receive_import`] or removes it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub async fn new_import_file(&self) -> Result<(String, PathBuf), ModerationError> {
        let (folder, most) = (&self.options.imports.folder, self.options.imports.most_bytes);
        let kept = make_folder(folder).and_then(|()| bytes_in(folder)).map_err(|error| {
            tracing::error!(folder = %folder.display(), %error, "the folder of imports cannot be made");
            invalid("file", format!("The server cannot keep files: {error}. Ask an administrator."))
        })?;
        if kept >= most {
            let words = format!(
                "The files of other imports take {} MiB of the {} that are for all of them. Wait until some are done, or cancel one.",
                kept >> 20,
                most >> 20
            );
            return Err(invalid("file", words));
        }
        let name = Uuid::new_v4().simple().to_string();
        let path = self.import_path(&name);
        Ok((name, path))
    }

    pub(super) fn import_path(&self, file: &str) -> PathBuf {
        self.options.imports.folder.join(file)
    }

    /// Lets go of a file that nobody needs any more: all of it is in the log, or the import was given up.
    pub(super) async fn drop_file(&self, import: &Import) -> Result<(), ModerationError> {
        let is_over = match import.state {
            ImportState::Cancelled => true,
            ImportState::Done => import.counts.failed == 0,
            _ => false,
        };
        if is_over { self.remove_file(import).await } else { Ok(()) }
    }

    /// Removes the file of an import, if it is still there. One that a crash leaves here is swept later.
    pub(super) async fn remove_file(&self, import: &Import) -> Result<(), ModerationError> {
        if let Some(file) = &import.file {
            self.store.forget_import_file(import.id).await?;
            remove(&self.import_path(file)).await;
        }
        Ok(())
    }

    /// Takes the lock of those who work on imports; `None` while another program has it.
    pub(super) fn lock_imports(&self) -> std::io::Result<Option<File>> {
        let folder = &self.options.imports.folder;
        make_folder(folder)?;
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Makes the folder where it is missing, for its owner alone.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
}

/// Makes a file for its owner alone, or empties it.
///
/// # Errors
/// When it cannot be made.
pub fn create_private(path: &Path) -> std::io::Result<File> {
    File::options().create(true).truncate(true).write(true).mode(0o600).open(path)
}

fn bytes_in(folder: &Path) -> std::io::Result<u64> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

impl Moderation {
    /// Takes the files of this database's imports out of the folder that databases beside it had in common before.
    pub(super) async fn take_own_files(&self) -> Result<(), ModerationError> {
        let options = &self.options.imports;
        let Some(shared) = options.shared_folder.as_ref().filter(|shared| shared.is_dir()) else {
            return Ok(());
        };
        for file in self.store.import_files().await?.iter().filter(|file| is_name(file)) {
            let (from, to) = (shared.join(file), options.folder.join(file));
            match std::fs::rename(&from, &to) {
                Ok(()) => {
                    std::fs::set_permissions(&to, Permissions::from_mode(0o600)).unwrap_or_else(|error| {
                        tracing::warn!(file = %to.display(), %error, "its rights cannot be changed");
                    })
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::error!(file = %from.display(), %error, "a file of an import cannot be moved")
                }
            }
        }
        Ok(())
    }
}

/// Whether a file is named as [`Moderation::new_import_file`] names them.
pub(super) fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Removes a file; one that is gone already is as good.
pub(super) async fn remove(path: &Path) {
    if let Err(error) = tokio::fs::remove_file(path).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(file = %path.display(), %error, "a file of an import could not be removed");
    }
}

/// Opens a file to read its records. Blocks.
pub(super) fn open(path: &Path, name: &str, reading: &FileChoices) -> Result<RecordReader, ReadError> {
    let refused = |problem: String| ReadError { place: None, problem };
    let choices = Choices::from_words(reading).map_err(|error| refused(error.to_string()))?;
    let file = File::open(path)
        .map_err(|error| refused(format!("the server cannot read the file any more: {error}")))?;
    RecordReader::open_file(BufReader::new(file), Some(name), choices)
}
