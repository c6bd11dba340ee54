//! Weights learnt from labels, on top of the model's.
//!
//! A linear support vector machine whose offset is the model's own logit: it only has to correct. It has no constant, so it
//! speaks of nothing but words, links and senders. It is kept in its dual form, one multiplier a lesson (Hsieh et al., ICML
//! 2008), so a lesson is taken back exactly by taking its multiplier out, and can be named as a reason. What one label says
//! more often than the other weighs less each time ([`Layer::most`]): a thousand labels of spam and none of ham say little
//! of what is not like them. Constants were chosen on sources that the model had not seen, with labels in random order, of
//! one kind only, in any share and in bulk (`engine lessons`, in `MODEL.md`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasherDefault, Hasher},
};

use super::text::{Sparse, likeness};
use crate::hash::spread;

/// The most that one lesson can add to the logit of a text that is like it in everything.
const COST: f32 = 10.0;

/// The logit that a lesson's text is to have on its label's side.
const AIM: f32 = 3.0;

/// Labels of the other kind that are taken for granted.
const GRANTED: f32 = 2.0;

/// How fast a lesson weighs less where its label is the more frequent one: at 1, both labels would weigh the same together.
const BALANCE: f32 = 1.5;

/// How many of the newest lessons are weighed again after each new one, and how many older ones, in turn.
const RECENT: usize = 200;
const IN_TURN: usize = 40;

/// Steps smaller than this are not worth a walk over a text's features.
const LEAST_STEP: f32 = 1e-4;

/// Weights smaller than this are forgotten.
const NOTHING: f32 = 1e-5;

/// A text shorter than this, squared, is weighed as if it had this length.
const SHORTEST: f32 = 0.1;

/// The newest lessons among which the reasons of a verdict are looked for, how many are named, and what each must add.
const LOOKED_AT: usize = 500;
const NAMED: usize = 3;
const WORTH_NAMING: f32 = 0.1;

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
    /// The people who moderate in an app, by the number of its token.
    PeopleOf(i64),
    /// An app, by the number of its token.
    App(i64),
}

impl Teacher {
    /// The most that the teacher's lessons can add to a logit, in either direction.
    pub fn cap(self) -> f32 {
        if self.is_human() { PERSON_CAP } else { APP_CAP }
    }

    /// Whether people decide what it teaches.
    pub fn is_human(self) -> bool {
        !matches!(self, Self::App(_))
    }

    /// Lessons that count.
    fn most(self) -> usize {
        if self.is_human() { usize::MAX } else { MOST_OF_AN_APP }
    }
}

/// How sure the model may be where lessons contradict it: scores of 5 to 95.
pub const HELD: f32 = 3.0;

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

/// How many lessons say spam, and how many ham.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    spam: usize,
    ham: usize,
}

impl Counts {
    fn of(&mut self, is_spam: bool) -> &mut usize {
        if is_spam { &mut self.spam } else { &mut self.ham }
    }
}

/// What one teacher taught.
#[derive(Clone, Debug, Default)]
struct Taught {
    lessons: BTreeSet<i64>,
    counts: Counts,
    weights: HashMap<u32, f32, BuildHasherDefault<PlaceHasher>>,
}

#[derive(Clone, Debug)]
struct Example {
    teacher: Teacher,
    is_spam: bool,
    offset: f32,
    text: Sparse,
    /// The text's length, squared.
    square: f32,
    multiplier: f32,
}

impl Example {
    fn sign(&self) -> f32 {
        if self.is_spam { 1.0 } else { -1.0 }
    }
}

/// The layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    examples: BTreeMap<i64, Example>,
    teachers: BTreeMap<Teacher, Taught>,
    features: usize,
    /// Of all people together.
    of_people: Counts,
    /// The last of the older lessons that was weighed again.
    in_turn: i64,
}

impl Layer {
    /// Lessons in it.
    pub(super) fn len(&self) -> usize {
        self.examples.len()
    }

    /// Whether some lessons say spam and some ham.
    pub(super) fn are_of_both(&self) -> bool {
        let counts = || self.teachers.values().map(|taught| taught.counts);
        counts().any(|counts| counts.spam > 0) && counts().any(|counts| counts.ham > 0)
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
        let taught = self.teachers.entry(teacher).or_default();
        taught.lessons.insert(detection);
        *taught.counts.of(is_spam) += 1;
        if teacher.is_human() {
            *self.of_people.of(is_spam) += 1;
        }
        let offset = offset.clamp(-HELD, HELD);
        let square = text.iter().map(|(_, value)| value * value).sum::<f32>().max(SHORTEST);
        self.examples.insert(detection, Example { teacher, is_spam, offset, text, square, multiplier: 0.0 });
        self.weigh(detection);
        self.due().into_iter().for_each(|detection| self.weigh(detection));
    }

