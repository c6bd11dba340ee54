//! The system's log: a datagram an entry, by RFC 5424, with the entry as JSON for its message.

use std::{io, os::unix::net::UnixDatagram, path::Path, time::Duration};

use chrono::SecondsFormat;
use domain::AuditEvent;
use serde_json::json;

/// Facility 10 (security and authorisation), severity 5 (normal but significant).
const PRIORITY: u8 = 10 * 8 + 5;

/// How long the receiver may take until it counts as away.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many entries were handed over before it failed, and why it did.
type CutOff = (usize, io::Error);

/// Hands entries over, one after the other.
pub(super) fn send(socket: &Path, events: &[AuditEvent]) -> Result<(), CutOff> {
    let open = || {
        let out = UnixDatagram::unbound()?;
        out.connect(socket)?;
        out.set_write_timeout(Some(PATIENCE))?;
        io::Result::Ok(out)
    };
    let out = open().map_err(|error| (0, error))?;
    for (number, event) in events.iter().enumerate() {
        one(&out, event).map_err(|error| (number, error))?;
    }
    Ok(())
}

fn one(out: &UnixDatagram, event: &AuditEvent) -> io::Result<()> {
    match out.send(&datagram(event)?) {
        // Longer than a datagram may be: its id and hash lead to the whole.
        Err(error) if error.raw_os_error() == Some(EMSGSIZE) => {
            let short = AuditEvent { details: json!({ "left_out": "too long for syslog" }), ..event.clone() };
            out.send(&datagram(&short)?)?;
        }
        sent => {
            sent?;
        }
    }
    Ok(())
}

/// Linux's number for a message that is too long.
const EMSGSIZE: i32 = 90;

fn datagram(event: &AuditEvent) -> io::Result<Vec<u8>> {
    let at = event.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    // No host: the receiver is on this one. The message is UTF-8, which a byte order mark says (RFC 5424, 6.4).
    let header = format!("<{PRIORITY}>1 {at} - gavel {} audit - \u{feff}", std::process::id());
    let mut bytes = header.into_bytes();
    serde_json::to_writer(&mut bytes, event)?;
    Ok(bytes)
}
