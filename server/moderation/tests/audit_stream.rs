//! Entries of the audit record arrive elsewhere, each of them and in order, whatever happens on the way.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::{fs::PermissionsExt, net::UnixDatagram},
    path::PathBuf,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use domain::AuditEvent;
use moderation::audit_stream::{AuditSender, AuditStream, AuditStreamError, AuditTarget};
use serde_json::json;
use store::{NewAuditEvent, Store};
use tempfile::TempDir;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_794_916_800, 0).unwrap()
}

/// A record, and a place that it is sent to.
struct House {
    folder: TempDir,
    store: Arc<dyn Store>,
    stream: AuditStream,
}

impl House {
    async fn new(to: impl FnOnce(PathBuf) -> AuditTarget) -> Self {
        let folder = TempDir::new().unwrap();
        let store = store_in(&folder, "gavel.db").await;
        let to = to(folder.path().join("target"));
        let mark = folder.path().join("gavel.db-audit-sent");
        Self { folder, store, stream: AuditStream { to, mark } }
    }

    async fn does(&self, subjects: std::ops::Range<usize>) {
        does(&*self.store, subjects).await;
    }

    /// What a program that starts now sends until there is nothing more, or it cannot.
    async fn sends(&self) -> Result<usize, AuditStreamError> {
        let mut sender = AuditSender::open(&*self.store, &self.stream).await?.unwrap();
        let mut sent = 0;
        loop {
            let (again, outcome) = sender.send(&*self.store).await;
            sender = again;
            match outcome? {
                Some(count) => sent += count,
                None => return Ok(sent),
            }
        }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("target")
    }

    /// The subjects that stand in the file, and whether each line is an entry as it is on record.
    async fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.target()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        let mut kept = self.store.audit_events(None, 10_000).await.unwrap();
        kept.reverse();
        let lines: Vec<AuditEvent> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &lines {
            assert!(kept.contains(line), "{line:?}");
        }
        lines.into_iter().map(|line| line.subject).collect()
    }
}

async fn store_in(folder: &TempDir, name: &str) -> Arc<dyn Store> {
    store::open(&format!("sqlite://{}", folder.path().join(name).display())).await.unwrap()
}

async fn does(store: &dyn Store, subjects: std::ops::Range<usize>) {
    for number in subjects {
        let event = NewAuditEvent {
            at: noon(),
            user_id: None,
            action: "user.disabled",
            subject: number.to_string(),
            details: json!({ "name": "Zoë \"Z\"\n" }),
        };
        store.record(&event).await.unwrap();
    }
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[tokio::test]
async fn a_file_gets_each_entry_once_over_restarts() {
    let house = House::new(AuditTarget::File).await;
    assert_eq!(house.sends().await.unwrap(), 0);
    house.does(0..3).await;
    assert_eq!(house.sends().await.unwrap(), 3);
    assert_eq!(house.sends().await.unwrap(), 0);
    // More than are sent at once.
    house.does(3..520).await;
    assert_eq!(house.sends().await.unwrap(), 517);
    assert_eq!(house.lines().await, numbers(0..520));
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&house.target()), mode(&house.stream.mark)), (0o600, 0o600));
}

#[tokio::test]
async fn a_crash_at_any_byte_loses_nothing_and_doubles_nothing() {
    let house = House::new(AuditTarget::File).await;
    house.does(0..2).await;
    house.sends().await.unwrap();
    let mark = std::fs::read(&house.stream.mark).unwrap();
    let before = std::fs::read(house.target()).unwrap().len();
    house.does(2..4).await;
    house.sends().await.unwrap();
    let whole = std::fs::read(house.target()).unwrap();
    // Every byte at both ends, some between.
    let is_tried = |cut: &usize| cut - before < 12 || whole.len() - cut < 12 || cut.is_multiple_of(9);
    for cut in (before..=whole.len()).filter(is_tried) {
        // The mark is written after the file, so a crash finds the older one.
        std::fs::write(&house.stream.mark, &mark).unwrap();
        std::fs::write(house.target(), &whole[..cut]).unwrap();
        house.sends().await.unwrap();
        assert_eq!(std::fs::read(house.target()).unwrap(), whole, "cut at {cut}");
    }
    std::fs::remove_file(&house.stream.mark).unwrap();
    house.sends().await.unwrap();
    assert_eq!(std::fs::read(house.target()).unwrap(), whole, "the file itself says how far it came");
}