    /// The newest lessons, and the next of the older ones.
    fn due(&mut self) -> Vec<i64> {
        let mut due: Vec<i64> = self.examples.keys().rev().take(RECENT).copied().collect();
        let Some(newest) = due.last().copied() else { return due };
        let after = if self.in_turn >= newest { i64::MIN } else { self.in_turn };
        let older: Vec<i64> = self
            .examples
            .range(after..newest)
            .map(|(id, _)| *id)
            .filter(|id| *id > after)
            .take(IN_TURN)
            .collect();
        self.in_turn = if older.len() < IN_TURN { i64::MIN } else { older[older.len() - 1] };
        due.extend(older);
        due
    }

    /// Takes a lesson out again: its own weight is gone at once, its neighbours settle with the next lesson.
    pub(super) fn unlearn(&mut self, detection: i64) {
        let Some(example) = self.examples.remove(&detection) else { return };
        self.features -= example.text.len();
        if example.teacher.is_human() {
            *self.of_people.of(example.is_spam) -= 1;
        }
        let taught = self.teachers.entry(example.teacher).or_default();
        taught.add(&example, -example.multiplier);
        taught.lessons.remove(&detection);
        *taught.counts.of(example.is_spam) -= 1;
        if taught.lessons.is_empty() {
            self.teachers.remove(&example.teacher);
        }
    }

    /// The most that a lesson's multiplier may be: [`COST`], and less the more often its label was given than the other one. All
    /// people count together, since one may see to the spam and another to the ham; each app counts by itself.
    fn most(&self, teacher: Teacher, is_spam: bool) -> f32 {
        let of_app = || self.teachers.get(&teacher).map(|taught| taught.counts).unwrap_or_default();
        let Counts { spam, ham } = if teacher.is_human() { self.of_people } else { of_app() };
        let (own, other) = if is_spam { (spam, ham) } else { (ham, spam) };
        let share = (other as f32 + GRANTED) / (own as f32 + GRANTED);
        COST * share.min(1.0).powf(BALANCE)
    }

    /// One step of dual coordinate descent.
    fn weigh(&mut self, detection: i64) {
        let Some(example) = self.examples.get(&detection) else { return };
        let most = self.most(example.teacher, example.is_spam);
        let taught: f32 = self.teachers.values().map(|taught| taught.logit(&example.text)).sum();
        let margin = example.sign() * (example.offset + taught);
        let next = (example.multiplier + (AIM - margin) / example.square).clamp(0.0, most);
        let step = next - example.multiplier;
        if step.abs() <= LEAST_STEP {
            return;
        }
        if let Some(example) = self.examples.get_mut(&detection) {
            example.multiplier = next;
            self.teachers.entry(example.teacher).or_default().add(example, step);
        }
    }

    /// What each teacher's lessons say of a text.
    pub(super) fn logits(&self, text: &Sparse) -> impl Iterator<Item = (Teacher, f32)> {
        self.teachers.iter().map(|(teacher, taught)| (*teacher, taught.logit(text)))
    }

    /// The lessons that say most for this label, strongest first: people's or apps'.
    pub(super) fn reasons(&self, text: &Sparse, by_people: bool, is_spam: bool) -> Vec<i64> {
        let newest = self.examples.iter().rev().take(LOOKED_AT);
        let mut reasons: Vec<(f32, i64)> = newest
            .filter(|(_, example)| {
                example.multiplier > 0.0
                    && example.is_spam == is_spam
                    && example.teacher.is_human() == by_people
            })
            .map(|(detection, example)| (example.multiplier * likeness(&example.text, text), *detection))
            .filter(|(added, _)| *added >= WORTH_NAMING)
            .collect();
        reasons.sort_by(|one, other| other.0.total_cmp(&one.0));
        reasons.into_iter().take(NAMED).map(|(_, detection)| detection).collect()
    }
}

impl Taught {
    fn add(&mut self, example: &Example, step: f32) {
        let step = step * example.sign();
        for (place, value) in &example.text {
            let weight = self.weights.entry(*place).or_default();
            *weight += step * value;
            // What is left of a lesson taken back is rounding.
            if weight.abs() < NOTHING {
                self.weights.remove(place);
            }
        }
    }

    fn logit(&self, text: &Sparse) -> f32 {
        text.iter().filter_map(|(place, value)| Some(self.weights.get(place)? * value)).sum()
    }
}
