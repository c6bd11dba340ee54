//! What moderators taught: weights over all texts, and the word of people on near copies.

use super::{
    layer::{HELD, Layer, PERSON_CAP, Teacher},
    near::{NearCopies, Sketch},
    text::{Sparse, sparse},
};
use crate::{features::Reading, judge::Evidence, model::Model, signals::Signal};

/// Features of all lessons together: some 8,000 comments, or 60 MB. Past it the oldest lessons are forgotten.
pub const MOST_FEATURES: usize = 2_000_000;

/// A signal must weigh at least this to be told.
const WORTH_TELLING: f64 = 0.1;

/// A person's label on a message, or an app's feedback.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// Number of the detection; later detections have higher numbers.
    pub detection: i64,
    /// Whose word it is.
    pub teacher: Teacher,
    /// The label.
    pub is_spam: bool,
    /// What was submitted.
    pub request: &'a activelayer::CheckRequest,
}

/// A lesson taken apart.
pub(crate) struct Prepared {
    offset: f32,
    text: Sparse,
    sketch: Sketch,
}

/// Takes a lesson apart: the model's own logit of its text, its features, its sketch.
pub(crate) fn prepare(model: &Model, lesson: &Lesson<'_>, reading: &mut Reading) -> Prepared {
    let channel = reading.read(&lesson.request.message, model.bits());
    // The model's word in full: doubt about a new site is no part of what is to be corrected.
    let evidence = Evidence { familiar: true, ..Evidence::default() };
    let own = model.judge_read(lesson.request, &evidence, reading, channel);
    // The score is rounded to 0.01, so this is finite: at most ±9.9.
    let probability = (own.score / 100.0).clamp(0.000_05, 0.999_95);
    let offset = (probability / (1.0 - probability)).ln() as f32;
    let text = sparse(model, lesson.request, reading);
    Prepared { offset, text, sketch: Sketch::of(&reading.tokens) }
}

/// All lessons.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lessons {
    layer: Layer,
    copies: NearCopies,
}

impl Lessons {
    /// Lessons that count.
    pub(crate) fn len(&self) -> usize {
        self.layer.len()
    }

    /// Whether some lessons say spam and some ham.
    pub(crate) fn are_of_both(&self) -> bool {
        self.layer.are_of_both()
    }

    /// How many lessons each teacher gave that count.
    pub(super) fn teachers(&self) -> impl Iterator<Item = (Teacher, usize)> {
        self.layer.teachers()
    }

    pub(crate) fn learn(&mut self, lesson: &Lesson<'_>, prepared: Prepared) {
        let Prepared { offset, text, sketch } = prepared;
        self.layer.learn(lesson.detection, lesson.teacher, lesson.is_spam, offset, text);
        self.copies.insert(lesson.detection, lesson.teacher, lesson.is_spam, sketch);
        while let Some(oldest) = self.layer.beyond(lesson.teacher) {
            self.unlearn(oldest);
        }
        while self.layer.features() > MOST_FEATURES
            && let Some(oldest) = self.layer.oldest()
        {
            self.unlearn(oldest);
        }
    }

    pub(super) fn unlearn(&mut self, detection: i64) {
        self.layer.unlearn(detection);
        self.copies.remove(detection);
    }

    /// What the lessons say of a text with this sketch. Each teacher's word on it and on near copies adds at most
    /// [`Teacher::cap`], so that nobody outweighs another by saying the same more often; all apps together no more than a person's.
    pub(crate) fn signal(
        &self,
        model: &Model,
        request: &activelayer::CheckRequest,
        reading: &Reading,
        sketch: &Sketch,
    ) -> Option<Signal> {
        if self.len() == 0 {
            return None;
        }
        let said = self.copies.said(sketch);
        let text = sparse(model, request, reading);
        let (mut people, mut apps) = (0.0, 0.0);
        for (teacher, logit) in self.layer.logits(&text) {
            let cap = teacher.cap();
            let word = said.get(&teacher).map_or(0.0, |said| if said.is_spam { cap } else { -cap });
            let voices = if teacher.is_human() { &mut people } else { &mut apps };
            *voices += (logit + word).clamp(-cap, cap);
        }
        let apps = apps.clamp(-PERSON_CAP, PERSON_CAP);
        let taught = f64::from(people + apps);
        if taught.abs() < WORTH_TELLING {
            return None;
        }
        let is_spam = taught > 0.0;
        let by_people = people.abs() >= apps.abs();
        let copies =
            said.iter().filter(|(teacher, said)| said.is_spam == is_spam && teacher.is_human() == by_people);
        let copies: Vec<i64> = copies.map(|(_, said)| said.detection).collect();
        let (is_copy, like) = if copies.is_empty() {
            (false, self.layer.reasons(&text, by_people, is_spam))
        } else {
            (true, copies)
        };
        Some(told(is_spam, by_people, is_copy, like, taught))
    }
}

/// What was taught, in words.
fn told(is_spam: bool, by_people: bool, is_copy: bool, like: Vec<i64>, weight: f64) -> Signal {
    let label = if is_spam { "spam" } else { "ham" };
    let (name, words) = match (is_copy, by_people) {
        (true, true) => ("near_copy", "A moderator marked a near copy of this as"),
        (true, false) => ("near_copy", "An app reported a near copy of this as"),
        (false, true) => ("taught", "Words, links or sender of messages that moderators here marked as"),
        (false, false) => ("taught", "Words, links or sender of messages that apps reported as"),
    };
    Signal { like, ..Signal::new(name, format!("{words} {label}"), weight) }
}

/// The model's own logit, held to [`HELD`] as far as lessons pull the other way: whoever taught it can overrule it.
pub(crate) fn held(own: f64, taught: f64) -> f64 {
    let limit = f64::from(HELD);
    let past = (own.abs() - limit).max(0.0);
    if own * taught >= 0.0 || past <= 0.0 {
        return own;
    }
    own.signum() * (limit + past * (1.0 - taught.abs()).max(0.0))
}
