//! The model for what forms, comments, reviews, support desks and chats get: linear over words, the text's meaning and its
//! traits; and the gate that tells such text from e-mail and text messages, which have a model of their own.

mod file;
mod hosts;
mod text;
mod traits;

use activelayer::CheckRequest;

pub(crate) use hosts::{Standing, is_abused_tld, standing};
pub(crate) use text::spoken;
pub(crate) use traits::{SENDER_AT, THEMES_AT, TRAITS, Traits, is_free_mailbox, of_place};

use crate::{
    features::{self, Reading},
    sentence::{Encoder, WIDTH},
    signals::Signal,
};

/// Binary logarithm of the number of weights of words.
pub(crate) const BITS: u32 = 19;

/// Axes along which meanings differ most: their products count as well, since what is harmless in one matter is spam in another.
pub(crate) const AXES: usize = 64;

/// Products of two axes, squares among them.
const PRODUCTS: usize = AXES * (AXES + 1) / 2;

/// Where the products start among a text's numbers.
pub(crate) const PRODUCTS_AT: usize = WIDTH + TRAITS;

/// Numbers of a text beside its words: its meaning, its traits and the products of its meaning's axes.
pub(crate) const DENSE: usize = PRODUCTS_AT + PRODUCTS;

/// A linear function of words, meaning and traits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    /// For each place of the table.
    pub(crate) words: Vec<i8>,
    /// What a unit of `words` stands for.
    pub(crate) unit: f32,
    /// Of the meaning, then of the traits, then of the products.
    pub(crate) dense: Vec<f32>,
    /// Added.
    pub(crate) bias: f32,
}

/// The model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    /// How much each word counts before any weight, 0 to [`crate::model::RAREST`].
    pub(crate) rarities: Vec<u8>,
    /// Tells spam from ham.
    pub(crate) verdict: Plane,
    /// Tells text of forms (positive) from e-mail and text messages of the corpora.
    pub(crate) gate: Plane,
    /// Mean of each trait over the training rows, and what one unit of it stands for.
    pub(crate) means: Vec<f32>,
    pub(crate) scales: Vec<f32>,
    /// Directions of the axes, one after the other, and where the mean of the training rows lies on each.
    pub(crate) axes: Vec<f32>,
    pub(crate) origin: Vec<f32>,
    /// From the margin to the logit.
    pub(crate) slope: f32,
    pub(crate) intercept: f32,
}

/// The furthest that a trait counts from its mean, in standard deviations.
const FURTHEST: f32 = 4.0;

/// How far the logit is held towards ham: to call a person's message spam does more harm than to let one of spam pass. Set by
/// hand, beside the figures that leave one writer after the other out.
const CAUTION: f64 = 1.0;

/// A part of a logit this small is not worth a line.
const WORTH_TELLING: f64 = 0.15;

/// What the form model says of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    /// Logarithm of the odds of spam.
    pub(crate) logit: f64,
    /// What the traits and the meaning add to it, in words.
    pub(crate) signals: Vec<Signal>,
    /// What each token's features add to it.
    pub(crate) pulls: Vec<f64>,
}

/// A submission as the form model sees it.
pub(crate) struct View {
    pub(crate) traits: Traits,
    /// Places of the sender's name and address in the table of words.
    pub(crate) sender: Vec<u32>,
}

impl View {
    pub(crate) fn of(request: &CheckRequest, reading: &Reading) -> Self {
        Self { traits: Traits::of(request, reading), sender: features::of_sender(request, BITS) }
    }
}

impl Form {
    /// A trait as it is weighed: how far from its mean.
    pub(crate) fn standard(&self, place: usize, value: f32) -> f32 {
        ((value - self.means[place]) / self.scales[place]).clamp(-FURTHEST, FURTHEST)
    }

    /// How much text of forms this is: positive if more than e-mail or a text message. Sender and meaning are not asked.
    pub(crate) fn gate(&self, reading: &Reading, view: &View) -> f64 {
        let norm = self.norm(reading, &[]);
        let words: f32 = places(reading).map(|place| self.pull(&self.gate, place)).sum();
        let traits: f32 = (0..TRAITS)
            .filter(|place| !(SENDER_AT..THEMES_AT).contains(place))
            .map(|place| self.gate.dense[WIDTH + place] * self.standard(place, view.traits.values[place]))
            .sum();
        f64::from(words / norm + traits + self.gate.bias)
    }

