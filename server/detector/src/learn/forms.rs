//! Training the model for forms, comments, reviews, support and chats.

use super::{
    augment, axes,
    calibrate::{self, Curve},
    corpus::Row,
    linear::{Example, Linear},
};
use crate::{
    features::Reading,
    form::{
        AXES, BITS, DENSE, Form, PRODUCTS_AT, Plane, SENDER_AT, THEMES_AT, TRAITS, View, dot, places, spoken,
    },
    hash::spread,
    model::RAREST,
    sentence::{Encoder, WIDTH},
};

/// Cost of an error; of one on a made variant, and on a message of the corpora, against one on a written message.
const COST: f64 = 1.5;
const VARIANT: f64 = 0.3;
const CORPUS: f64 = 0.05;

/// Cost of an error of the gate.
const GATE_COST: f64 = 1.0;

/// Lengths that the meaning and the traits have together, beside words of length 1: chosen by leaving writers out.
const MEANING_LENGTH: f32 = 0.5;
const TRAITS_LENGTH: f32 = 0.5;

/// What the products count, beside words of length 1.
const PRODUCTS_LENGTH: f32 = 0.5;

/// Texts that a word must be in to count.
const LEAST_TEXTS: u32 = 2;

/// Of e-mails, one in so many is shown to the gate; of short texts all are.
const MAIL_SHOWN: u64 = 5;

/// A row taken apart.
pub(super) struct Taken {
    /// Place of the row in the corpus; of the row that it is a variant of.
    pub(super) row: usize,
    made: bool,
    places: Vec<u32>,
    sender: Vec<u32>,
    traits: [f32; TRAITS],
    meaning: Vec<f32>,
    is_spam: bool,
    is_form: bool,
}

impl Taken {
    fn of(
        request: &activelayer::CheckRequest,
        row: usize,
        labels: &Row,
        made: bool,
        reading: &mut Reading,
    ) -> Self {
        reading.read(&request.message, super::train::Settings::default().bits);
        let view = View::of(request, reading);
        let mut found: Vec<u32> = places(reading).collect();
        found.sort_unstable();
        found.dedup();
        let is_form = labels.form.is_some();
        let meaning = if is_form || is_short(labels) {
            Encoder::embedded().encode(&spoken(&request.message, reading))
        } else {
            vec![]
        };
        Self {
            row,
            made,
            places: found,
            sender: if is_form { view.sender } else { vec![] },
            traits: view.traits.values,
            meaning,
            is_spam: labels.is_spam,
            is_form,
        }
    }
}

/// Short messages of the corpora, which are near enough to forms to learn a little from.
fn is_short(row: &Row) -> bool {
    row.form.is_none() && row.request.message.len() < 400 && !row.request.message.contains("\n\n")
}

/// Takes the rows apart that the form model is trained on: written ones with their variants, and some of the corpora.
pub(super) fn take(rows: &[Row], folds: &[u8]) -> Vec<Taken> {
    let mut reading = Reading::default();
    let mut taken = vec![];
    for (place, row) in rows.iter().enumerate() {
        let shown = row.form.is_some() || is_short(row) || spread(place as u64).is_multiple_of(MAIL_SHOWN);
        if !shown {
            continue;
        }
        taken.push(Taken::of(&row.request, place, row, false, &mut reading));
        if row.form.is_some() {
            let beside = beside(rows, folds, place);
            for (request, is_spam) in augment::variants(row, place, &rows[beside], &mut reading) {
                let mut made = Taken::of(&request, place, row, true, &mut reading);
                made.is_spam = is_spam;
                taken.push(made);
            }
        }
    }
    taken
}

/// The next written row of the same hand in the same fold: it is on the same side of every split.
fn beside(rows: &[Row], folds: &[u8], place: usize) -> usize {
    let own = &rows[place];
    let same = |other: &usize| {
        rows[*other].form.is_some() && rows[*other].source == own.source && folds[*other] == folds[place]
    };
    (place + 1..rows.len()).chain(0..place).find(same).unwrap_or(place)
}

