//! Weights learnt from labels, on top of the model's.
//!
//! A linear support vector machine whose offset is the model's own logit: it only has to correct. It is kept in its dual
//! form, one multiplier a lesson (Hsieh et al., ICML 2008), so a lesson is taken back exactly by taking its multiplier
//! out, and no single lesson weighs more than [`COST`]. Constants were chosen on YouTube comments and Telegram messages
//! with models that had seen neither (`engine lessons`, in `MODEL.md`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasherDefault, Hasher},
};

use crate::hash::spread;

/// The most that one lesson can add to the logit of a text that is like it in everything.
const COST: f32 = 10.0;

/// The logit that a lesson's text is to have on its label's side.
const AIM: f32 = 6.0;

/// How strongly a lesson moves everything, against one unit of text: a community can be unlike the corpora as a whole.
const BIAS: f32 = 0.3;

/// Passes over the newest lessons after each new one.
const PASSES: usize = 2;

/// How many of the newest lessons are weighed again after each new one.
const RECENT: usize = 200;

/// Steps smaller than this are not worth a walk over a text's features.
const LEAST_STEP: f32 = 1e-4;

/// Weights smaller than this are forgotten.
const NOTHING: f32 = 1e-5;

/// The most that one person's lessons can add to a logit, in either direction: just enough to overrule the model where
/// it is sure ([`HELD`]), and no more than another person's lessons can balance.
pub const PERSON_CAP: f32 = 3.5;

/// The most that one app's feedback can add to a logit, in either direction: it decides what is open, it cannot overrule the
/// model where that is sure, and any moderator outweighs it.
pub const APP_CAP: f32 = 2.0;

/// Lessons of one app that count, the newest: an app may send feedback by the thousand, and is not to drive out what people
/// taught.
pub const MOST_OF_AN_APP: usize = 500;

/// Whose word a lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Teacher {
    /// A moderator, by number.
    Person(i64),
    /// An app, by the number of its token.
    App(i64),
}

impl Teacher {
    /// The most that the teacher's lessons can add to a logit, in either direction.
    pub fn cap(self) -> f32 {
        match self {
            Self::Person(_) => PERSON_CAP,
            Self::App(_) => APP_CAP,
        }
    }

    /// Lessons that count.
    fn most(self) -> usize {
        match self {
            Self::Person(_) => usize::MAX,
            Self::App(_) => MOST_OF_AN_APP,
        }
    }
}

/// How sure the model may be where lessons contradict it: scores of 5 to 95.
pub const HELD: f32 = 3.0;

/// A text as the layer sees it: places in the table of weights, each once, with values of length 1 together.
pub(super) type Sparse = Vec<(u32, f32)>;

/// Places are spread over the table already; this only spreads them over all bits.
#[derive(Clone, Copy, Default)]
struct PlaceHasher(u64);

impl Hasher for PlaceHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = spread(self.0 ^ u64::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = spread(u64::from(number));
    }
}

/// What one teacher taught.
#[derive(Clone, Debug, Default)]
struct Taught {
    lessons: BTreeSet<i64>,
    weights: HashMap<u32, f32, BuildHasherDefault<PlaceHasher>>,
    bias: f32,
}

#[derive(Clone, Debug)]
struct Example {
    teacher: Teacher,
    sign: f32,
    offset: f32,
    text: Sparse,
    multiplier: f32,
}

/// The layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    examples: BTreeMap<i64, Example>,
    teachers: BTreeMap<Teacher, Taught>,
    features: usize,
    /// Lessons that say spam.
    spam: usize,
}

impl Layer {
    /// Lessons in it.
    pub(super) fn len(&self) -> usize {
        self.examples.len()
    }

    /// Whether some lessons say spam and some ham.
    pub(super) fn are_of_both(&self) -> bool {
        self.spam > 0 && self.spam < self.examples.len()
    }

    /// Features of all lessons together, which is what its memory is made of.
    pub(super) fn features(&self) -> usize {
        self.features
    }

    /// Number of the oldest detection in it.
    pub(super) fn oldest(&self) -> Option<i64> {
        self.examples.keys().next().copied()
    }

    /// How many lessons each teacher gave that count.
    pub(super) fn teachers(&self) -> impl Iterator<Item = (Teacher, usize)> {
        self.teachers.iter().map(|(teacher, taught)| (*teacher, taught.lessons.len()))
    }

    /// The oldest lesson of a teacher who gave more than count.
    pub(super) fn beyond(&self, teacher: Teacher) -> Option<i64> {
        let lessons = &self.teachers.get(&teacher)?.lessons;
        if lessons.len() > teacher.most() { lessons.first().copied() } else { None }
    }

    /// Learns that the text of a detection is spam or not. `offset` is the model's own logit for it.
    pub(super) fn learn(
        &mut self,
        detection: i64,
        teacher: Teacher,
        is_spam: bool,
        offset: f32,
        text: Sparse,
    ) {
        self.unlearn(detection);
        self.features += text.len();
        self.spam += usize::from(is_spam);
        self.teachers.entry(teacher).or_default().lessons.insert(detection);
        let sign = if is_spam { 1.0 } else { -1.0 };
        let offset = offset.clamp(-HELD, HELD);
        self.examples.insert(detection, Example { teacher, sign, offset, text, multiplier: 0.0 });
        self.weigh(detection);
        for _ in 0..PASSES {
            let recent: Vec<i64> = self.examples.keys().rev().take(RECENT).copied().collect();
            recent.into_iter().for_each(|detection| self.weigh(detection));
        }
    }

    /// Takes a lesson out again: its own weight is gone at once, its neighbours settle with the next lesson.
    pub(super) fn unlearn(&mut self, detection: i64) {
        let Some(example) = self.examples.remove(&detection) else { return };
        self.features -= example.text.len();
        self.spam -= usize::from(example.sign > 0.0);
        let taught = self.teachers.entry(example.teacher).or_default();
        taught.add(&example, -example.multiplier);
        taught.lessons.remove(&detection);
        if taught.lessons.is_empty() {
            self.teachers.remove(&example.teacher);
        }
    }

    /// One step of dual coordinate descent.
    fn weigh(&mut self, detection: i64) {
        let Some(example) = self.examples.get_mut(&detection) else { return };
        let taught: f32 = self.teachers.values().map(|taught| taught.logit(&example.text)).sum();
        let margin = example.sign * (example.offset + taught);
        let next = (example.multiplier + (AIM - margin) / (1.0 + BIAS * BIAS)).clamp(0.0, COST);
        let step = next - example.multiplier;
        if step.abs() > LEAST_STEP {
            example.multiplier = next;
            self.teachers.entry(example.teacher).or_default().add(example, step);
        }
    }

    /// What each teacher's lessons say of a text.
    pub(super) fn logits(&self, text: &Sparse) -> impl Iterator<Item = (Teacher, f32)> {
        self.teachers.iter().map(|(teacher, taught)| (*teacher, taught.logit(text)))
    }
}

impl Taught {
    fn add(&mut self, example: &Example, step: f32) {
        let step = step * example.sign;
        for (place, value) in &example.text {
            let weight = self.weights.entry(*place).or_default();
            *weight += step * value;
            // What is left of a lesson taken back is rounding.
            if weight.abs() < NOTHING {
                self.weights.remove(place);
            }
        }
        self.bias += step * BIAS * BIAS;
    }

    fn logit(&self, text: &Sparse) -> f32 {
        let words: f32 =
            text.iter().filter_map(|(place, value)| Some(self.weights.get(place)? * value)).sum();
        words + self.bias
    }
}
