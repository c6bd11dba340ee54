//! The database: whether it opens and is whole, who can read it, and how much room it has.

use std::{os::unix::fs::PermissionsExt, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{paging::grouped, time::minute};
use store::backup::{Inspection, inspect_live, newest_schema};

use super::{Finding, server};
use crate::{config::Settings, imports::database_file};

/// With less than this left, in bytes, a disk counts as full: a commit of many messages needs about as much.
const LEAST_ROOM: u64 = 1024 * 1024;

/// With less than this left, in bytes, it will be full before long; or with less than the database has, as a copy needs.
const LITTLE_ROOM: u64 = 512 * 1024 * 1024;

/// By how much the newest row may be ahead of the clock.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

pub(super) async fn look(settings: &Settings, now: DateTime<Utc>) -> Vec<Finding> {
    let url = &settings.place.database;
    if store::is_server(url) {
        return server::look(url, now).await;
    }
    let Some(file) = database_file(url) else {
        return vec![Finding::problem(
            "database",
            "the setting names no file",
            "Write it like sqlite://data/gavel.db or postgres://user:password@host/name",
        )];
    };
    if !file.exists() {
        let what = format!("there is none at {} yet", file.display());
        return vec![Finding::warning(
            "database",
            what,
            "`gavel serve` makes it; see that --database is right",
        )];
    }
    let mut findings = Vec::new();
    match inspect_live(url).await {
        Ok(found) => {
            findings.push(whole(file, &found));
            findings.push(clock(found.newest, now));
        }
        Err(error) => {
            let advice = "See that this user may read and write it, or restore a backup";
            findings.push(Finding::problem("database", error.to_string(), advice));
        }
    }
    findings.push(rights(file));
    findings.extend(room(file));
    findings
}

fn whole(file: &Path, found: &Inspection) -> Finding {
    let (about, place) = ("database", file.display());
    if let Some(problem) = found.problems.first() {
        return Finding::problem(about, format!("{place} is damaged: {problem}"), "Restore a backup");
    }
    let (schema, newest) = (found.schema.unwrap_or_default(), newest_schema());
    if schema > newest {
        let what = format!("{place} was made by a newer Gavel (migration {schema}, this one knows {newest})");
        return Finding::problem(about, what, "Update Gavel");
    }
    if schema < newest {
        let what = format!("{place} is of an older Gavel (migration {schema} of {newest})");
        return Finding::warning(about, what, "Make a backup; the next start brings it up to date");
    }
    let tally = found.tally;
    Finding::ok(
        about,
        format!(
            "{place} is whole: {} detections, {} accounts, migration {schema}",
            grouped(tally.detections),
            tally.users
        ),
    )
}

/// A clock that is behind what was logged before is wrong, or was.
pub(super) fn clock(newest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Finding {
    match newest {
        Some(newest) if newest > now + AHEAD => Finding::problem(
            "clock",
            format!("it is {}, and the newest detection is of {}", minute(now), minute(newest)),
            "Set the clock (NTP); Gavel corrects what waits for a time that is too late",
        ),
        _ => Finding::ok("clock", minute(now)),
    }
}

fn rights(file: &Path) -> Finding {
    let about = "rights";
    let open = |path: &Path| {
        let mode = path.metadata().ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then(|| format!("{} is {mode:04o}", path.display()))
    };
    let beside = ["", "-wal", "-shm"].map(|suffix| {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        path
    });
    let files: Vec<_> = beside.iter().filter_map(|path| open(Path::new(path))).collect();
    if !files.is_empty() {
        return Finding::problem(
            about,
            format!("others can read the log: {}", files.join(", ")),
            "Make it 0600 (chmod)",
        );
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match open(folder) {
        Some(what) => {
            Finding::warning(about, what, "Give the database a folder of its own, and make that 0700")
        }
        None => Finding::ok(about, "files are 0600 and their folder is 0700"),
    }
}

fn room(file: &Path) -> Option<Finding> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(folder).ok()?;
    let left = disk.f_bavail.saturating_mul(disk.f_frsize);
    let size = file.metadata().map(|file| file.len()).unwrap_or_default();
    let what = format!("{} MiB are left, the database has {} MiB", left >> 20, size >> 20);
    Some(if disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY) {
        Finding::problem("disk", "it can only be read", "Mount it for writing")
    } else if left < LEAST_ROOM {
        Finding::problem("disk", what, "Make room: nothing can be logged, and apps get 503")
    } else if left < LITTLE_ROOM.max(size) {
        Finding::warning("disk", what, "Make room before it is full")
    } else {
        Finding::ok("disk", what)
    })
}