    /// The logit of a text, and what it is made of.
    pub(crate) fn weigh(&self, message: &str, reading: &Reading, view: &View) -> Said {
        let norm = self.norm(reading, &view.sender);
        let unit = f64::from(self.slope / norm);
        let mut pulls = vec![0.0; reading.tokens.list.len()];
        let mut words = 0.0;
        for (feature, place) in reading.features.iter().zip(places(reading)) {
            let pull = f64::from(self.pull(&self.verdict, place)) * unit;
            words += pull;
            if let Some(own) = pulls.get_mut(usize::from(feature.token)) {
                *own += pull;
            }
        }
        let sender: f64 =
            view.sender.iter().map(|place| f64::from(self.pull(&self.verdict, *place)) * unit).sum();
        let meaning = Encoder::embedded().encode(&spoken(message, reading));
        let meaning = dot(&meaning, &self.verdict.dense)
            + dot(&self.products(&meaning), &self.verdict.dense[PRODUCTS_AT..]);
        let meaning = f64::from((meaning + self.verdict.bias) * self.slope + self.intercept) - CAUTION;
        let mut signals = vec![];
        if meaning.abs() >= WORTH_TELLING {
            let text = if meaning > 0.0 {
                "Reads like spam as a whole"
            } else {
                "Reads like an ordinary message as a whole"
            };
            signals.push(Signal::new("meaning", text, meaning));
        }
        if sender.abs() >= WORTH_TELLING {
            let text = if sender > 0.0 {
                "Name or address like those of spam"
            } else {
                "Name or address like those of wanted messages"
            };
            signals.push(Signal::new("sender_words", text, sender));
        }
        let traits = self.traits(view, &mut signals);
        Said { logit: words + sender + meaning + traits, signals, pulls }
    }

    /// What the traits add together; those worth a line become signals.
    fn traits(&self, view: &View, signals: &mut Vec<Signal>) -> f64 {
        let mut sum = 0.0;
        let mut rest = 0.0;
        for (place, value) in view.traits.values.iter().enumerate() {
            let weight = self.verdict.dense[WIDTH + place];
            let added = f64::from(weight * self.standard(place, *value) * self.slope);
            sum += added;
            let one = of_place(place);
            match one.told.filter(|_| *value != 0.0 && added.abs() >= WORTH_TELLING / 3.0) {
                Some(text) => {
                    let span = view.traits.spans.iter().find(|(at, _)| *at == place).map(|(_, span)| *span);
                    let signal = Signal::new(one.name, text, added);
                    signals.push(Signal {
                        span: span.map(|(start, end)| (start as usize, end as usize)),
                        ..signal
                    });
                }
                None => rest += added,
            }
        }
        if f64::abs(rest) >= WORTH_TELLING {
            signals.push(Signal::new("shape", "Length, layout and signs of the text", rest));
        }
        sum
    }

    /// Products of where a meaning lies on two axes. A pair stands for itself and its mirror image, hence the root of two.
    pub(crate) fn products(&self, meaning: &[f32]) -> Vec<f32> {
        let along = |(axis, origin): (&[f32], &f32)| dot(axis, meaning) - origin;
        let places: Vec<f32> = self.axes.chunks_exact(WIDTH).zip(&self.origin).map(along).collect();
        let mut products = Vec::with_capacity(PRODUCTS);
        for (number, one) in places.iter().enumerate() {
            products.push(one * one);
            products.extend(places[number + 1..].iter().map(|other| one * other * std::f32::consts::SQRT_2));
        }
        products
    }

    fn pull(&self, plane: &Plane, place: u32) -> f32 {
        f32::from(self.rarities[place as usize]) * f32::from(plane.words[place as usize]) * plane.unit
    }

    /// The length of a text's words, by which they are divided.
    pub(crate) fn norm(&self, reading: &Reading, sender: &[u32]) -> f32 {
        let square = |place: u32| f32::from(self.rarities[place as usize]).powi(2);
        let sum: f32 = places(reading).chain(sender.iter().copied()).map(square).sum();
        sum.sqrt().max(1.0)
    }
}

/// Sums that [`dot`] keeps side by side, so that the processor adds several at once; their order is the same on every machine.
const LANES: usize = 16;

/// The sum of the products of two rows of numbers, as far as the shorter goes.
pub(crate) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let (ones, others) = (one.as_chunks::<LANES>().0, other.as_chunks::<LANES>().0);
    let mut sums = [0.0_f32; LANES];
    for (one, other) in ones.iter().zip(others) {
        for (sum, (one, other)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += one * other;
        }
    }
    let both = ones.len().min(others.len()) * LANES;
    let rest = one[both..].iter().zip(&other[both..]);
    sums.iter().sum::<f32>() + rest.map(|(one, other)| one * other).sum::<f32>()
}

/// Places of a text's features in the table of words.
pub(crate) fn places(reading: &Reading) -> impl Iterator<Item = u32> + '_ {
    reading.features.iter().map(|feature| feature.index & ((1 << BITS) - 1))
}
