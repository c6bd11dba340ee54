//! A linear support vector machine with squared hinge loss over sparse words and dense numbers, trained by dual coordinate
//! descent (Hsieh et al., ICML 2008).

use crate::hash::spread;

/// A row: words, each with its value, and dense numbers.
pub(crate) struct Example {
    /// Places in the table of words, with values.
    pub(crate) words: Vec<(u32, f32)>,
    /// Dense numbers.
    pub(crate) dense: Vec<f32>,
    /// The label.
    pub(crate) positive: bool,
    /// What an error costs, against other rows.
    pub(crate) cost: f64,
}

/// A trained function.
pub(crate) struct Linear {
    pub(crate) words: Vec<f32>,
    pub(crate) dense: Vec<f32>,
    pub(crate) bias: f32,
}

/// Passes over the rows.
const PASSES: u32 = 25;

/// How strongly the bias may move.
const BIAS: f32 = 0.5;

impl Linear {
    /// Trains on rows whose words are places below `size`. The same rows give the same weights.
    pub(crate) fn train(rows: &[&Example], size: usize, cost: f64) -> Self {
        let width = rows.first().map_or(0, |row| row.dense.len());
        let mut this = Self { words: vec![0.0; size], dense: vec![0.0; width], bias: 0.0 };
        let lengths: Vec<f64> = rows.iter().map(|row| row.length()).collect();
        let mut multipliers = vec![0.0_f64; rows.len()];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut seed = 1_u64;
        for _ in 0..PASSES {
            shuffle(&mut order, &mut seed);
            for place in &order {
                let row = rows[*place];
                let damping = 1.0 / (2.0 * cost * row.cost);
                let sign = if row.positive { 1.0 } else { -1.0 };
                let slope = f64::from(sign * this.margin(row)) - 1.0 + damping * multipliers[*place];
                let next = (multipliers[*place] - slope / (lengths[*place] + damping)).max(0.0);
                let step = (next - multipliers[*place]) as f32 * sign;
                multipliers[*place] = next;
                if step != 0.0 {
                    this.step(row, step);
                }
            }
        }
        this
    }

    /// The margin of a row.
    pub(crate) fn margin(&self, row: &Example) -> f32 {
        let words: f32 = row.words.iter().map(|(place, value)| self.words[*place as usize] * value).sum();
        let dense: f32 = row.dense.iter().zip(&self.dense).map(|(value, weight)| value * weight).sum();
        words + dense + self.bias
    }

    fn step(&mut self, row: &Example, step: f32) {
        row.words.iter().for_each(|(place, value)| self.words[*place as usize] += step * value);
        row.dense.iter().zip(&mut self.dense).for_each(|(value, weight)| *weight += step * value);
        self.bias += step * BIAS * BIAS;
    }
}

impl Example {
    fn length(&self) -> f64 {
        let words: f32 = self.words.iter().map(|(_, value)| value * value).sum();
        let dense: f32 = self.dense.iter().map(|value| value * value).sum();
        f64::from(words + dense + BIAS * BIAS)
    }
}

fn shuffle(order: &mut [usize], seed: &mut u64) {
    for place in (1..order.len()).rev() {
        *seed = spread(*seed);
        order.swap(place, (*seed % (place as u64 + 1)) as usize);
    }
}
