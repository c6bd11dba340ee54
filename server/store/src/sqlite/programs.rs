//! Which programs work on a database: each has a file beside it, which it holds a lock on as long as it lives. The system lets go of the
//! lock when the program ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use uuid::Uuid;

/// This program, for one database.
#[derive(Debug)]
pub(super) struct Program {
    name: Uuid,
    /// Beside which the file is; `None` for a database in memory, where nobody else works.
    database: Option<PathBuf>,
    /// Made when the name is first told.
    lock: OnceLock<File>,
}

impl Program {
    pub(super) fn new(database: Option<PathBuf>) -> Self {
        Self { name: Uuid::now_v7(), database, lock: OnceLock::new() }
    }

    /// Its name, under which it is known to be at work from now on.
    ///
    /// # Errors
    /// When its file cannot be made.
    pub(super) fn name(&self) -> std::io::Result<Uuid> {
        if let Some(database) = &self.database
            && self.lock.get().is_none()
        {
            let file = locked(&beside(database, &self.name.to_string()))?;
            let _ = self.lock.set(file);
            sweep(database);
        }
        Ok(self.name)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let (Some(database), Some(_)) = (&self.database, self.lock.get()) {
            let _ = std::fs::remove_file(beside(database, &self.name.to_string()));
        }
    }
}

/// Makes and locks a file; again where it was swept away before it was locked.
fn locked(path: &Path) -> std::io::Result<File> {
    loop {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        // Where files cannot be locked (some network drives), every program is taken to have ended: then a budget may be overspent by what
        // is under way.
        if let Err(TryLockError::Error(error)) = file.try_lock() {
            tracing::warn!(file = %path.display(), %error, "cannot be locked: another Gavel on this database may spend the same budget");
            return Ok(file);
        }
        if path.metadata().is_ok_and(|named| file.metadata().is_ok_and(|locked| named.ino() == locked.ino()))
        {
            return Ok(file);
        }
    }
}

/// Whether a program of this name has not ended.
pub(super) fn is_at_work(database: &Path, name: &str) -> bool {
    is_locked(&beside(database, name))
}

fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn beside(database: &Path, name: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-program-");
    path.push(name);
    path.into()
}

/// Removes the files of programs that were killed.
fn sweep(database: &Path) {
    let beginning = beside(database, "");
    let (Some(folder), Some(beginning)) =
        (beginning.parent(), beginning.file_name().and_then(|name| name.to_str()))
    else {
        return;
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(beginning))
            && !is_locked(&entry.path())
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_at_work_until_it_ends_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("gavel.db");
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let (one, other) = (Program::new(Some(database.clone())), Program::new(Some(database.clone())));
        assert_eq!(files(), 0, "nothing before it is needed");
        let name = one.name().unwrap().to_string();
        assert!(is_at_work(&database, &name));
        // Killed: its file stays, its lock does not.
        std::fs::write(beside(&database, "killed"), "").unwrap();
        assert!(!is_at_work(&database, "killed") && !is_at_work(&database, "unknown"));
        other.name().unwrap();
        assert_eq!(files(), 2, "swept");
        drop(one);
        assert!(!is_at_work(&database, &name));
        drop(other);
        assert_eq!(files(), 0);
    }
}
