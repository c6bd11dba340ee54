//! What happens is told to open pages while it happens: ids and labels, never content.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{DetectionId, LiveEvent, UserId};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Moderation, ModerationError, replicas::Outbound};

/// Events kept for a reader that is slower than the rest; one that falls further behind is told that it missed some.
const BACKLOG: usize = 256;

/// A reader hears of new detections at most this often, however fast they come.
const ARRIVALS_EVERY: Duration = Duration::from_secs(1);

/// Where events are announced.
#[derive(Debug)]
pub(crate) struct Live {
    announcer: Announcer,
    stopping: OnceLock<CancellationToken>,
}

/// Where something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In this program.
    Here,
    /// In another that serves on the database.
    Elsewhere,
}

/// Counts what happens, and tells of it.
#[derive(Clone, Debug)]
struct Announcer {
    sender: broadcast::Sender<LiveEvent>,
    happened: Arc<AtomicU64>,
    outbound: Outbound,
}

impl Announcer {
    fn announce(&self, origin: Origin, event: LiveEvent) {
        if origin == Origin::Here {
            self.outbound.event(&event);
        }
        self.happened.fetch_add(1, Ordering::Release);
        // Nobody may listen.
        let _ = self.sender.send(event);
    }
}

impl Live {
    pub(crate) fn new(outbound: &Outbound) -> Self {
        // No mark of another program is one of this.
        let (_, start) = Uuid::new_v4().as_u64_pair();
        let announcer = Announcer {
            sender: broadcast::Sender::new(BACKLOG),
            happened: Arc::new(AtomicU64::new(start)),
            outbound: outbound.clone(),
        };
        Self { announcer, stopping: OnceLock::new() }
    }

    /// Readers are let go when `stop` is cancelled.
    pub(crate) fn end_with(&self, stop: &CancellationToken) {
        // Workers start once; a second start would stop by the same signal.
        let _ = self.stopping.set(stop.clone());
    }

    /// Tells of new detections, from elsewhere.
    pub(crate) fn arrivals(&self) -> impl Fn(DetectionId) + Send + 'static + use<> {
        let announcer = self.announcer.clone();
        move |id| announcer.announce(Origin::Here, LiveEvent::Arrived(id))
    }

    /// Tells everybody who listens; nobody may.
    pub(crate) fn announce(&self, event: LiveEvent) {
        self.announce_from(Origin::Here, event);
    }

    /// Tells everybody who listens here; the other replicas too, where it happened here.
    pub(crate) fn announce_from(&self, origin: Origin, event: LiveEvent) {
        self.announcer.announce(origin, event);
    }

    fn mark(&self) -> String {
        self.announcer.happened.load(Ordering::Acquire).to_string()
    }

    fn listen(&self, after: Option<&str>) -> Listener {
        let receiver = self.announcer.sender.subscribe();
        Listener {
            receiver,
            stopping: self.stopping.get().cloned().unwrap_or_default(),
            has_missed: after.is_some_and(|after| after != self.mark()),
            arrived: None,
            arrivals_from: Instant::now(),
        }
    }
}

/// One reader of events.
#[derive(Debug)]
pub struct Listener {
    receiver: broadcast::Receiver<LiveEvent>,
    stopping: CancellationToken,
    /// Whether something happened before it listened, and it was not told so yet.
    has_missed: bool,
    /// The newest detection that the reader was not told of yet.
    arrived: Option<DetectionId>,
    arrivals_from: Instant,
}

impl Listener {
    /// The next event; `None` when the program stops. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        if std::mem::take(&mut self.has_missed) {
            return Some(LiveEvent::Missed);
        }
        loop {
            tokio::select! {
                biased;
                () = self.stopping.cancelled() => return None,
                () = sleep_until(self.arrivals_from), if self.arrived.is_some() => {
                    self.arrivals_from = Instant::now() + ARRIVALS_EVERY;
                    return self.arrived.take().map(LiveEvent::Arrived);
                }
                event = self.receiver.recv() => match event {
                    Ok(LiveEvent::Arrived(id)) => self.arrived = self.arrived.max(Some(id)),
                    Ok(event) => return Some(event),
                    Err(RecvError::Lagged(_)) => return Some(LiveEvent::Missed),
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }
}

impl Moderation {
    /// A mark of all that has happened so far, in this program: a page carries it from when it was written.
    pub fn happened(&self) -> String {
        self.live.mark()
    }

    /// Listens to what happens from now on; told at once that something was missed if anything has happened since `after`, a mark.
    pub fn listen(&self, after: Option<&str>) -> Listener {
        self.live.listen(after)
    }

    /// Tells open pages what stands of a detection after somebody decided.
    pub(crate) async fn announce_decision(
        &self,
        id: DetectionId,
        by: UserId,
        by_name: &str,
    ) -> Result<(), ModerationError> {
        if let Some(standing) = self.store.standings(&[id]).await?.pop() {
            self.live.announce(LiveEvent::Decided { standing, by, by_name: by_name.to_owned() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn arrivals_are_told_once_a_second_and_the_newest_counts() {
        let live = Live::new(&Outbound::default());
        let mut listener = live.listen(None);
        let arrived = |id| LiveEvent::Arrived(DetectionId(id));
        live.announce(arrived(1));
        assert_eq!(listener.next().await, Some(arrived(1)));
        let told = Instant::now();
        live.announce(arrived(2));
        live.announce(arrived(3));
        live.announce(LiveEvent::Missed);
        assert_eq!(listener.next().await, Some(LiveEvent::Missed), "nothing else waits");
        assert_eq!(listener.next().await, Some(arrived(3)));
        assert!(told.elapsed() >= ARRIVALS_EVERY);
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_told_of_an_earlier_time_has_missed_what_happened_since() {
        let (live, other) = (Live::new(&Outbound::default()), Live::new(&Outbound::default()));
        let mark = live.mark();
        let next =
            async |mut listener: Listener| tokio::time::timeout(ARRIVALS_EVERY, listener.next()).await.ok();
        assert_eq!(next(live.listen(Some(&mark))).await, None);
        assert_eq!(
            next(other.listen(Some(&mark))).await,
            Some(Some(LiveEvent::Missed)),
            "it was started again"
        );
        live.arrivals()(DetectionId(1));
        assert_eq!(next(live.listen(Some(&mark))).await, Some(Some(LiveEvent::Missed)));
        assert_eq!(next(live.listen(Some(&live.mark()))).await, None);
    }

    #[tokio::test]
    async fn who_falls_behind_is_told_so_and_a_stop_ends_it() {
        let live = Live::new(&Outbound::default());
        let stop = CancellationToken::new();
        live.end_with(&stop);
        let mut listener = live.listen(None);
        for _ in 0..=BACKLOG {
            live.announce(LiveEvent::Missed);
        }
        assert_eq!(listener.next().await, Some(LiveEvent::Missed));
        stop.cancel();
        assert_eq!(listener.next().await, None);
    }
}
