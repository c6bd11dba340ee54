//! Tells the other replicas, and hears them.

use std::{sync::Arc, time::Duration};

use domain::LiveEvent;
use store::Signalled;
use tokio_util::sync::CancellationToken;

use super::{Bell, Wake, outbound::News};
use crate::{Moderation, live::Origin};

/// Signals leave at most this often: what a thousand checks a second have to tell goes into four signals.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// How long to wait when the database cannot be reached for it.
const AGAIN: Duration = Duration::from_secs(1);

impl Moderation {
    /// Sends what there is to tell.
    pub(crate) async fn tell_others(&self) -> Result<(), store::StoreError> {
        let Some(news) = self.outbound.take() else { return Ok(()) };
        let wake = news.wake.clone();
        let written = match news.written() {
            Ok(written) => written,
            Err(error) => {
                tracing::error!(%error, "what happened could not be written for the other replicas");
                return Ok(());
            }
        };
        self.store.publish(&written).await.inspect_err(|_| self.outbound.unsent(wake))
    }

    /// Tells the others until `stop`. What happens after it is told by [`Self::drain`].
    pub(crate) async fn run_telling(self: Arc<Self>, stop: CancellationToken) {
        if self.store.replica().is_none() {
            return;
        }
        while stop.run_until_cancelled(self.outbound.some()).await.is_some() {
            let rest = match self.tell_others().await {
                Ok(()) => TELL_EVERY,
                Err(error) => {
                    tracing::warn!(%error, "the other replicas could not be told what happened");
                    AGAIN
                }
            };
            stop.run_until_cancelled(tokio::time::sleep(rest)).await;
        }
    }

    /// Hears the others until `stop`.
    pub(crate) async fn run_hearing(self: Arc<Self>, stop: CancellationToken) {
        // What happened before pages could be opened here was missed by none of them.
        let mut has_missed = false;
        while !stop.is_cancelled() {
            match stop.run_until_cancelled(self.store.listen()).await {
                None | Some(Ok(None)) => return,
                Some(Ok(Some(mut listening))) => {
                    if std::mem::replace(&mut has_missed, true) {
                        self.heard(None);
                    }
                    stop.run_until_cancelled(self.hear(&mut *listening)).await;
                }
                Some(Err(error)) => {
                    has_missed = true;
                    tracing::warn!(%error, "the other replicas cannot be heard");
                }
            }
            stop.run_until_cancelled(tokio::time::sleep(AGAIN)).await;
        }
    }

    async fn hear(&self, listening: &mut dyn Signalled) {
        loop {
            match listening.next().await {
                Ok(signal) => self.heard(signal.as_deref()),
                Err(error) => {
                    tracing::warn!(%error, "the other replicas are not heard any more");
                    return;
                }
            }
        }
    }

    /// Takes a signal in; `None` where some may have been missed.
    fn heard(&self, signal: Option<&str>) {
        // A signal that cannot be read is that of another version.
        let news = signal
            .and_then(|signal| serde_json::from_str::<News>(signal).ok())
            .unwrap_or_else(|| News { missed: true, wake: Wake::ALL.into(), ..News::default() });
        let arrived = news.arrived.map(LiveEvent::Arrived);
        let missed = news.missed.then_some(LiveEvent::Missed);
        for event in arrived.into_iter().chain(news.events).chain(missed) {
            self.live.announce_from(Origin::Elsewhere, event);
        }
        for wake in news.wake {
            self.bell(wake).ring_here();
        }
    }

    fn bell(&self, wake: Wake) -> &Bell {
        match wake {
            Wake::Outbox => &self.outbox_changed,
            Wake::Bulk => &self.bulk_wanted,
            Wake::BulkRechecks => &self.bulk_rechecks_wanted,
            Wake::Reading => &self.reading_wanted,
            Wake::Imports => &self.imports_wanted,
            Wake::Alerts => &self.alerts_wanted,
            Wake::Notes => &self.deliveries_wanted,
            Wake::Usage => &self.usage_wanted,
            Wake::Leases => &self.leases.free,
        }
    }
}
