//! What this installation knows beyond the model: what its moderators taught, and what came in lately.

mod layer;
mod lessons;
mod memory;
mod near;
mod text;

use std::sync::{Mutex, PoisonError, RwLock};

use activelayer::CheckRequest;
use chrono::{DateTime, Utc};

pub use layer::{APP_CAP, HELD, MOST_OF_AN_APP, PERSON_CAP, Teacher};
pub use lessons::{Lesson, MOST_FEATURES};
pub use memory::MEMORY_CAP;

pub(crate) use lessons::{Lessons, held, prepare};
pub(crate) use near::Sketch;

use self::memory::Memory;
use crate::{
    judge::{Evidence, Verdict},
    model::Model,
};

/// Lessons and memory of one installation, for all threads. Empty at first: then verdicts are the model's own.
///
/// Nothing here is stored. Lessons are made of labels and memory of the log, and both can be read again at a start.
#[derive(Debug)]
pub struct SiteKnowledge {
    model: &'static Model,
    lessons: RwLock<Lessons>,
    memory: Mutex<Memory>,
}

impl Default for SiteKnowledge {
    fn default() -> Self {
        Self { model: Model::embedded(), lessons: RwLock::default(), memory: Mutex::default() }
    }
}

impl SiteKnowledge {
    /// Judges a submission with all that is known, and remembers it when `remember` says so.
    ///
    /// Work that repeats what came before (rechecks, imports) is not to be remembered: it is no sign of a wave.
    pub fn judge(&self, request: &CheckRequest, now: DateTime<Utc>, remember: bool) -> Verdict {
        crate::judge::with_reading(|reading| {
            let channel = reading.read(&request.message, self.model.bits());
            let sketch = Sketch::of(&reading.tokens);
            let traces = memory::traces(request, reading, &sketch);
            let signals = {
                let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
                memory.forget(now);
                let signals = memory.signals(&traces);
                if remember {
                    memory.remember(&traces, now);
                }
                signals
            };
            let lessons = self.lessons.read().unwrap_or_else(PoisonError::into_inner);
            let taught = lessons.signal(self.model, request, reading, &sketch);
            let familiar = lessons.are_of_both();
            drop(lessons);
            self.model.judge_read(request, &Evidence { taught, signals, familiar }, reading, channel)
        })
    }

    /// Remembers a submission that somebody else judged, or that was judged before a restart.
    pub fn remember(&self, request: &CheckRequest, at: DateTime<Utc>) {
        crate::judge::with_reading(|reading| {
            reading.read(&request.message, self.model.bits());
            let traces = memory::traces(request, reading, &Sketch::of(&reading.tokens));
            self.memory.lock().unwrap_or_else(PoisonError::into_inner).remember(&traces, at);
        });
    }

    /// Learns from a label; what the same detection taught before is replaced.
    pub fn learn(&self, lesson: &Lesson<'_>) {
        crate::judge::with_reading(|reading| {
            let prepared = prepare(self.model, lesson, reading);
            self.lessons.write().unwrap_or_else(PoisonError::into_inner).learn(lesson, prepared);
        });
    }

    /// Takes a lesson back.
    pub fn unlearn(&self, detection: i64) {
        self.lessons.write().unwrap_or_else(PoisonError::into_inner).unlearn(detection);
    }

    /// Forgets every lesson.
    pub fn reset(&self) {
        *self.lessons.write().unwrap_or_else(PoisonError::into_inner) = Lessons::default();
    }

    /// Lessons that count at present.
    pub fn lessons(&self) -> usize {
        self.lessons.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many lessons of each teacher count at present, in the order of their numbers, people first.
    pub fn teachers(&self) -> Vec<(Teacher, usize)> {
        self.lessons.read().unwrap_or_else(PoisonError::into_inner).teachers().collect()
    }
}
