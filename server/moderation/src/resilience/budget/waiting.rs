//! Those who wait for a turn.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::{BudgetLimits, BudgetState, Class, bucket::Bucket, turns::Turns};

/// The bucket and the line before it.
#[derive(Debug)]
pub(super) struct Line {
    bucket: Bucket,
    turns: Turns,
    queues: [VecDeque<Arc<Place>>; Class::ALL.len()],
}

/// One who waits.
#[derive(Debug)]
pub(super) struct Place {
    class: Class,
    deadline: Instant,
    granted: Mutex<Option<Instant>>,
    changed: Notify,
}

impl Place {
    fn granted(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.granted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    pub(super) fn new(limits: BudgetLimits, now: Instant) -> Self {
        Self { bucket: Bucket::new(limits, now), turns: Turns::default(), queues: Default::default() }
    }

    pub(super) fn line_up(&mut self, class: Class, deadline: Instant) -> Arc<Place> {
        let (granted, changed) = (Mutex::new(None), Notify::new());
        let place = Arc::new(Place { class, deadline, granted, changed });
        self.queue(class).push_back(place.clone());
        place
    }

    /// Gives out every turn that there is now.
    pub(super) fn serve(&mut self, now: Instant) {
        for queue in &mut self.queues {
            queue.retain(|place| place.deadline > now);
        }
        while self.is_anybody_waiting() && self.bucket.take(self.spare(), now) {
            let queues = &self.queues;
            let Some(class) = self.turns.next(|class| !queues[class as usize].is_empty()) else { break };
            let Some(place) = self.queue(class).pop_front() else { break };
            *place.granted() = Some(now);
            place.changed.notify_one();
            self.wake_first(class);
        }
    }

    /// When this turn was given, if it was: then it is the caller's, and no longer the ticket's.
    pub(super) fn granted(&self, ticket: &Ticket) -> Option<Instant> {
        ticket.place.granted().take()
    }

    /// When this turn comes at the earliest: after those before it in its class, with nobody else in line.
    pub(super) fn turn_at(&self, ticket: &Ticket) -> Instant {
        let place = &ticket.place;
        let before = self.queues[place.class as usize].iter().position(|other| Arc::ptr_eq(other, place));
        #[expect(clippy::cast_precision_loss, reason = "nowhere near 2^52 callers wait")]
        let needed = before.unwrap_or(0) as f64 + 1.0;
        self.bucket.ready_at(needed + self.spare())
    }

    /// When to look again: the first of a class at its turn, those behind when they become first.
    pub(super) fn wake_at(&self, ticket: &Ticket) -> Instant {
        let turn_at = self.turn_at(ticket);
        self.bucket.recovers_at().map_or(turn_at, |recovers_at| recovers_at.min(turn_at))
    }

    pub(super) fn give_back(&mut self, granted: Instant, now: Instant) {
        self.bucket.refill(now);
        self.bucket.give_back(granted);
        self.serve(now);
    }

    pub(super) fn limited(&mut self, granted: Instant, retry_after: Option<Duration>, now: Instant) {
        self.bucket.limited(granted, retry_after, now);
        // Those whose turn no longer comes in time learn it now.
        for place in self.queues.iter().flatten() {
            place.changed.notify_one();
        }
    }

    pub(super) fn state(&mut self, now: Instant) -> BudgetState {
        self.bucket.refill(now);
        BudgetState {
            per_minute: self.bucket.per_minute(),
            paused_for: self.bucket.pause_left(now),
            waiting: self.queues.each_ref().map(VecDeque::len),
        }
    }

    fn leave(&mut self, place: &Arc<Place>, now: Instant) {
        if let Some(granted) = place.granted().take() {
            self.give_back(granted, now);
        }
        self.queue(place.class).retain(|other| !Arc::ptr_eq(other, place));
        self.wake_first(place.class);
    }

    /// Background alone leaves part of the burst for those who cannot wait. Once others are in line, the turns
    /// decide, or a steady stream of others would starve it.
    fn spare(&self) -> f64 {
        let others_wait = Class::ALL
            .iter()
            .any(|class| *class != Class::Background && !self.queues[*class as usize].is_empty());
        if others_wait { 0.0 } else { self.bucket.reserve() }
    }

    fn is_anybody_waiting(&self) -> bool {
        self.queues.iter().any(|queue| !queue.is_empty())
    }

    fn wake_first(&mut self, class: Class) {
        if let Some(first) = self.queue(class).front() {
            first.changed.notify_one();
        }
    }

    fn queue(&mut self, class: Class) -> &mut VecDeque<Arc<Place>> {
        &mut self.queues[class as usize]
    }
}

/// A place in line that is left when dropped.
#[derive(Debug)]
pub(super) struct Ticket {
    line: Arc<Mutex<Line>>,
    place: Arc<Place>,
}

impl Ticket {
    pub(super) fn new(line: Arc<Mutex<Line>>, place: Arc<Place>) -> Self {
        Self { line, place }
    }

    /// Waits until something about this place has changed.
    pub(super) async fn changed(&self) {
        self.place.changed.notified().await;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.leave(&self.place, Instant::now());
    }
}
