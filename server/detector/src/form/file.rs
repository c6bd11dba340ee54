//! The form model's part of the model file.

use super::{AXES, BITS, DENSE, Form, Plane, TRAITS};
use crate::sentence::WIDTH;

/// Bytes of the table of rarities, of one plane, and of all.
const TABLE: usize = 1 << BITS;
const PLANE: usize = TABLE + 4 * (DENSE + 2);
const SIZE: usize = TABLE / 2 + 2 * PLANE + 4 * (2 * TRAITS + AXES * (WIDTH + 1) + 2);

impl Form {
    /// Bytes in the file.
    pub(crate) const SIZE: usize = SIZE;

    /// Reads it; none when the length is another.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != SIZE {
            return None;
        }
        let (halves, rest) = bytes.split_at(TABLE / 2);
        let (verdict, rest) = rest.split_at(PLANE);
        let (gate, rest) = rest.split_at(PLANE);
        let mut numbers = floats(rest);
        let means = numbers.by_ref().take(TRAITS).collect();
        let scales = numbers.by_ref().take(TRAITS).collect();
        let axes = numbers.by_ref().take(AXES * WIDTH).collect();
        let origin = numbers.by_ref().take(AXES).collect();
        Some(Self {
            rarities: halves.iter().flat_map(|two| [two & 15, two >> 4]).collect(),
            verdict: plane(verdict)?,
            gate: plane(gate)?,
            means,
            scales,
            axes,
            origin,
            slope: numbers.next()?,
            intercept: numbers.next()?,
        })
    }

    /// Appends it to a file.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.rarities.chunks_exact(2).map(|two| two[0] | two[1] << 4));
        for plane in [&self.verdict, &self.gate] {
            bytes.extend(plane.words.iter().map(|weight| weight.cast_unsigned()));
            put(bytes, plane.dense.iter().chain([&plane.unit, &plane.bias]));
        }
        let axes = self.axes.iter().chain(&self.origin);
        put(bytes, self.means.iter().chain(&self.scales).chain(axes).chain([&self.slope, &self.intercept]));
    }
}

fn plane(bytes: &[u8]) -> Option<Plane> {
    let (words, rest) = bytes.split_at_checked(TABLE)?;
    let mut numbers = floats(rest);
    Some(Plane {
        words: words.iter().map(|byte| byte.cast_signed()).collect(),
        dense: numbers.by_ref().take(DENSE).collect(),
        unit: numbers.next()?,
        bias: numbers.next()?,
    })
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

fn put<'a>(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = &'a f32>) {
    numbers.for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
}