/// Trains on what of `taken` may be used; the curve is fitted on `margins`, found by models that did not see the rows.
pub(super) fn fit(taken: &[Taken], used: impl Fn(&Taken) -> bool, curve: Curve) -> Form {
    let rows: Vec<&Taken> = taken.iter().filter(|row| used(row)).collect();
    let rarities = rarities(&rows);
    let forms: Vec<&&Taken> = rows.iter().filter(|row| row.is_form && !row.made).collect();
    let (means, scales) = spread_of(forms.iter().map(|row| &row.traits[..]), TRAITS);
    let (middle, width) = spread_of(forms.iter().map(|row| &row.meaning[..]), WIDTH);
    let meanings: Vec<&[f32]> = forms.iter().map(|row| &row.meaning[..]).collect();
    let (axes, origin) = axes::find(&meanings, WIDTH, AXES);
    let mut form = Form {
        rarities,
        verdict: empty(),
        gate: empty(),
        means,
        scales,
        axes,
        origin,
        slope: curve.slope as f32,
        intercept: curve.intercept as f32,
    };
    let verdict: Vec<Example> = rows
        .iter()
        .filter(|row| !row.meaning.is_empty())
        .map(|row| example(&form, row, &middle, &width, true))
        .collect();
    let trained = Linear::train(&verdict.iter().collect::<Vec<_>>(), 1 << BITS, COST);
    form.verdict = plane(&trained, &middle, &width);
    let gate: Vec<Example> =
        rows.iter().filter(|row| !row.made).map(|row| example(&form, row, &middle, &width, false)).collect();
    let trained = Linear::train(&gate.iter().collect::<Vec<_>>(), 1 << BITS, GATE_COST);
    form.gate = plane(&trained, &middle, &width);
    form
}

/// The margin of a row by a model that did not see it.
pub(super) fn margin(form: &Form, row: &Taken) -> f32 {
    let square = |place: &u32| f32::from(form.rarities[*place as usize]).powi(2);
    let norm = row.places.iter().chain(&row.sender).map(square).sum::<f32>().sqrt().max(1.0);
    let pull = |place: &u32| {
        f32::from(form.rarities[*place as usize])
            * f32::from(form.verdict.words[*place as usize])
            * form.verdict.unit
    };
    let words = row.places.iter().chain(&row.sender).map(pull).sum::<f32>() / norm;
    let meaning = dot(&row.meaning, &form.verdict.dense)
        + dot(&form.products(&row.meaning), &form.verdict.dense[PRODUCTS_AT..]);
    let traits: f32 = (0..TRAITS)
        .map(|place| form.verdict.dense[WIDTH + place] * form.standard(place, row.traits[place]))
        .sum();
    words + meaning + traits + form.verdict.bias
}

/// The curve from margins of written rows, each by a model that saw nothing of its writer or of its fold.
pub(super) fn curve(
    taken: &[Taken],
    parts: usize,
    part_of: impl Fn(&Taken) -> usize,
    used: impl Fn(&Taken) -> bool,
) -> Curve {
    let neutral = Curve { slope: 1.0, intercept: 0.0 };
    let mut points = vec![];
    for part in 0..parts {
        let form = fit(taken, |row| used(row) && (!row.is_form || part_of(row) != part), neutral);
        let held = taken.iter().filter(|row| used(row) && row.is_form && !row.made && part_of(row) == part);
        points.extend(held.map(|row| (margin(&form, row), row.is_spam)));
    }
    calibrate::fit(&points, None)
}

fn empty() -> Plane {
    Plane { words: vec![], unit: 1.0, dense: vec![], bias: 0.0 }
}

/// Inverse document frequencies.
fn rarities(rows: &[&Taken]) -> Vec<u8> {
    let mut texts = vec![0_u32; 1 << BITS];
    for row in rows.iter().filter(|row| !row.made) {
        row.places.iter().chain(&row.sender).for_each(|place| texts[*place as usize] += 1);
    }
    let all = rows.iter().filter(|row| !row.made).count().max(2) as f64;
    let rarest = (all / 2.0).ln().max(1.0);
    let level = |texts: u32| {
        if texts < LEAST_TEXTS {
            return 0;
        }
        let rarity = (all / f64::from(texts + 1)).ln() / rarest * f64::from(RAREST);
        rarity.round().clamp(1.0, f64::from(RAREST)) as u8
    };
    texts.into_iter().map(level).collect()
}

