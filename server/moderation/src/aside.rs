//! What apps were told and the log does not have yet, in a file beside the database: one line a row.
//!
//! While the log cannot be written, a line is synced to the disk before its answer leaves. Otherwise the row follows its answer within
//! milliseconds, its submission is on the disk already, and the line is only handed to the system: that outlives a program which is killed,
//! though not a machine that loses its power.
//!
//! Each program has files of its own, which it holds a lock on; one whose program was killed is read by the next that starts. A file is
//! emptied whenever all of its rows are in the log. Where checks come so fast that this never is, the next rows go into another file once
//! one is long, and each is removed when its last row is in the log.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::NewDetection;
use uuid::Uuid;

/// Most that the files of a program hold, in bytes: a lock that lasts longer than it takes to fill them is answered 503.
const MOST: u64 = 256 * 1024 * 1024;

/// From this length on, in bytes, a file takes no more rows: some thousand checks, and little for the next start to read.
const LONG: u64 = 8 * 1024 * 1024;

/// A file that several rows share, once the first of them is put into it.
type Shared = Arc<Mutex<Option<Own>>>;

/// Where it is; `None` for a database that is in no file.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    /// How the files' names begin.
    beginning: Option<PathBuf>,
    /// The file that takes the next row.
    own: Mutex<Shared>,
    /// Bytes in all files of this program.
    held: Arc<AtomicU64>,
}

/// A file with rows that are not in the log.
#[derive(Debug)]
struct Own {
    file: File,
    path: PathBuf,
    /// How many these are.
    rows: usize,
    /// Its length, in bytes.
    length: u64,
    /// Counts this file's bytes with those of the program's others.
    held: Arc<AtomicU64>,
    /// Whether more may come.
    grows: bool,
}

impl Own {
    /// A row of it is in the log, or will never be. Returns whether the file is of no more use.
    fn settle(&mut self) -> bool {
        self.rows = self.rows.saturating_sub(1);
        if self.rows > 0 {
            return false;
        }
        match if self.grows { self.file.set_len(0) } else { Ok(()) } {
            Ok(()) => self.counts(0),
            Err(error) => {
                tracing::warn!(file = %self.path.display(), %error, "what the log has stays beside the database as well");
            }
        }
        !self.grows
    }

    /// Notes its new length.
    fn counts(&mut self, length: u64) {
        self.held.fetch_add(length, Ordering::Relaxed);
        self.held.fetch_sub(std::mem::replace(&mut self.length, length), Ordering::Relaxed);
    }
}

/// A row that was put aside.
#[derive(Debug)]
pub(crate) struct Put(Shared);

impl Put {
    /// The row is in the log.
    pub(crate) fn settled(self) {
        let mut own = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if own.as_mut().is_some_and(Own::settle)
            && let Some(own) = own.take()
        {
            remove(&own.path);
        }
    }
}

impl Aside {
    pub(crate) fn new(beginning: Option<PathBuf>) -> Self {
        Self { beginning, ..Self::default() }
    }

    /// Keeps a row. When this returns, a crash cannot lose it.
    ///
    /// # Errors
    /// When the file cannot be written, is full, or there is no place for it.
    pub(crate) async fn put(&self, row: &NewDetection) -> io::Result<Put> {
        let (beginning, line) = self.line(row)?;
        let (own, held) = (self.own(), Arc::clone(&self.held));
        let put = tokio::task::spawn_blocking(move || {
            write(&own, &beginning, &held, &line, true).map(|()| Put(own))
        });
        put.await.map_err(io::Error::other)?
    }

    /// Keeps a row of which something is on the disk already. When this returns, the program can be killed without losing it.
    ///
    /// # Errors
    /// As [`put`](Self::put) has them.
    pub(crate) fn note(&self, row: &NewDetection) -> io::Result<Put> {
        let (beginning, line) = self.line(row)?;
        let own = self.own();
        write(&own, &beginning, &self.held, &line, false).map(|()| Put(own))
    }

    /// The file for the next row.
    fn own(&self) -> Shared {
        let mut shared = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let is_long = {
            let mut own = shared.lock().unwrap_or_else(PoisonError::into_inner);
            own.as_mut().is_some_and(|own| {
                own.grows = own.length < LONG;
                !own.grows
            })
        };
        if is_long {
            *shared = Shared::default();
        }
        Arc::clone(&shared)
    }

    fn line(&self, row: &NewDetection) -> io::Result<(PathBuf, Vec<u8>)> {
        let beginning =
            self.beginning.clone().ok_or_else(|| io::Error::other("the database is in no file"))?;
        let mut line = serde_json::to_vec(row)?;
        line.push(b'\n');
        Ok((beginning, line))
    }

    /// What programs left that were killed.
    pub(crate) async fn left(&self) -> Vec<(NewDetection, Put)> {
        let Some(beginning) = self.beginning.clone() else { return Vec::new() };
        tokio::task::spawn_blocking(move || left(&beginning)).await.unwrap_or_default()
    }

    /// Removes this program's file if nothing is in it that the log does not have.
    pub(crate) fn close(&self) {
        let shared = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = own.take_if(|own| own.rows == 0) {
            remove(&own.path);
        }
    }
}

