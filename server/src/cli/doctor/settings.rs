//! What the settings say by themselves, of backups, and of where the audit record is sent.

use std::{os::unix::net::UnixDatagram, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use domain::time::minute;
use moderation::{audit_stream::AuditTarget, backup::newest_backup};
use rustix::fs::{Access, access};

use super::Finding;
use crate::{config::Settings, upstream};

/// Whether settings go together. That each of them means something was seen when they were read.
pub(super) fn look(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("settings", "can be read; `gavel config` prints them")];
    if let Err(error) = upstream::refuse_itself(settings, settings.listen) {
        findings.push(Finding::problem("upstream", error.to_string(), "Unset activelayer_base_url"));
    }
    findings.push(address(settings));
    findings
}

fn address(settings: &Settings) -> Finding {
    let about = "address";
    match &settings.public_url {
        None if settings.listen.ip().is_loopback() => {
            Finding::ok(about, format!("http://{}, for this machine", settings.listen))
        }
        None => Finding::warning(
            about,
            format!("{} can be reached from elsewhere, by IP address and without TLS", settings.listen),
            "Put a proxy in front of Gavel and set public_url and trusted_proxies",
        ),
        Some(url) if url.scheme() == "https" && settings.trusted_proxies.is_empty() => Finding::warning(
            about,
            format!(
                "{url} is https, so there is a proxy, and trusted_proxies names none: all its clients count as one"
            ),
            "Set trusted_proxies to the proxy's address",
        ),
        Some(url) if url.scheme() != "https" && !settings.listen.ip().is_loopback() => Finding::warning(
            about,
            format!("{url} is without TLS"),
            "Give it a proxy with TLS, and set public_url",
        ),
        Some(url) => Finding::ok(about, url.to_string()),
    }
}

/// Whether the audit record can be sent to where it is to go. It only looks.
pub(super) fn audit(settings: &Settings) -> Option<Finding> {
    let (about, to) = ("audit", settings.audit_to.as_ref()?);
    let (outcome, advice) = match to {
        AuditTarget::File(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let place = if path.exists() { path } else { folder.unwrap_or(Path::new(".")) };
            let wanted = access(place, Access::WRITE_OK).map_err(std::io::Error::from);
            (wanted, "Make its folder, and see that this user may write it")
        }
        AuditTarget::Syslog(socket) => {
            let wanted = UnixDatagram::unbound().and_then(|out| out.connect(socket));
            (wanted, "See that the system's log runs, or set audit_to to a file")
        }
    };
    Some(match outcome {
        Ok(()) => Finding::ok(about, format!("the audit record can be sent to {to}")),
        Err(error) => {
            let what = format!("the audit record cannot be sent to {to}: {error}; it waits in the database");
            Finding::problem(about, what, advice)
        }
    })
}

/// How old the newest backup is.
pub(super) fn backups(settings: &Settings, now: DateTime<Utc>) -> Finding {
    let about = "backups";
    let Some(folder) = &settings.backup_to else {
        let advice = "Set backup_to to a folder on another disk, or run `gavel backup` by a timer";
        return Finding::warning(about, "`gavel serve` makes none", advice);
    };
    let place = folder.display();
    let advice =
        "See that Gavel runs with backup_to and that the folder can be written; Health says what went wrong";
    match newest_backup(folder, now) {
        Err(error) => {
            Finding::problem(about, format!("{place} cannot be read: {error}"), "Correct backup_to")
        }
        Ok(None) => Finding::problem(about, format!("there is none in {place}"), advice),
        Ok(Some(at)) => {
            let most = TimeDelta::from_std(settings.backup_every * 2).unwrap_or(TimeDelta::MAX);
            let what = format!("the newest in {place} is of {}", minute(at));
            if now - at > most { Finding::problem(about, what, advice) } else { Finding::ok(about, what) }
        }
    }
}
