//! What apps were told while the log could not be written, in a file beside the database: one line a row, synced to the disk.
//!
//! Each program has a file of its own, which it holds a lock on; one whose program was killed is read by the next that starts.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use domain::NewDetection;
use uuid::Uuid;

/// Longest such file, in bytes: a lock that lasts longer than it takes to fill this is answered 503.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Where it is; `None` for a database that is in no file.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    /// How the files' names begin.
    beginning: Option<PathBuf>,
    own: Arc<Mutex<Option<Own>>>,
}

/// The file of this program, while something is in it.
#[derive(Debug)]
struct Own {
    file: File,
    path: PathBuf,
    /// Rows that are not in the log.
    rows: usize,
}

/// A row that was put aside.
#[derive(Debug)]
pub(crate) struct Put(Arc<Mutex<Option<Own>>>);

impl Put {
    /// The row is in the log.
    pub(crate) async fn settled(self) {
        let _ = tokio::task::spawn_blocking(move || {
            let mut own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is_last = own.as_mut().is_some_and(|own| {
                own.rows = own.rows.saturating_sub(1);
                own.rows == 0
            });
            if is_last && let Some(own) = own.take() {
                remove(&own.path);
            }
        })
        .await;
    }
}

impl Aside {
    pub(crate) fn new(beginning: Option<PathBuf>) -> Self {
        Self { beginning, own: Arc::default() }
    }

    /// Keeps a row. When this returns, a crash cannot lose it.
    ///
    /// # Errors
    /// When the file cannot be written, is full, or there is no place for it.
    pub(crate) async fn put(&self, row: &NewDetection) -> io::Result<Put> {
        let beginning =
            self.beginning.clone().ok_or_else(|| io::Error::other("the database is in no file"))?;
        let mut line = serde_json::to_vec(row)?;
        line.push(b'\n');
        let own = Arc::clone(&self.own);
        let put = tokio::task::spawn_blocking(move || write(&own, &beginning, &line).map(|()| Put(own)));
        put.await.map_err(io::Error::other)?
    }

    /// What programs left that were killed.
    pub(crate) async fn left(&self) -> Vec<(NewDetection, Put)> {
        let Some(beginning) = self.beginning.clone() else { return Vec::new() };
        tokio::task::spawn_blocking(move || left(&beginning)).await.unwrap_or_default()
    }
}

fn write(own: &Mutex<Option<Own>>, beginning: &Path, line: &[u8]) -> io::Result<()> {
    let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
    let own = match &mut *own {
        Some(own) => own,
        none => none.insert(begin(beginning)?),
    };
    let before = own.file.metadata()?.len();
    if before + line.len() as u64 > LONGEST {
        return Err(io::Error::other("too much was put aside already"));
    }
    if let Err(error) = own.file.write_all(line).and_then(|()| own.file.sync_data()) {
        // What was written of it would spoil the next line.
        own.file.set_len(before)?;
        return Err(error);
    }
    own.rows += 1;
    Ok(())
}

fn begin(beginning: &Path) -> io::Result<Own> {
    let mut path = beginning.as_os_str().to_owned();
    path.push(Uuid::new_v4().simple().to_string());
    let path = PathBuf::from(path);
    let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path)?;
    file.lock()?;
    // Its name is on the disk with what is in it.
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(Own { file, path, rows: 0 })
}

/// Reads the files that nobody holds. A line that a crash cut off was not answered.
fn left(beginning: &Path) -> Vec<(NewDetection, Put)> {
    let folder = beginning.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = beginning.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let theirs =
        entries.filter(|entry| entry.file_name().to_str().is_some_and(|entry| entry.starts_with(name)));
    theirs.flat_map(|entry| read(&entry.path())).collect()
}

fn read(path: &Path) -> Vec<(NewDetection, Put)> {
    let mut text = String::new();
    let file = match OpenOptions::new().read(true).open(path) {
        Ok(file) => file,
        Err(_) => return Vec::new(),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return Vec::new(),
    }
    if let Err(error) = (&file).read_to_string(&mut text) {
        tracing::error!(file = %path.display(), %error, "what was put aside cannot be read");
        return Vec::new();
    }
    let is_cut = !text.ends_with('\n');
    let mut lines = text.lines();
    if is_cut {
        lines.next_back();
    }
    let rows: Result<Vec<NewDetection>, _> = lines.map(serde_json::from_str).collect();
    let rows = match rows {
        Ok(rows) => rows,
        // Another version of Gavel wrote it; it is kept for that.
        Err(error) => {
            tracing::error!(file = %path.display(), %error, "what was put aside cannot be understood");
            return Vec::new();
        }
    };
    if rows.is_empty() {
        remove(path);
        return Vec::new();
    }
    let own = Own { file, path: path.to_owned(), rows: rows.len() };
    let own = Arc::new(Mutex::new(Some(own)));
    rows.into_iter().map(|row| (row, Put(Arc::clone(&own)))).collect()
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(file = %path.display(), %error, "a file beside the database stays");
    }
}
