//! A dense layer without a bias.

use super::Rest;

/// Weights by input.
pub(super) struct Layer {
    outputs: usize,
    weights: Vec<f32>,
}

impl Layer {
    pub(super) fn read(rest: &mut Rest) -> Option<Self> {
        let (inputs, outputs) = (rest.whole()?, rest.whole()?);
        let scales = rest.floats(outputs)?;
        let bytes = rest.bytes(inputs.checked_mul(outputs)?)?;
        let weights = bytes
            .chunks_exact(outputs.max(1))
            .flat_map(|row| {
                row.iter().zip(&scales).map(|(byte, scale)| f32::from(byte.cast_signed()) * scale)
            })
            .collect();
        Some(Self { outputs, weights })
    }

    /// What the layer makes of `input`.
    pub(super) fn of(&self, input: &[f32]) -> Vec<f32> {
        self.add_to(input, vec![0.0; self.outputs])
    }

    /// The same, added to `out`. Inputs of zero, which are half of those past a hidden layer, cost nothing; the others are taken
    /// four at a time, so that what is added up is read and written a quarter as often.
    pub(super) fn add_to(&self, input: &[f32], mut out: Vec<f32>) -> Vec<f32> {
        let rows = input.iter().zip(self.weights.chunks_exact(self.outputs));
        let rows: Vec<_> = rows.filter(|(number, _)| **number != 0.0).collect();
        let (fours, rest) = rows.as_chunks::<4>();
        for four in fours {
            let [a, b, c, d] = four.map(|(number, _)| *number);
            let [row_a, row_b, row_c, row_d] = four.map(|(_, row)| row);
            let weights = row_a.iter().zip(row_b).zip(row_c.iter().zip(row_d));
            for (sum, ((of_a, of_b), (of_c, of_d))) in out.iter_mut().zip(weights) {
                *sum = *sum + a * of_a + b * of_b + c * of_c + d * of_d;
            }
        }
        for &(&number, row) in rest {
            out.iter_mut().zip(row).for_each(|(sum, weight)| *sum += number * weight);
        }
        out
    }
}
