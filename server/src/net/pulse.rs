//! What a connection is doing, and since when: kept in atomics, since requests of one connection run on any thread.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// How long a client may take over a request's line and headers, from their first byte (or from the connection's
/// beginning) to their end.
pub(super) const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long a connection may stay open between two requests: as long as nginx keeps its own to a client.
pub(super) const IDLE_TIME: Duration = Duration::from_secs(75);

/// How long a client may neither send the next part of a body nor take the next part of an answer.
pub(super) const STALL_TIME: Duration = Duration::from_secs(60);

/// A moment in milliseconds since the server began, never 0; 0 stands for "not now".
type Stamp = AtomicU64;

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Pulse {
    epoch: Instant,
    under_way: AtomicUsize,
    /// When the last answer ended, or the connection began.
    free_since: Stamp,
    /// When the first byte of the next request came.
    header_since: Stamp,
    /// Since when the client owes the next part of a body.
    body_awaited_since: Stamp,
    /// Since when the client takes nothing of an answer.
    write_blocked_since: Stamp,
    /// Requests that were answered to their end.
    answered: AtomicU32,
    /// HTTP/2 sends frames of its own between requests, so a byte is no beginning of one.
    speaks_http2: AtomicBool,
}

impl Pulse {
    /// A connection that begins now; all of a server count from the same `epoch`.
    pub(super) fn new(epoch: Instant) -> Self {
        let pulse = Self {
            epoch,
            under_way: AtomicUsize::new(0),
            free_since: Stamp::new(0),
            header_since: Stamp::new(0),
            body_awaited_since: Stamp::new(0),
            write_blocked_since: Stamp::new(0),
            answered: AtomicU32::new(0),
            speaks_http2: AtomicBool::new(false),
        };
        pulse.free_since.store(pulse.now(), Relaxed);
        pulse
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Bytes came.
    pub(super) fn note_read(&self, bytes: &[u8]) {
        if self.under_way.load(Relaxed) > 0 || self.header_since.load(Relaxed) > 0 {
            return;
        }
        if self.worth() == 0 && bytes.starts_with(b"PRI ") {
            self.speaks_http2.store(true, Relaxed);
        }
        if !self.speaks_http2.load(Relaxed) {
            self.header_since.store(self.now(), Relaxed);
        }
    }

    /// Part of an answer was taken, or was not.
    pub(super) fn note_write(&self, is_blocked: bool) {
        self.mark(&self.write_blocked_since, is_blocked);
    }

    /// The next part of a body is there, or is not.
    pub(super) fn note_body(&self, is_awaited: bool) {
        self.mark(&self.body_awaited_since, is_awaited);
    }

    fn mark(&self, since: &Stamp, holds: bool) {
        let is_marked = since.load(Relaxed) > 0;
        if holds != is_marked {
            since.store(if holds { self.now() } else { 0 }, Relaxed);
        }
    }

    /// A request begins; it lasts until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Relaxed);
        self.header_since.store(0, Relaxed);
        UnderWay(Arc::clone(self))
    }

    /// How much use was made of the connection: 0 without an answer, and one more with each doubling of its answers. Strangers
    /// that only hold one stay at the bottom.
    pub(super) fn worth(&self) -> u32 {
        let answered = self.answered.load(Relaxed);
        u32::BITS - answered.leading_zeros()
    }

    /// Since when it is the client that keeps the connection waiting; `None` while the server works.
    pub(super) fn waits_for_client_since(&self) -> Option<u64> {
        if self.under_way.load(Relaxed) == 0 {
            return Some(self.free_since.load(Relaxed));
        }
        let stalled = [&self.body_awaited_since, &self.write_blocked_since];
        stalled.into_iter().map(|since| since.load(Relaxed)).find(|since| *since > 0)
    }

