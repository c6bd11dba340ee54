//! What backups are called: by the second at which they began, so that the names sort by age.

use std::{
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDateTime, Utc};

/// `gavel-20251130T091630Z.db`; also what such a name is read by.
const PATTERN: &str = "gavel-%Y%m%dT%H%M%SZ.db";

/// How the names begin of files that are not whole yet; the rest is the name that they will have, and [`PART`].
const UNFINISHED: &str = ".gavel-";

/// What stands in such a name behind the name to be; what SQLite keeps beside the file comes behind that.
const PART: &str = ".db.part";

/// The name of a backup that began at a time.
pub(super) fn name(at: DateTime<Utc>) -> String {
    at.format(PATTERN).to_string()
}

/// The name of its file while it is written.
pub(super) fn unfinished(at: DateTime<Utc>) -> String {
    format!(".{}.part", name(at))
}

/// When a backup of this name began; `None` for a name that is none.
pub(super) fn began(file_name: &str) -> Option<DateTime<Utc>> {
    let at = NaiveDateTime::parse_from_str(file_name, PATTERN).ok()?.and_utc();
    // Also years of other lengths would be read.
    (name(at) == file_name).then_some(at)
}

fn is_unfinished(file_name: &str) -> bool {
    file_name.starts_with(UNFINISHED) && file_name.contains(PART)
}

/// The backups in a folder that began until a time, newest first; none where there is no such folder. What is dated later has its
/// name of a clock that was wrong, and what is empty was never one: neither counts, nor is it removed.
pub(crate) fn backups(folder: &Path, until: DateTime<Utc>) -> io::Result<Vec<(DateTime<Utc>, PathBuf)>> {
    let mut found = files(folder, |name| began(name).is_some())?;
    found.sort_by(|a, b| b.cmp(a));
    let dated = |path: PathBuf| {
        let at = path.file_name().and_then(|name| name.to_str()).and_then(began)?;
        let is_empty = path.metadata().is_ok_and(|file| file.len() == 0);
        (at <= until && !is_empty).then_some((at, path))
    };
    Ok(found.into_iter().filter_map(dated).collect())
}

/// What killed runs left in a folder.
pub(super) fn leftovers(folder: &Path) -> io::Result<Vec<PathBuf>> {
    files(folder, is_unfinished)
}

fn files(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(&is_wanted) && entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_when_it_began_and_other_names_are_left_alone() {
        let at = DateTime::from_timestamp(1_794_916_801, 0).unwrap();
        assert_eq!(name(at), "gavel-20261117T120001Z.db");
        assert_eq!(began(&name(at)), Some(at));
        assert!(is_unfinished(&unfinished(at)) && is_unfinished(&format!("{}-journal", unfinished(at))));
        for other in [
            "gavel.db",
            "gavel-20261117T120001Z.db.gz",
            "gavel-20261117T120001.db",
            "gavel-2026111T120001Z.db",
            "gavel-+20261117T120001Z.db",
            ".gavel-20261117T120001Z.db.part",
            "gavel-20261317T120001Z.db",
        ] {
            assert_eq!(began(other), None, "{other}");
            assert_eq!(is_unfinished(other), other.starts_with('.'), "{other}");
        }
    }
}
