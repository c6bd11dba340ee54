//! How far the record was sent: a small file beside the database, locked while a program sends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::AuditEvent;
use serde::{Deserialize, Serialize};
use store::Store;

use super::AuditStreamError;

/// An entry, and its hash: another record may have another entry of that number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) id: i64,
    pub(super) hash: String,
}

impl Position {
    pub(super) fn of(event: &AuditEvent) -> Self {
        Self { id: event.id, hash: event.hash.clone() }
    }

    /// Whether this record has that entry.
    pub(super) async fn is_in(&self, store: &dyn Store) -> Result<bool, AuditStreamError> {
        let found = store.audit_events(Some(self.id + 1), 1).await?;
        Ok(found.first().is_some_and(|event| Self::of(event) == *self))
    }
}

/// What the file says.
#[derive(Serialize, Deserialize)]
struct Said {
    to: String,
    #[serde(flatten)]
    sent: Position,
}

/// The file, locked.
#[derive(Debug)]
pub(super) struct Mark {
    file: Arc<File>,
    path: PathBuf,
    to: String,
}

impl Mark {
    /// Opens or makes the file; `None` while another program has it.
    pub(super) fn open(path: &Path, to: &str) -> Result<Option<Self>, AuditStreamError> {
        let failed = |error| AuditStreamError::Io(path.display().to_string(), error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file: Arc::new(file), path: path.to_owned(), to: to.to_owned() })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The same file with the same lock.
    pub(super) fn again(&self) -> Self {
        Self { file: Arc::clone(&self.file), path: self.path.clone(), to: self.to.clone() }
    }

    /// How far it came with this target; `None` for another target, and for what cannot be understood: then all is sent.
    pub(super) fn read(&self) -> Result<Option<Position>, AuditStreamError> {
        let mut bytes = vec![0; 64 * 1024];
        let length = self.file.read_at(&mut bytes, 0).map_err(|error| self.failed(error))?;
        let line = bytes[..length].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let said: Option<Said> = serde_json::from_slice(line).ok();
        Ok(said.filter(|said| said.to == self.to).map(|said| said.sent))
    }

    /// Notes how far it came, and waits until that is on the disk.
    pub(super) fn write(&self, sent: &Position) -> Result<(), AuditStreamError> {
        let said = Said { to: self.to.clone(), sent: sent.clone() };
        let mut bytes = serde_json::to_vec(&said).map_err(|error| self.failed(error.into()))?;
        // What stands behind the line is what was longer before.
        bytes.push(b'\n');
        self.file
            .write_all_at(&bytes, 0)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> AuditStreamError {
        AuditStreamError::Io(self.path.display().to_string(), error)
    }
}
