//! What the other replicas are to be told, gathered until it is sent.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{DetectionId, LiveEvent};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::Wake;

/// Events of one signal; when more happens within a moment, others are told to look at everything again.
const MOST: usize = 64;

/// Bytes of one signal, less than the 8,000 of PostgreSQL's NOTIFY with the sender's name.
const LONGEST: usize = 7_800;

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct News {
    /// The newest detection.
    pub(crate) arrived: Option<DetectionId>,
    /// Everything else that pages are told.
    pub(crate) events: Vec<LiveEvent>,
    /// Whether events were left out.
    pub(crate) missed: bool,
    /// Workers that have something to do.
    pub(crate) wake: BTreeSet<Wake>,
}

impl News {
    fn add(&mut self, event: &LiveEvent) {
        match event {
            LiveEvent::Arrived(id) => self.arrived = self.arrived.max(Some(*id)),
            LiveEvent::Missed => self.miss(),
            _ if self.missed => {}
            event => {
                // How far something was a moment ago is of no interest.
                self.events.retain(|before| !replaces(event, before));
                self.events.push(event.clone());
                if self.events.len() > MOST {
                    self.miss();
                }
            }
        }
    }

    fn miss(&mut self) {
        self.events.clear();
        self.missed = true;
    }

    /// As it is sent.
    pub(crate) fn written(mut self) -> Result<String, serde_json::Error> {
        let text = serde_json::to_string(&self)?;
        if text.len() <= LONGEST {
            return Ok(text);
        }
        self.miss();
        serde_json::to_string(&self)
    }
}

fn replaces(event: &LiveEvent, before: &LiveEvent) -> bool {
    match (event, before) {
        (LiveEvent::Bulk(now), LiveEvent::Bulk(before)) => now.id == before.id,
        (LiveEvent::Import(now), LiveEvent::Import(before)) => now == before,
        _ => false,
    }
}

/// Where news are put; clones share it. Nothing is gathered where nobody else can be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbound(Option<Arc<Gathered>>);

#[derive(Debug, Default)]
struct Gathered {
    news: Mutex<News>,
    some: Notify,
}

impl Gathered {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbound {
    pub(crate) fn new(has_others: bool) -> Self {
        Self(has_others.then(Arc::default))
    }

    pub(crate) fn event(&self, event: &LiveEvent) {
        self.put(|news| news.add(event));
    }

    pub(crate) fn wake(&self, wake: Wake) {
        self.put(|news| {
            news.wake.insert(wake);
        });
    }

    /// Puts back what could not be sent: that pages missed something, and who is to be woken.
    pub(crate) fn unsent(&self, wake: BTreeSet<Wake>) {
        self.put(|news| {
            news.miss();
            news.wake.extend(wake);
        });
    }

    fn put(&self, add: impl FnOnce(&mut News)) {
        if let Some(gathered) = &self.0 {
            add(&mut gathered.news());
            gathered.some.notify_one();
        }
    }

    /// Completes when there is something to send.
    pub(crate) async fn some(&self) {
        match &self.0 {
            Some(gathered) => gathered.some.notified().await,
            None => std::future::pending().await,
        }
    }

    /// What there is to send; `None` for nothing.
    pub(crate) fn take(&self) -> Option<News> {
        let news = std::mem::take(&mut *self.0.as_ref()?.news());
        (news != News::default()).then_some(news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{FeedbackState, ImportId, JudgedBy, Standing};

    fn judged(id: i64, name: &str) -> LiveEvent {
        LiveEvent::Rejudged(Standing {
            id: DetectionId(id),
            label: None,
            labelled_by: Some(name.to_owned()),
            labelled_at: None,
            version: 1,
            feedback: FeedbackState::None,
            is_spam: true,
            score: 90.0,
            threshold: 50.0,
            judged_by: JudgedBy::Detector,
            app_word: None,
            told: None,
        })
    }

    #[test]
    fn what_happens_within_a_moment_is_told_once() {
        let outbound = Outbound::new(true);
        for event in [
            LiveEvent::Arrived(DetectionId(3)),
            LiveEvent::Arrived(DetectionId(2)),
            LiveEvent::Import(ImportId(1)),
            judged(1, "Ana"),
            LiveEvent::Import(ImportId(1)),
        ] {
            outbound.event(&event);
        }
        outbound.wake(Wake::Bulk);
        outbound.wake(Wake::Bulk);
        let news = outbound.take().unwrap();
        assert_eq!(outbound.take(), None);
        assert_eq!((news.arrived, news.missed), (Some(DetectionId(3)), false));
        assert_eq!(news.events, [judged(1, "Ana"), LiveEvent::Import(ImportId(1))]);
        let read: News = serde_json::from_str(&news.clone().written().unwrap()).unwrap();
        assert_eq!(read, news);
    }

    #[test]
    fn what_is_too_much_for_a_signal_is_told_as_missed() {
        let outbound = Outbound::new(true);
        for id in 0..=64 {
            outbound.event(&judged(id, "Ana"));
        }
        let news = outbound.take().unwrap();
        assert!(news.missed && news.events.is_empty());
        for id in 0..40 {
            outbound.event(&judged(id, &"é".repeat(100)));
        }
        outbound.wake(Wake::Outbox);
        let written = outbound.take().unwrap().written().unwrap();
        assert!(written.len() <= LONGEST);
        let read: News = serde_json::from_str(&written).unwrap();
        assert!(read.missed && read.events.is_empty() && read.wake.contains(&Wake::Outbox));
    }

    #[test]
    fn where_nobody_else_is_nothing_is_gathered() {
        let outbound = Outbound::new(false);
        outbound.event(&LiveEvent::Missed);
        assert_eq!(outbound.take(), None);
    }
}