fn write(
    own: &Mutex<Option<Own>>,
    beginning: &Path,
    held: &Arc<AtomicU64>,
    line: &[u8],
    sync: bool,
) -> io::Result<()> {
    let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
    if held.load(Ordering::Relaxed) + line.len() as u64 > MOST {
        return Err(io::Error::other("too much was put aside already"));
    }
    let own = match &mut *own {
        Some(own) => own,
        none => none.insert(begin(beginning, Arc::clone(held))?),
    };
    let written = own.file.write_all(line);
    if let Err(error) = written.and_then(|()| if sync { own.file.sync_data() } else { Ok(()) }) {
        // What was written of it would spoil the next line.
        own.file.set_len(own.length)?;
        return Err(error);
    }
    own.counts(own.length + line.len() as u64);
    own.rows += 1;
    Ok(())
}

fn begin(beginning: &Path, held: Arc<AtomicU64>) -> io::Result<Own> {
    let mut path = beginning.as_os_str().to_owned();
    path.push(Uuid::new_v4().simple().to_string());
    let path = PathBuf::from(path);
    let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path)?;
    file.lock()?;
    // Its name is on the disk with what is in it.
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(Own { file, path, rows: 0, length: 0, held, grows: true })
}

/// What all programs have told apps and may not have in the log yet; a line that is being written was not answered. Nothing is
/// locked or removed.
pub(crate) fn told(beginning: &Path) -> Vec<NewDetection> {
    let mut told = Vec::new();
    for path in files(beginning) {
        let Ok(text) = std::fs::read(&path) else { continue };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines = text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        told.extend(lines.filter_map(|line| serde_json::from_slice::<NewDetection>(line).ok()));
    }
    told
}

/// The files of all programs.
fn files(beginning: &Path) -> Vec<PathBuf> {
    let folder = beginning.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = beginning.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let theirs =
        entries.filter(|entry| entry.file_name().to_str().is_some_and(|entry| entry.starts_with(name)));
    theirs.map(|entry| entry.path()).collect()
}

/// Reads the files that nobody holds. A line that a crash cut off was not answered.
fn left(beginning: &Path) -> Vec<(NewDetection, Put)> {
    files(beginning).iter().flat_map(|path| read(path)).collect()
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
    // So does a part that never reached the disk when the machine lost its power.
    let lines = lines.filter(|line| !line.contains('\0'));
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
    let own =
        Own { file, path: path.to_owned(), rows: rows.len(), length: 0, held: Arc::default(), grows: false };
    let own = Arc::new(Mutex::new(Some(own)));
    rows.into_iter().map(|row| (row, Put(Arc::clone(&own)))).collect()
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(file = %path.display(), %error, "a file beside the database stays");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log_writer::tests::row;

    fn files(folder: &Path) -> Vec<u64> {
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).collect()
    }

    #[tokio::test]
    async fn a_program_that_is_killed_leaves_what_it_told_and_the_next_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let aside = || Aside::new(Some(folder.path().join("gavel.db-told-")));
        let (first, second) = (aside(), aside());
        let written = first.note(&row("written")).unwrap();
        let told = first.put(&row("told")).await.unwrap();
        written.settled();
        assert!(second.left().await.is_empty(), "its program lives");
        drop((told, first));
        let left = second.left().await;
        let messages: Vec<_> = left.iter().map(|(row, _)| row.content.message.as_str()).collect();
        assert_eq!(messages, ["written", "told"], "whoever logs them finds that one is in the log");
        left.into_iter().for_each(|(_, put)| put.settled());
        assert!(files(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn the_file_is_empty_when_all_is_in_the_log_and_gone_when_the_program_ends() {
        let folder = tempfile::tempdir().unwrap();
        let aside = Aside::new(Some(folder.path().join("gavel.db-told-")));
        for _ in 0..2 {
            aside.note(&row("one")).unwrap().settled();
            assert_eq!(files(folder.path()), [0]);
        }
        let late = aside.note(&row("late")).unwrap();
        aside.close();
        assert_eq!(files(folder.path()).len(), 1, "something is in it");
        late.settled();
        aside.close();
        assert!(files(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn a_long_file_is_followed_by_another_and_goes_when_its_last_row_is_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let aside = Aside::new(Some(folder.path().join("gavel.db-told-")));
        let mut long = row("long");
        long.content.message = "x".repeat(usize::try_from(LONG).unwrap());
        let (first, second) = (aside.note(&long).unwrap(), aside.note(&row("second")).unwrap());
        let third = aside.note(&row("third")).unwrap();
        assert_eq!(files(folder.path()).len(), 2);
        assert_eq!(aside.held.load(Ordering::Relaxed), files(folder.path()).iter().sum::<u64>());
        first.settled();
        assert_eq!(files(folder.path()).len(), 1);
        second.settled();
        third.settled();
        assert_eq!((files(folder.path()), aside.held.load(Ordering::Relaxed)), (vec![0], 0));
        aside.held.store(MOST, Ordering::Relaxed);
        assert!(aside.put(&row("too much")).await.is_err());
    }

    #[test]
    fn what_the_disk_lost_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gavel.db-told-1");
        let line = serde_json::to_string(&row("whole")).unwrap();
        std::fs::write(&path, format!("{line}\n\0\0\0\n{}", &line[..40])).unwrap();
        assert_eq!(read(&path).len(), 1);
    }
}
