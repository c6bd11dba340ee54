//! The directions along which rows of numbers differ most (principal components), by orthogonal iteration.

use crate::{form::dot, hash::spread};

/// Rounds of the iteration; the first directions, which matter most, are found long before.
const ROUNDS: usize = 30;

/// The first `count` directions of rows of `width` numbers, one after the other, and where the mean lies on each. They are scaled
/// so that a row lies at a distance of 1 from the mean, in the root of the mean square.
pub(super) fn find(rows: &[&[f32]], width: usize, count: usize) -> (Vec<f32>, Vec<f32>) {
    let mut mean = vec![0.0_f32; width];
    for row in rows {
        mean.iter_mut().zip(*row).for_each(|(sum, value)| *sum += value / rows.len() as f32);
    }
    let spread_of = covariance(rows, &mean);
    let mut axes: Vec<f32> = (0..count * width).map(|place| start(place as u64)).collect();
    orthogonal(&mut axes, width);
    for _ in 0..ROUNDS {
        let turned: Vec<f32> = axes
            .chunks_exact(width)
            .flat_map(|axis| spread_of.chunks_exact(width).map(|row| dot(row, axis)).collect::<Vec<_>>())
            .collect();
        axes = turned;
        orthogonal(&mut axes, width);
    }
    let variance = |axis: &[f32]| {
        spread_of.chunks_exact(width).zip(axis).map(|(row, weight)| dot(row, axis) * weight).sum::<f32>()
    };
    let length = axes.chunks_exact(width).map(variance).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    axes.iter_mut().for_each(|number| *number /= length);
    let origin = axes.chunks_exact(width).map(|axis| dot(axis, &mean)).collect();
    (axes, origin)
}

fn covariance(rows: &[&[f32]], mean: &[f32]) -> Vec<f32> {
    let width = mean.len();
    let mut sums = vec![0.0_f32; width * width];
    for row in rows {
        let centred: Vec<f32> = row.iter().zip(mean).map(|(value, mean)| value - mean).collect();
        for (sums, one) in sums.chunks_exact_mut(width).zip(&centred) {
            sums.iter_mut().zip(&centred).for_each(|(sum, other)| *sum += one * other);
        }
    }
    sums.iter_mut().for_each(|sum| *sum /= rows.len().max(1) as f32);
    sums
}

/// Any numbers between -0.5 and 0.5 that are the same each time.
fn start(place: u64) -> f32 {
    (spread(place) >> 40) as f32 / (1 << 24) as f32 - 0.5
}

/// Makes the axes of length 1 and at right angles to those before.
fn orthogonal(axes: &mut [f32], width: usize) {
    for at in (0..axes.len()).step_by(width) {
        let (before, rest) = axes.split_at_mut(at);
        let own = &mut rest[..width];
        for other in before.chunks_exact(width) {
            let shared = dot(own, other);
            own.iter_mut().zip(other).for_each(|(number, other)| *number -= shared * other);
        }
        let length = dot(own, own).sqrt().max(f32::MIN_POSITIVE);
        own.iter_mut().for_each(|number| *number /= length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_direction_comes_first() {
        let rows: Vec<[f32; 3]> =
            (0..40).map(|n| [n as f32 - 20.0, if n % 2 == 0 { 3.0 } else { -3.0 }, 7.0]).collect();
        let rows: Vec<&[f32]> = rows.iter().map(|row| &row[..]).collect();
        let (axes, origin) = find(&rows, 3, 2);
        assert!(axes[0].abs() > 20.0 * axes[1].abs() && axes[4].abs() > 20.0 * axes[3].abs(), "{axes:?}");
        assert!(axes[2].abs() < 1e-3 && axes[5].abs() < 1e-3);
        assert!((origin[0] - dot(&axes[..3], &[-0.5, 0.0, 7.0])).abs() < 1e-3);
    }
}
