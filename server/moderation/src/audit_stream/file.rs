//! A file of entries, one JSON object a line, oldest first.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use domain::AuditEvent;

use super::mark::Position;

/// How a line of ours begins.
const BEGINNING: &[u8] = b"{\"id\":";

/// Longest line that is looked for at the end of a file, in bytes: details are short.
const LONGEST: u64 = 1024 * 1024;

/// How many entries are in the file when it could not be written to its end, and why not.
type CutOff = (usize, io::Error);

/// Puts entries behind those that are there, and waits until they are on the disk. The file is opened each time, so whoever moves it away
/// gets a new one. A line that a crash or a full disk cut off is written anew.
pub(super) fn append(path: &Path, events: &[AuditEvent]) -> Result<(), CutOff> {
    let all = || -> io::Result<()> {
        let mut file = open(path)?;
        // The file may be ahead of the mark by what was written just before a crash.
        let last = repaired(&mut file)?;
        let there = events.iter().position(|event| last.as_ref() == Some(&Position::of(event)));
        let mut lines = Vec::new();
        for event in &events[there.map_or(0, |there| there + 1)..] {
            serde_json::to_writer(&mut lines, event)?;
            lines.push(b'\n');
        }
        file.write_all(&lines)?;
        file.sync_data()
    };
    // What of it is in the file is seen there the next time.
    all().map_err(|error| (0, error))
}

/// The newest entry that the file has; none where there is no such file.
pub(super) fn last(path: &Path) -> io::Result<Option<Position>> {
    match File::open(path) {
        Ok(mut file) => Ok(tail(&mut file)?.1),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

/// Takes a line of ours off that has no end, and tells the last that has one.
fn repaired(file: &mut File) -> io::Result<Option<Position>> {
    let (rest, last) = tail(file)?;
    if rest.starts_with(BEGINNING) || (!rest.is_empty() && BEGINNING.starts_with(&rest)) {
        let length = file.metadata()?.len();
        file.set_len(length - rest.len() as u64)?;
    } else if !rest.is_empty() {
        // Not ours to take away.
        file.write_all(b"\n")?;
    }
    Ok(last)
}

/// What stands behind the last end of a line, and the entry in the line before that.
fn tail(file: &mut File) -> io::Result<(Vec<u8>, Option<Position>)> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let rest = bytes.split_off(end.map_or(0, |end| end + 1));
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes).rsplit(|byte| *byte == b'\n').next();
    let event: Option<AuditEvent> = line.and_then(|line| serde_json::from_slice(line).ok());
    Ok((rest, event.as_ref().map(Position::of)))
}
