//! Files that nobody else may read, and that one program at a time opens.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long to wait for another program to have opened its database. Many migrations of a large log take longer: then it is better
/// to be told.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Makes a folder where it is missing, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Waits until no other program is opening a database in the folder, and keeps others from it as long as what is returned lives:
/// two must not migrate one database at once. The folder itself is locked, since a lock on the database's own file would end SQLite's
/// when it is let go; the system lets go of it when the program ends, however it ends.
pub(super) async fn alone_in(folder: &Path) -> Result<Option<File>, String> {
    // Where folders cannot be locked (some network drives), SQLite's own locks have to do.
    let Ok(opened) = File::open(folder) else { return Ok(None) };
    let started = Instant::now();
    let mut is_told = false;
    loop {
        match opened.try_lock() {
            Ok(()) => return Ok(Some(opened)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if started.elapsed() > PATIENCE => {
                return Err(format!(
                    "another Gavel is at work in {} and has been opening its database for {} s; wait until it is done",
                    folder.display(),
                    PATIENCE.as_secs()
                ));
            }
            Err(TryLockError::WouldBlock) => {}
        }
        if !is_told {
            is_told = true;
            tracing::info!(folder = %folder.display(), "another Gavel is opening its database: waiting");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Sees to it that a database is its owner's alone: its file, which SQLite gives the files beside it their rights by, those files as
/// far as they are there already, and the folder when nothing else is in it.
pub(super) fn close_to_others(file: &Path, create: bool) {
    if create {
        // If it cannot be made, SQLite says why.
        let _ = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(file);
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        restrict(&with_suffix(file, suffix), 0o600);
    }
    let folder = super::open::folder_of(file);
    if is_ours(folder, file) {
        restrict(folder, 0o700);
    }
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn restrict(path: &Path, mode: u32) {
    let wanted = match std::fs::metadata(path) {
        Ok(found) => found.permissions().mode() & 0o077 != 0,
        Err(_) => false,
    };
    if !wanted {
        return;
    }
    if let Err(error) = std::fs::set_permissions(path, Permissions::from_mode(mode))
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "others may be able to read this: its rights cannot be changed");
    }
}

/// Whether a folder is there for the database: whatever is in it begins with its name, or is a folder of imports.
fn is_ours(folder: &Path, file: &Path) -> bool {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.into_iter().all(|entry| {
        let entry = entry.map(|entry| entry.file_name());
        entry.is_ok_and(|entry| {
            entry.to_str().is_some_and(|entry| entry.starts_with(name) || entry == "imports")
        })
    })
}