    /// Why the connection has lasted too long, if it has.
    pub(super) fn overdue(&self) -> Option<&'static str> {
        let now = self.now();
        let is_over = |since: &Stamp, limit: Duration| {
            let since = since.load(Relaxed);
            since > 0 && Duration::from_millis(now.saturating_sub(since)) >= limit
        };
        if self.under_way.load(Relaxed) > 0 {
            let stalled = [&self.body_awaited_since, &self.write_blocked_since];
            return stalled.into_iter().any(|since| is_over(since, STALL_TIME)).then_some("stalled");
        }
        let begins = self.worth() == 0 && is_over(&self.free_since, HEADER_TIME);
        if begins || is_over(&self.header_since, HEADER_TIME) {
            return Some("header");
        }
        is_over(&self.free_since, IDLE_TIME).then_some("idle")
    }
}

/// A request under way, from its head to the end of its answer.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Pulse>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let pulse = &self.0;
        // It would take years to come round.
        pulse.answered.fetch_add(1, Relaxed);
        pulse.body_awaited_since.store(0, Relaxed);
        pulse.free_since.store(pulse.now(), Relaxed);
        pulse.under_way.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection of a server that began so long ago.
    fn aged(age: Duration) -> Arc<Pulse> {
        let epoch = Instant::now().checked_sub(age).unwrap();
        let pulse = Pulse::new(epoch);
        pulse.free_since.store(1, Relaxed);
        Arc::new(pulse)
    }

    #[test]
    fn a_connection_that_never_asks_is_given_up_sooner_than_one_that_did() {
        assert_eq!(aged(Duration::from_secs(9)).overdue(), None);
        let silent = aged(Duration::from_secs(11));
        assert_eq!(silent.overdue(), Some("header"));
        silent.answered.store(1, Relaxed);
        assert_eq!(silent.overdue(), None);
        let idle = aged(Duration::from_secs(76));
        idle.answered.store(1, Relaxed);
        assert_eq!(idle.overdue(), Some("idle"));
    }

    #[test]
    fn the_next_header_has_its_time_from_its_first_byte() {
        let pulse = aged(Duration::from_secs(30));
        pulse.answered.store(1, Relaxed);
        pulse.note_read(b"GET / HT");
        assert_eq!(pulse.overdue(), None);
        pulse.header_since.store(1, Relaxed);
        pulse.note_read(b"TP/1.1\r\nx: ");
        assert_eq!(pulse.overdue(), Some("header"), "more bytes give no more time");
        let request = pulse.begin();
        assert_eq!((pulse.overdue(), pulse.waits_for_client_since()), (None, None));
        drop(request);
        assert_eq!(pulse.overdue(), None);
    }

    #[test]
    fn each_doubling_of_answers_counts() {
        let pulse = aged(Duration::ZERO);
        let worth = [0, 1, 2, 3, 4, 1000].map(|answered| {
            pulse.answered.store(answered, Relaxed);
            pulse.worth()
        });
        assert_eq!(worth, [0, 1, 2, 2, 3, 10]);
    }

    #[test]
    fn frames_of_http2_begin_no_header() {
        let pulse = aged(Duration::from_secs(5));
        pulse.note_read(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        drop(pulse.begin());
        pulse.note_read(&[0, 0, 8, 6]);
        assert_eq!(pulse.header_since.load(Relaxed), 0);
    }

    #[test]
    fn whoever_stalls_a_body_or_an_answer_is_waited_for() {
        let pulse = aged(Duration::from_secs(61));
        let _request = pulse.begin();
        pulse.note_body(true);
        let since = pulse.waits_for_client_since();
        assert!(since.is_some());
        pulse.note_body(true);
        assert_eq!(pulse.waits_for_client_since(), since, "it is since the first time");
        pulse.note_body(false);
        assert_eq!(pulse.waits_for_client_since(), None);
        pulse.write_blocked_since.store(1, Relaxed);
        assert_eq!(pulse.overdue(), Some("stalled"));
        pulse.note_write(false);
        assert_eq!(pulse.overdue(), None);
    }
}
