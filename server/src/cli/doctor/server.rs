//! A database of a server: whether it answers, what it is, and whether it keeps what it was told.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{paging::grouped, time::minute};
use store::server::{self, ServerReport};

use super::{Finding, database::clock};

/// By how much the server's clock and this machine's may differ.
const APART: TimeDelta = TimeDelta::seconds(30);

pub(super) async fn look(url: &str, now: DateTime<Utc>) -> Vec<Finding> {
    let newest = match store::schema(url).await {
        Ok((_, newest)) => newest,
        Err(error) => return vec![refused(&error)],
    };
    match server::look(url).await {
        Ok(found) => {
            let mut findings = vec![whole(&found, newest), clock(found.newest, now)];
            findings.extend(apart(&found, now));
            findings.push(durable(&found));
            findings
        }
        Err(error) => vec![refused(&error)],
    }
}

/// What to do stands in the error.
fn refused(error: &store::StoreError) -> Finding {
    Finding::problem("database", error.to_string(), "Until then Gavel cannot start")
}

fn whole(found: &ServerReport, newest: i64) -> Finding {
    let (about, version) = ("database", &found.version);
    match found.schema {
        None => Finding::warning(
            about,
            format!("PostgreSQL {version} answers, and the database has no tables yet"),
            "`gavel serve` or `gavel migrate` makes them; see that --database is right",
        ),
        Some(schema) if schema > newest => {
            let what = format!("it was made by a newer Gavel (migration {schema}, this one knows {newest})");
            Finding::problem(about, what, "Update Gavel")
        }
        Some(schema) if schema < newest => {
            let what = format!("it is of an older Gavel (migration {schema} of {newest})");
            Finding::warning(
                about,
                what,
                "Make a backup; `gavel migrate` or the next start brings it up to date",
            )
        }
        Some(schema) => Finding::ok(
            about,
            format!(
                "PostgreSQL {version} answers: {} detections, {} accounts, {} MiB, migration {schema}",
                grouped(found.tally.detections),
                found.tally.users,
                found.bytes >> 20
            ),
        ),
    }
}

fn apart(found: &ServerReport, now: DateTime<Utc>) -> Option<Finding> {
    let apart = found.now - now;
    (apart.abs() > APART).then(|| {
        let what =
            format!("this machine's and the database server's differ by {} s", apart.num_seconds().abs());
        Finding::warning("clock", what, format!("Set both (NTP); it is {} there", minute(found.now)))
    })
}

/// Whether what was answered outlives the server, and its disk.
fn durable(found: &ServerReport) -> Finding {
    let about = "durability";
    if !found.fsync {
        return Finding::problem(about, "fsync is off: a power cut destroys the database", "Set fsync = on");
    }
    if found.synchronous_commit == "off" {
        let what = "synchronous_commit is off: a crash of the server loses what was answered just before";
        return Finding::warning(about, what, "Set synchronous_commit = on");
    }
    let commit = format!("synchronous_commit is {}", found.synchronous_commit);
    match (found.synchronous_standbys, found.standbys) {
        (0, 0) => Finding::ok(
            about,
            format!("{commit}; no standby server is seen, so what the server's disk loses is lost"),
        ),
        (0, standbys) => Finding::ok(
            about,
            format!(
                "{commit}; {standbys} standby servers follow, and no commit waits for them (synchronous_standby_names)"
            ),
        ),
        (waited, standbys) => Finding::ok(
            about,
            format!("{commit}; a commit is on {waited} of {standbys} standby servers before it counts"),
        ),
    }
}
