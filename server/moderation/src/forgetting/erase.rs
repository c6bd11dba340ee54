//! Everything that somebody wrote is forgotten, because they ask for it.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use domain::{
    DataSubject, ImportId, ImportState, UserId,
    forgetting::{Erased, PersonCount},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{NewAuditEvent, PersonFound, Store};

use tokio_util::sync::CancellationToken;

use super::{AT_ONCE, overwrite};
use crate::{ModerationError, aside};

/// Bytes of a file that are looked through at once.
const PIECE: usize = 1024 * 1024;

/// Most imports that are looked at; nobody has so many.
const IMPORTS: u32 = 100_000;

/// What is kept beside the database.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The folder of imports' files.
    pub imports: PathBuf,
    /// How the names of files begin with what apps were told; see [`crate::Options::aside`].
    pub aside: Option<PathBuf>,
}

/// Looks what there is of somebody.
///
/// # Errors
/// When the store fails.
pub async fn preview(store: &dyn Store, person: &DataSubject) -> Result<PersonFound, ModerationError> {
    Ok(store.find_person(person).await?)
}

/// Somebody's traces, in numbers.
pub fn counted(found: &PersonFound) -> PersonCount {
    PersonCount {
        detections: found.detections.len() as u64,
        submissions: found.submissions.len() as u64,
        failed_rows: found.failed_rows.len() as u64,
        at_work: found.imports_at_work.len() as u64,
        named_in: found.named_in,
    }
}

/// Forgets content and personal data of all that somebody wrote: in the log, in its index, in submissions that were left and in imports.
/// The audit event has a hash of what they are known by, so that it can be told later that they were erased, not who they are; `by` is none
/// for the command line.
///
/// # Errors
/// When the store fails; what was erased by then is, and the same again erases the rest.
pub async fn erase(
    store: &dyn Store,
    beside: &Beside,
    person: &DataSubject,
    reason: &str,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Erased, ModerationError> {
    let found = store.find_person(person).await?;
    for ids in found.detections.chunks(AT_ONCE as usize) {
        store.erase_detections(ids, now).await?;
    }
    store.erase_beside(&found).await?;
    let (files, at_work) = erase_files(store, beside, person, &found).await?;
    let erased = Erased {
        detections: found.detections.len(),
        beside: found.submissions.len() + found.failed_rows.len(),
        files,
        at_work,
        told: told(beside, person),
        named_in: found.named_in,
        is_overwritten: overwrite(store, &CancellationToken::new()).await?,
        left: store.find_person(person).await?.count(),
    };
    let hash: String = Sha256::digest(person.value()).iter().map(|byte| format!("{byte:02x}")).collect();
    let event = NewAuditEvent {
        at: now,
        user_id: by,
        action: "person.erased",
        subject: format!("{}:sha256:{hash}", person.known_by()),
        details: json!({ "detections": erased.detections, "beside": erased.beside, "files": files, "reason": reason }),
    };
    store.record(&event).await?;
    Ok(erased)
}

/// Removes the files of imports that are over and have something of somebody: they are kept only so that failed rows can be mended. Those
/// of imports that are not over are named. Also a file in which nothing was found is removed when rows of it were, since it may be packed.
async fn erase_files(
    store: &dyn Store,
    beside: &Beside,
    person: &DataSubject,
    found: &PersonFound,
) -> Result<(usize, Vec<ImportId>), ModerationError> {
    let mut removed = 0;
    let mut at_work: BTreeSet<ImportId> = found.imports_at_work.iter().copied().collect();
    for import in store.imports(None, IMPORTS).await? {
        let Some(file) = &import.file else { continue };
        let path = beside.imports.join(file);
        let is_theirs = match holds(&path, &person.value()) {
            Ok(holds) => holds || found.imports.contains(&import.id),
            Err(error) => {
                // What cannot be looked through may have something of theirs: that is left to do.
                tracing::error!(file = %path.display(), %error, "a file of an import could not be looked through");
                at_work.insert(import.id);
                continue;
            }
        };
        if !is_theirs {
            continue;
        }
        if matches!(import.state, ImportState::Done | ImportState::Cancelled) {
            store.forget_import_file(import.id).await?;
            store.forget_import(import.id).await?;
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::error!(file = %path.display(), %error, "a file of an import could not be removed");
                }
                _ => removed += 1,
            }
        } else {
            at_work.insert(import.id);
        }
    }
    Ok((removed, at_work.into_iter().collect()))
}

/// Whether a text stands in a file, ASCII letters in either case; in one that is gone, nothing does.
fn holds(path: &Path, text: &str) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    let (wanted, mut piece, mut kept) = (text.as_bytes(), vec![0; PIECE], 0);
    loop {
        let read = file.read(&mut piece[kept..])?;
        if read == 0 {
            return Ok(false);
        }
        let end = kept + read;
        piece[kept..end].make_ascii_lowercase();
        if piece[..end].windows(wanted.len().max(1)).any(|window| window == wanted) {
            return Ok(true);
        }
        // It may stand across two pieces.
        kept = end.min(wanted.len().saturating_sub(1));
        piece.copy_within(end - kept..end, 0);
    }
}

fn told(beside: &Beside, person: &DataSubject) -> usize {
    let told = beside.aside.as_deref().map(aside::told).unwrap_or_default();
    told.iter().filter(|row| person.wrote(&row.content)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_a_file_also_across_two_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for before in [0, 7, PIECE - 5, PIECE, 2 * PIECE - 12] {
            std::fs::write(&path, format!("{}Ana@Example.com,", "x".repeat(before))).unwrap();
            assert!(holds(&path, "ana@example.com").unwrap(), "{before}");
            assert!(!holds(&path, "ben@example.com").unwrap());
        }
        assert!(!holds(&folder.path().join("none"), "ana@example.com").unwrap());
    }
}
