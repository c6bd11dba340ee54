//! What happens is told to open pages while it happens: ids and labels, never content.

use std::{sync::OnceLock, time::Duration};

use domain::{DetectionId, LiveEvent, UserId};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{Moderation, ModerationError};

/// Events kept for a reader that is slower than the rest; one that falls further behind is told that it missed some.
const BACKLOG: usize = 256;

/// A reader hears of new detections at most this often, however fast they come.
const ARRIVALS_EVERY: Duration = Duration::from_secs(1);

/// Where events are announced.
#[derive(Debug)]
pub(crate) struct Live {
    sender: broadcast::Sender<LiveEvent>,
    stopping: OnceLock<CancellationToken>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG), stopping: OnceLock::new() }
    }
}

impl Live {
    /// Readers are let go when `stop` is cancelled.
    pub(crate) fn end_with(&self, stop: &CancellationToken) {
        // Workers start once; a second start would stop by the same signal.
        let _ = self.stopping.set(stop.clone());
    }

    /// Tells of new detections, from elsewhere.
    pub(crate) fn arrivals(&self) -> impl Fn(DetectionId) + Send + 'static + use<> {
        let sender = self.sender.clone();
        move |id| drop(sender.send(LiveEvent::Arrived(id)))
    }

    /// Tells everybody who listens; nobody may.
    pub(crate) fn announce(&self, event: LiveEvent) {
        let _ = self.sender.send(event);
    }

    fn listen(&self) -> Listener {
        Listener {
            receiver: self.sender.subscribe(),
            stopping: self.stopping.get().cloned().unwrap_or_default(),
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
    /// The newest detection that the reader was not told of yet.
    arrived: Option<DetectionId>,
    arrivals_from: Instant,
}

impl Listener {
    /// The next event; `None` when the program stops. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<LiveEvent> {
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
    /// Listens to what happens from now on.
    pub fn listen(&self) -> Listener {
        self.live.listen()
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
        let live = Live::default();
        let mut listener = live.listen();
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

    #[tokio::test]
    async fn who_falls_behind_is_told_so_and_a_stop_ends_it() {
        let live = Live::default();
        let stop = CancellationToken::new();
        live.end_with(&stop);
        let mut listener = live.listen();
        for _ in 0..=BACKLOG {
            live.announce(LiveEvent::Missed);
        }
        assert_eq!(listener.next().await, Some(LiveEvent::Missed));
        stop.cancel();
        assert_eq!(listener.next().await, None);
    }
}
