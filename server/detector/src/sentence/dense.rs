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

    /// The same, added to `out`. Inputs of zero, which are half of those past a hidden layer, cost nothing.
    pub(super) fn add_to(&self, input: &[f32], mut out: Vec<f32>) -> Vec<f32> {
        for (number, row) in input.iter().zip(self.weights.chunks_exact(self.outputs)) {
            if *number != 0.0 {
                out.iter_mut().zip(row).for_each(|(sum, weight)| *sum += number * weight);
            }
        }
        out
    }
}
