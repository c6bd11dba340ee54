//! Skips a step whose inputs have not changed since it last succeeded.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The SHA-256 of a list of parts, in hexadecimal. Each part's length is hashed too, so that
/// `["ab", "c"]` and `["a", "bc"]` differ.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs `work` unless `output` stands and was made from the same `key`; says whether it ran.
///
/// The key is written after the work succeeded: a step that is interrupted runs again.
pub(crate) fn unless_made_from(key: &str, output: &Path, work: impl FnOnce() -> Result<()>) -> Result<bool> {
    if is_made_from(key, output) {
        return Ok(false);
    }
    begin(output)?;
    work()?;
    finish(key, output)?;
    Ok(true)
}

/// Whether an output stands and was made from this key.
pub(crate) fn is_made_from(key: &str, output: &Path) -> bool {
    output.exists() && fs::read_to_string(stamp_of(output)).is_ok_and(|made_from| made_from == key)
}

/// Before an output is made: its folder is there, and what it was made from is forgotten.
pub(crate) fn begin(output: &Path) -> Result<()> {
    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder)?;
    }
    let _ = fs::remove_file(stamp_of(output));
    Ok(())
}

/// After an output was made.
pub(crate) fn finish(key: &str, output: &Path) -> Result<()> {
    let stamp = stamp_of(output);
    fs::write(&stamp, key).with_context(|| format!("cannot write {}", stamp.display()))
}

/// The ending of the files that remember what a step's output was made from.
const ENDING: &str = "made-from";

/// Whether a file is such a note, and no output.
pub(crate) fn is_stamp(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == ENDING)
}

fn stamp_of(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".");
    name.push(ENDING);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_not_confused() {
        assert_ne!(hash([b"ab".as_slice(), b"c"]), hash([b"a".as_slice(), b"bc"]));
        assert_eq!(hash([b"ab".as_slice()]), hash([b"ab".as_slice()]));
    }

    #[test]
    fn work_runs_again_only_for_another_key_or_a_missing_output() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("deep/out");
        let make = || Ok(fs::write(&output, "x")?);
        assert!(unless_made_from("1", &output, make).unwrap());
        assert!(!unless_made_from("1", &output, make).unwrap());
        assert!(unless_made_from("2", &output, make).unwrap());
        fs::remove_file(&output).unwrap();
        assert!(unless_made_from("2", &output, make).unwrap());
    }

    #[test]
    fn a_failed_step_runs_again() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        fs::write(&output, "old").unwrap();
        assert!(unless_made_from("1", &output, || anyhow::bail!("no")).is_err());
        assert!(unless_made_from("1", &output, || Ok(())).unwrap());
    }
}
