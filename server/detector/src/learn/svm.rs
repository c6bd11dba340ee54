//! A linear support vector machine with squared hinge loss, trained by dual coordinate descent
//! (Hsieh et al., ICML 2008), over hashed features that each also count within their channel.

use crate::{
    channel::Channel,
    features::Reading,
    hash::spread,
    model::{RAREST, cross},
};

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Binary logarithm of the size of the weight table.
    pub bits: u32,
    /// Cost of an error.
    pub cost: f64,
    /// Passes over the rows.
    pub passes: u32,
    /// Texts that a feature must be in to count.
    pub least_texts: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bits: 20, cost: 1.0, passes: 20, least_texts: 3 }
    }
}

/// Texts taken apart: feature indices of all rows in one list.
pub(crate) struct Matrix {
    indices: Vec<u32>,
    ends: Vec<usize>,
    /// Channel of each row.
    pub(crate) channels: Vec<Channel>,
}

impl Matrix {
    /// Takes texts apart.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>, bits: u32) -> Self {
        let mut matrix = Self { indices: vec![], ends: vec![], channels: vec![] };
        let mut reading = Reading::default();
        for text in texts {
            let channel = reading.read(text, bits);
            matrix.indices.extend(reading.features.iter().map(|feature| feature.index));
            matrix.ends.push(matrix.indices.len());
            matrix.channels.push(channel);
        }
        matrix
    }

    fn row(&self, row: usize) -> &[u32] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.indices[start..self.ends[row]]
    }
}

/// How much each feature counts before any weight: 0 (not at all) to [`RAREST`].
pub(crate) struct Rarities(Vec<u8>);

/// A feature whose odds of spam are this far from even (as a logarithm) counts in full.
const TELLING: f64 = 3.0;

impl Rarities {
    /// Inverse document frequency, halved for features that are as common in spam as in ham and full for those that
    /// tell the two apart (the idea of NB-SVM, Wang and Manning, ACL 2012; measured better than either alone).
    pub(crate) fn of(matrix: &Matrix, rows: &[usize], is_spam: &[bool], settings: &Settings) -> Self {
        let mut texts = vec![[0_u32; 2]; 1 << settings.bits];
        let mut all = [1.0_f64; 2];
        for row in rows {
            let label = usize::from(is_spam[*row]);
            all[label] += 1.0;
            for index in matrix.row(*row) {
                texts[*index as usize][label] += 1;
            }
        }
        let rarest = ((all[0] + all[1]) / 2.0).ln();
        let level = |[ham, spam]: [u32; 2]| {
            if ham + spam < settings.least_texts {
                return 0;
            }
            let rarity = ((all[0] + all[1]) / f64::from(ham + spam + 1)).ln() / rarest;
            let odds = ((f64::from(spam) + 1.0) / all[1]) / ((f64::from(ham) + 1.0) / all[0]);
            let telling = (odds.ln().abs() / TELLING).min(1.0);
            let level = rarity * (0.5 + 0.5 * telling) * f64::from(RAREST);
            level.round().clamp(1.0, f64::from(RAREST)) as u8
        };
        Self(texts.into_iter().map(level).collect())
    }

    /// The level of each feature.
    pub(crate) fn into_levels(self) -> Vec<u8> {
        self.0
    }
}

/// A trained hyperplane.
pub(crate) struct Plane {
    pub(crate) weights: Vec<f32>,
    pub(crate) biases: [f32; Channel::ALL.len()],
}

/// How much easier a weight within a channel moves than the one that all channels share: what marks spam in comments is
/// ordinary in text messages. Chosen by cross-validation among 1, 2 and 4.
const OWN: f32 = 2.0;

/// How strongly the bias may move, against one unit of text.
const BIAS: f32 = 0.3;

/// Trains on `rows` of the matrix.
pub(crate) fn train(
    matrix: &Matrix,
    rows: &[usize],
    is_spam: &[bool],
    rarities: &Rarities,
    settings: &Settings,
) -> Plane {
    let mut plane = Plane { weights: vec![0.0; 1 << settings.bits], biases: [0.0; Channel::ALL.len()] };
    let damping = 1.0 / (2.0 * settings.cost);
    let mut multipliers = vec![0.0_f64; rows.len()];
    let units: Vec<f32> = rows.iter().map(|row| 1.0 / norm(matrix.row(*row), rarities)).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut seed = 1_u64;
    for _ in 0..settings.passes {
        shuffle(&mut order, &mut seed);
        for place in &order {
            let row = rows[*place];
            let sign = if is_spam[row] { 1.0 } else { -1.0 };
            let margin = plane.margin(matrix, row, rarities, units[*place], settings.bits);
            // Each copy of the text has length 1 before it is stretched.
            let curvature = f64::from(1.0 + OWN + BIAS * BIAS) + damping;
            let slope = f64::from(sign * margin) - 1.0 + damping * multipliers[*place];
            let next = (multipliers[*place] - slope / curvature).max(0.0);
            let step = (next - multipliers[*place]) as f32 * sign;
            multipliers[*place] = next;
            if step != 0.0 {
                plane.step(matrix, row, rarities, step * units[*place], step, settings.bits);
            }
        }
    }
    plane
}

impl Plane {
    /// The margin of a row, given the inverse of its length.
    pub(crate) fn margin(
        &self,
        matrix: &Matrix,
        row: usize,
        rarities: &Rarities,
        unit: f32,
        bits: u32,
    ) -> f32 {
        let channel = matrix.channels[row];
        let turn = cross(channel, bits);
        let mut sum = 0.0;
        for index in matrix.row(row) {
            let weight = self.weights[*index as usize] + self.weights[(*index ^ turn) as usize];
            sum += weight * f32::from(rarities.0[*index as usize]);
        }
        sum * unit + self.biases[channel.index()]
    }

    fn step(&mut self, matrix: &Matrix, row: usize, rarities: &Rarities, unit: f32, step: f32, bits: u32) {
        let channel = matrix.channels[row];
        let turn = cross(channel, bits);
        for index in matrix.row(row) {
            let change = unit * f32::from(rarities.0[*index as usize]);
            self.weights[*index as usize] += change;
            self.weights[(*index ^ turn) as usize] += OWN * change;
        }
        self.biases[channel.index()] += step * BIAS * BIAS;
    }

    /// The margins of `rows`.
    pub(crate) fn margins(
        &self,
        matrix: &Matrix,
        rows: &[usize],
        rarities: &Rarities,
        bits: u32,
    ) -> Vec<f32> {
        rows.iter()
            .map(|row| self.margin(matrix, *row, rarities, 1.0 / norm(matrix.row(*row), rarities), bits))
            .collect()
    }
}

fn norm(indices: &[u32], rarities: &Rarities) -> f32 {
    let square: f32 = indices.iter().map(|index| f32::from(rarities.0[*index as usize]).powi(2)).sum();
    square.sqrt().max(1.0)
}

fn shuffle(order: &mut [usize], seed: &mut u64) {
    for place in (1..order.len()).rev() {
        *seed = spread(*seed);
        order.swap(place, (*seed % (place as u64 + 1)) as usize);
    }
}