/// Means and standard deviations.
fn spread_of<'a>(rows: impl Iterator<Item = &'a [f32]> + Clone, width: usize) -> (Vec<f32>, Vec<f32>) {
    let count = rows.clone().count().max(1) as f64;
    let mut sums = vec![0.0_f64; width];
    let mut squares = vec![0.0_f64; width];
    for row in rows {
        for ((sum, square), value) in sums.iter_mut().zip(&mut squares).zip(row) {
            *sum += f64::from(*value);
            *square += f64::from(*value).powi(2);
        }
    }
    let means: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
    let deviation =
        |(square, mean): (&f64, &f64)| (square / count - mean * mean).max(1e-6).sqrt().max(1e-2) as f32;
    let deviations = squares.iter().zip(&means).map(deviation).collect();
    (means.into_iter().map(|mean| mean as f32).collect(), deviations)
}

/// What a unit of standardised meaning, and of a standardised trait, is in an example.
fn units() -> (f32, f32) {
    (MEANING_LENGTH / (WIDTH as f32).sqrt(), TRAITS_LENGTH / (TRAITS as f32).sqrt())
}

fn example(form: &Form, row: &Taken, middle: &[f32], width: &[f32], verdict: bool) -> Example {
    let sender: &[u32] = if verdict { &row.sender } else { &[] };
    let value = |place: &u32| (*place, f32::from(form.rarities[*place as usize]));
    let mut words: Vec<(u32, f32)> =
        row.places.iter().chain(sender).map(value).filter(|(_, value)| *value > 0.0).collect();
    let norm = words.iter().map(|(_, value)| value * value).sum::<f32>().sqrt().max(1.0);
    words.iter_mut().for_each(|(_, value)| *value /= norm);
    let (meaning_unit, trait_unit) = units();
    let mut dense = vec![0.0; DENSE];
    if verdict {
        for (place, value) in row.meaning.iter().enumerate() {
            dense[place] = (value - middle[place]) / width[place] * meaning_unit;
        }
        for (out, product) in dense[PRODUCTS_AT..].iter_mut().zip(form.products(&row.meaning)) {
            *out = product * PRODUCTS_LENGTH;
        }
    }
    for (place, value) in row.traits.iter().enumerate() {
        if verdict || !(SENDER_AT..THEMES_AT).contains(&place) {
            dense[WIDTH + place] = form.standard(place, *value) * trait_unit;
        }
    }
    let cost = match (row.is_form, row.made) {
        (true, false) => 1.0,
        (true, true) => VARIANT,
        (false, _) => {
            if verdict {
                CORPUS
            } else {
                0.5
            }
        }
    };
    Example { words, dense, positive: if verdict { row.is_spam } else { row.is_form }, cost }
}

/// Folds the units and the middle of the meaning into the weights, and puts the words into bytes.
fn plane(trained: &Linear, middle: &[f32], width: &[f32]) -> Plane {
    let (meaning_unit, trait_unit) = units();
    let mut bias = trained.bias;
    let mut dense = vec![0.0; DENSE];
    for place in 0..WIDTH {
        dense[place] = trained.dense[place] * meaning_unit / width[place];
        bias -= dense[place] * middle[place];
    }
    for (place, (out, weight)) in dense.iter_mut().zip(&trained.dense).enumerate().skip(WIDTH) {
        *out = weight * if place < PRODUCTS_AT { trait_unit } else { PRODUCTS_LENGTH };
    }
    let largest = trained.words.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
    let unit = (largest / 127.0).max(f32::MIN_POSITIVE);
    let words = trained.words.iter().map(|weight| (weight / unit).round() as i8).collect();
    Plane { words, unit, dense, bias }
}