#[tokio::test]
async fn a_file_that_was_moved_away_is_made_anew_and_goes_on() {
    let house = House::new(AuditTarget::File).await;
    house.does(0..2).await;
    house.sends().await.unwrap();
    std::fs::rename(house.target(), house.folder.path().join("target.1")).unwrap();
    house.does(2..5).await;
    house.sends().await.unwrap();
    assert_eq!(house.lines().await, numbers(2..5));
}

#[tokio::test]
async fn what_others_wrote_into_the_file_stays() {
    let house = House::new(AuditTarget::File).await;
    std::fs::write(house.target(), "not ours").unwrap();
    house.does(0..1).await;
    house.sends().await.unwrap();
    let mut file = OpenOptions::new().append(true).open(house.target()).unwrap();
    file.write_all(b"nor this").unwrap();
    house.does(1..2).await;
    house.sends().await.unwrap();
    let text = std::fs::read_to_string(house.target()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (4, "not ours", "nor this"), "{text}");
}

#[tokio::test]
async fn another_record_is_sent_from_its_beginning() {
    let mut house = House::new(AuditTarget::File).await;
    house.does(0..5).await;
    house.sends().await.unwrap();
    // A backup is restored; its record went another way since.
    house.store = store_in(&house.folder, "restored.db").await;
    does(&*house.store, 100..103).await;
    assert_eq!(house.sends().await.unwrap(), 3);
    does(&*house.store, 103..104).await;
    assert_eq!(house.sends().await.unwrap(), 1);
    // So is a target that is new.
    house.stream.to = AuditTarget::File(house.folder.path().join("elsewhere"));
    assert_eq!(house.sends().await.unwrap(), 4);
}

#[tokio::test]
async fn only_one_program_sends() {
    let house = House::new(AuditTarget::File).await;
    house.does(0..1).await;
    let first = AuditSender::open(&*house.store, &house.stream).await.unwrap();
    assert!(AuditSender::open(&*house.store, &house.stream).await.unwrap().is_none());
    drop(first);
    assert_eq!(house.sends().await.unwrap(), 1);
}

#[tokio::test]
async fn the_systems_log_gets_datagrams_by_its_rfc_also_after_it_was_away() {
    let house = House::new(AuditTarget::Syslog).await;
    // Nobody listens yet: what is done is done all the same, and on record.
    house.does(0..2).await;
    assert!(matches!(house.sends().await, Err(AuditStreamError::Io(..))));
    let log = UnixDatagram::bind(house.target()).unwrap();
    house.does(2..3).await;
    assert_eq!(house.sends().await.unwrap(), 3);
    let mut kept = house.store.audit_events(None, 10).await.unwrap();
    kept.reverse();
    for event in kept {
        let mut bytes = [0; 4096];
        let length = log.recv(&mut bytes).unwrap();
        let text = std::str::from_utf8(&bytes[..length]).unwrap();
        let header =
            format!("<85>1 2026-11-17T12:00:00.000Z - gavel {} audit - \u{feff}", std::process::id());
        let message = text.strip_prefix(&header).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(serde_json::from_str::<AuditEvent>(message).unwrap(), event);
        assert!(!message.contains('\n'));
    }
    log.set_nonblocking(true).unwrap();
    assert!(log.recv(&mut [0; 10]).is_err(), "nothing twice");
    drop(log);
    house.does(3..4).await;
    assert!(house.sends().await.is_err());
}

#[tokio::test]
async fn a_target_that_cannot_be_written_is_named() {
    let house = House::new(|target| AuditTarget::File(target.join("no-such-folder/audit"))).await;
    house.does(0..1).await;
    let error = house.sends().await.unwrap_err().to_string();
    assert!(error.contains("no-such-folder/audit"), "{error}");
}
