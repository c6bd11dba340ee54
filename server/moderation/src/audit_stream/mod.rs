//! Each entry of the audit record is also sent elsewhere, to a file or to syslog, so that a copy is out of reach of whoever can write the
//! database.
//!
//! A worker of its own reads on behind the record: whoever is put on record never waits for it, and what cannot be sent waits in the
//! database. How far it came stands in a file beside that ([`mark`]), written after the entries were handed over, so that none is left out
//! over a crash; a file gets none twice either, since its own last line is looked at. Syslog may get some twice: they have the same id.

mod file;
mod mark;
mod syslog;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::AuditEvent;
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use self::mark::{Mark, Position};
use crate::Moderation;

/// How often it is looked for new entries: one look-up by the highest id.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long after a failure it is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Ids that are read, and entries that are written at once.
const AT_ONCE: i64 = 500;

/// Where entries are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditTarget {
    /// A file, one JSON object a line; it may be moved away at any time, and is made anew.
    File(PathBuf),
    /// The socket of the system's log: datagrams by RFC 5424.
    Syslog(PathBuf),
}

impl AuditTarget {
    /// Where the system's log listens.
    pub const SYSLOG: &'static str = "/dev/log";
}

impl std::fmt::Display for AuditTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Syslog(path) => write!(f, "syslog:{}", path.display()),
        }
    }
}

/// What is to be sent where.
#[derive(Clone, Debug)]
pub struct AuditStream {
    /// Where entries are sent.
    pub to: AuditTarget,
    /// The file that says how far it came.
    pub mark: PathBuf,
}

/// Why entries were not sent.
#[derive(Debug, thiserror::Error)]
pub enum AuditStreamError {
    /// The record could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target, or the mark, could not be read or written.
    #[error("{0}: {1}")]
    Io(String, #[source] std::io::Error),
    /// Somebody else's work ended with a panic.
    #[error("it was cut off")]
    CutOff,
}

/// How the stream is going.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditStreamReport {
    /// Where entries are sent, as the setting names it.
    pub to: String,
    /// The newest entry that was sent; 0 for none.
    pub sent: i64,
    /// The newest entry on record when it was last looked.
    pub newest: i64,
    /// What keeps entries from being sent.
    pub error: Option<String>,
}

/// How it went since the program started.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<AuditStreamReport>);

/// Sends the entries of one record to one target. While it lives, no other program does so from the same mark.
#[derive(Debug)]
pub struct AuditSender {
    to: AuditTarget,
    mark: Mark,
    sent: Position,
}

impl AuditSender {
    /// Looks how far the record was sent; `None` while another program sends it.
    ///
    /// # Errors
    /// When mark, target or record cannot be read.
    pub async fn open(store: &dyn Store, stream: &AuditStream) -> Result<Option<Self>, AuditStreamError> {
        let Some(mark) = Mark::open(&stream.mark, &stream.to.to_string())? else { return Ok(None) };
        let mut known = Vec::from_iter(mark.read()?);
        if let AuditTarget::File(path) = &stream.to {
            known.extend(
                file::last(path).map_err(|error| AuditStreamError::Io(stream.to.to_string(), error))?,
            );
        }
        let (mut sent, was_known) = (Position::default(), !known.is_empty());
        for position in known {
            // What was sent counts where the record still has it: after a restore it may be another.
            if position.id > sent.id && position.is_in(store).await? {
                sent = position;
            }
        }
        if was_known && sent.id == 0 {
            tracing::warn!(to = %stream.to, "the audit record is not the one that was sent before; it is sent from its beginning");
        }
        Ok(Some(Self { to: stream.to.clone(), mark, sent }))
    }

    /// Sends some of the entries that were not sent yet, oldest first; `None` when there were none.
    ///
    /// # Errors
    /// What keeps them from being sent; those that were sent until then are not sent again.
    pub async fn send(mut self, store: &dyn Store) -> (Self, Result<Option<usize>, AuditStreamError>) {
        let events = match self.next(store).await {
            Ok(events) => events,
            Err(error) => return (self, Err(error)),
        };
        if events.is_empty() {
            return (self, Ok(None));
        }
        let kept = (self.to.clone(), self.mark.again(), self.sent.clone());
        // Files and sockets may keep one waiting: not on a thread that others need.
        let work = tokio::task::spawn_blocking(move || {
            let outcome = self.hand_over(&events);
            (self, outcome)
        });
        match work.await {
            Ok((this, outcome)) => (this, outcome.map(Some)),
            Err(_) => (Self { to: kept.0, mark: kept.1, sent: kept.2 }, Err(AuditStreamError::CutOff)),
        }
    }

