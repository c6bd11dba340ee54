//! A vector for each piece, in half bytes. The bytes stay in the program's file; only what is read takes memory.

use super::{Rest, WIDTH};

/// The vectors: row by row half bytes, less 8, times the row's scale and the column's.
pub(super) struct Table {
    columns: Vec<f32>,
    scales: &'static [u8],
    rows: &'static [u8],
}

impl Table {
    pub(super) fn read(rest: &mut Rest, pieces: usize) -> Option<Self> {
        let columns = rest.floats(WIDTH)?;
        let scales = rest.bytes(pieces.checked_mul(4)?)?;
        let rows = rest.bytes(pieces.checked_mul(WIDTH / 2)?)?;
        Some(Self { columns, scales, rows })
    }

    /// Adds a piece's vector, without the scales of the columns.
    pub(super) fn add(&self, piece: u32, sum: &mut [f32]) {
        let piece = piece as usize;
        let (Some(scale), Some(row)) = (
            self.scales.get(piece * 4..piece * 4 + 4),
            self.rows.get(piece * (WIDTH / 2)..(piece + 1) * (WIDTH / 2)),
        ) else {
            return;
        };
        let scale = f32::from_le_bytes([scale[0], scale[1], scale[2], scale[3]]);
        for (two, byte) in sum.chunks_exact_mut(2).zip(row) {
            two[0] += (f32::from(byte & 15) - 8.0) * scale;
            two[1] += (f32::from(byte >> 4) - 8.0) * scale;
        }
    }

    /// A sum with the scales of the columns, over the root of its count, and with the bias.
    pub(super) fn scaled(&self, mut sum: Vec<f32>, root: f32, bias: &[f32]) -> Vec<f32> {
        for ((number, column), bias) in sum.iter_mut().zip(&self.columns).zip(bias) {
            *number = *number * column / root + bias;
        }
        sum
    }
}
