//! A backup becomes a database, in a place where there is none.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use store::backup::{Depth, Tally, go_on_behind, inspect, newest_schema};

/// What is written beside the place before it is known to be whole.
const UNFINISHED: &str = "-restoring";

/// What belongs to a database, beside its own file; also files of any name behind the last of these.
const BESIDE: [&str; 4] = ["-wal", "-shm", "-journal", "-aside-"];

/// A database that was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What is in it.
    pub tally: Tally,
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The place is taken.
    #[error(
        "{} exists; nothing was changed. Stop Gavel, move away what begins with {}, and restore again, or name another place with \
         --database",
        found.display(), database.display()
    )]
    Taken {
        /// What is there.
        found: PathBuf,
        /// Where the database was to be.
        database: PathBuf,
    },
    /// The backup cannot be used.
    #[error("{} cannot be restored: {reason}; nothing was changed. Take an older backup", path.display())]
    Unfit {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Reading or writing failed.
    #[error("{} could not be restored: {error}; nothing was changed", path.display())]
    Io {
        /// What could not be read or written.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Copies a backup to where a database is to be, and looks at the copy before it gets its name. The backup stays as it is.
///
/// # Errors
/// When something is there already, or the backup is not whole; then nothing has changed.
pub async fn restore(backup: &Path, database: &Path, now: DateTime<Utc>) -> Result<Restored, RestoreError> {
    refuse_taken(database)?;
    let failed = |path: &Path, error| RestoreError::Io { path: path.to_owned(), error };
    if !backup.is_file() {
        let reason = "there is no such file".to_owned();
        return Err(RestoreError::Unfit { path: backup.to_owned(), reason });
    }
    let folder = folder_of(database);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| failed(folder, error))?;
    let copy = Copy(beside(database, UNFINISHED));
    let (from, to) = (backup.to_owned(), copy.0.clone());
    let copied = tokio::task::spawn_blocking(move || write_copy(&from, &to)).await;
    copied.map_err(io::Error::other).flatten().map_err(|error| failed(&copy.0, error))?;
    let tally = fit(backup, &copy.0).await?;
    go_on_behind(&copy.0, now).await.map_err(|error| failed(&copy.0, io::Error::other(error)))?;
    File::open(&copy.0).and_then(|copy| copy.sync_all()).map_err(|error| failed(&copy.0, error))?;
    // A link, unlike a new name, never replaces what came meanwhile.
    std::fs::hard_link(&copy.0, database).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => taken(database, database),
        _ => failed(database, error),
    })?;
    drop(copy);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(folder, error))?;
    Ok(Restored { tally })
}

/// The copy under a name of its own, which goes in any case.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn fit(backup: &Path, copy: &Path) -> Result<Tally, RestoreError> {
    let unfit = |reason| RestoreError::Unfit { path: backup.to_owned(), reason };
    let found = inspect(copy, Depth::Full).await;
    if let Some(problem) = found.problems.into_iter().next() {
        return Err(unfit(problem));
    }
    match found.schema {
        None => Err(unfit("it is no database of Gavel's".to_owned())),
        Some(schema) if schema > newest_schema() => {
            Err(unfit(format!("it was made by a newer Gavel (migration {schema}); update Gavel first")))
        }
        Some(_) => Ok(found.tally),
    }
}

fn write_copy(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// Refuses a place where a database is, or what was kept beside one.
fn refuse_taken(database: &Path) -> Result<(), RestoreError> {
    if database.symlink_metadata().is_ok() {
        return Err(taken(database, database));
    }
    let name = database.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let entries = std::fs::read_dir(folder_of(database)).into_iter().flatten().flatten();
    for entry in entries {
        let file = entry.file_name();
        let rest = file.to_str().and_then(|file| file.strip_prefix(name));
        if rest.is_some_and(|rest| BESIDE.iter().any(|suffix| rest.starts_with(suffix))) {
            return Err(taken(&entry.path(), database));
        }
    }
    Ok(())
}

fn taken(found: &Path, database: &Path) -> RestoreError {
    RestoreError::Taken { found: found.to_owned(), database: database.to_owned() }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}