    /// The next entries, oldest first.
    async fn next(&self, store: &dyn Store) -> Result<Vec<AuditEvent>, AuditStreamError> {
        let newest = store.audit_events(None, 1).await?.first().map_or(0, |event| event.id);
        let mut from = self.sent.id;
        while from < newest {
            // Newest first, so it is asked for those before an id; where ids are missing, the next ones.
            let mut events = store.audit_events(Some(from + AT_ONCE + 1), AT_ONCE as u32).await?;
            events.retain(|event| event.id > self.sent.id);
            if !events.is_empty() {
                events.reverse();
                return Ok(events);
            }
            from += AT_ONCE;
        }
        Ok(Vec::new())
    }

    fn hand_over(&mut self, events: &[AuditEvent]) -> Result<usize, AuditStreamError> {
        let handed = match &self.to {
            AuditTarget::File(path) => file::append(path, events),
            AuditTarget::Syslog(socket) => syslog::send(socket, events),
        };
        // Also those before a failure.
        let (count, error) = match handed {
            Ok(()) => (events.len(), None),
            Err((count, error)) => (count, Some(AuditStreamError::Io(self.to.to_string(), error))),
        };
        if let Some(last) = count.checked_sub(1).and_then(|last| events.get(last)) {
            self.sent = Position::of(last);
            self.mark.write(&self.sent)?;
        }
        error.map_or(Ok(count), Err)
    }
}

impl Moderation {
    /// How the stream of the audit record is going; `None` when the settings ask for none.
    pub fn audit_stream(&self) -> Option<AuditStreamReport> {
        self.options.audit_stream.as_ref()?;
        Some(self.audit_board.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn note_audit_stream(&self, note: impl FnOnce(&mut AuditStreamReport)) {
        note(&mut self.audit_board.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) async fn run_audit_stream(self: Arc<Self>, stop: CancellationToken) {
        let Some(stream) = self.options.audit_stream.clone() else { return };
        self.note_audit_stream(|report| report.to = stream.to.to_string());
        let mut sender = None;
        let mut is_failing = false;
        loop {
            // One more look after the stop is told: what was done by then is on record.
            let is_last = stop.is_cancelled();
            let outcome = self.send_some(&stream, &mut sender).await;
            let rest = match &outcome {
                Ok(Some(_)) => Duration::ZERO,
                Ok(None) => LOOK_EVERY,
                Err(_) => AGAIN_AFTER,
            };
            match &outcome {
                Err(error) if !is_failing => {
                    tracing::error!(%error, to = %stream.to, "the audit record cannot be sent; it is kept, and sent later");
                }
                Ok(_) if is_failing => tracing::info!(to = %stream.to, "the audit record is sent again"),
                _ => {}
            }
            is_failing = outcome.is_err();
            self.note_audit_stream(|report| report.error = outcome.err().map(|error| error.to_string()));
            if is_last {
                return;
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(rest)).await;
        }
    }

    async fn send_some(
        &self,
        stream: &AuditStream,
        sender: &mut Option<AuditSender>,
    ) -> Result<Option<usize>, AuditStreamError> {
        let newest = self.store.audit_events(None, 1).await?.first().map_or(0, |event| event.id);
        self.note_audit_stream(|report| report.newest = newest);
        let open = match sender.take() {
            Some(open) => open,
            None => match AuditSender::open(&*self.store, stream).await? {
                Some(open) => open,
                None => {
                    // It is another program's to send, which may end: nothing waits for this one.
                    self.note_audit_stream(|report| report.sent = newest);
                    return Ok(None);
                }
            },
        };
        if open.sent.id >= newest {
            self.note_audit_stream(|report| report.sent = open.sent.id);
            *sender = Some(open);
            return Ok(None);
        }
        let (open, outcome) = open.send(&*self.store).await;
        self.note_audit_stream(|report| report.sent = open.sent.id);
        *sender = Some(open);
        outcome
    }
}
