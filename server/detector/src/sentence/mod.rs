//! What a text is about, as 512 numbers that lie near each other for texts of like meaning, also across sixteen languages.
//!
//! The vectors come from Google's universal-sentence-encoder-multilingual 3, read piece by piece beforehand
//! (`tools/distil.py`): a text's vector is made of the sum of its pieces' vectors and of four dense layers.

mod dense;
mod table;
mod vocabulary;

use std::sync::OnceLock;

use self::{dense::Layer, table::Table, vocabulary::Vocabulary};

/// Numbers in a text's vector.
pub(crate) const WIDTH: usize = 512;

/// First bytes of the file, and its version.
const MAGIC: &[u8; 5] = b"GVLS\x01";

/// Reads texts into vectors.
pub(crate) struct Encoder {
    vocabulary: Vocabulary,
    table: Table,
    bias: Vec<f32>,
    /// From the sum to the first hidden layer, and past it.
    first: Layer,
    around_first: Layer,
    second: Layer,
    third: Layer,
    around_third: Layer,
    last: Layer,
}

impl Encoder {
    /// The encoder that is part of the program.
    pub(crate) fn embedded() -> &'static Self {
        static ENCODER: OnceLock<Encoder> = OnceLock::new();
        #[expect(clippy::expect_used, reason = "the file is part of the program; a test reads it")]
        ENCODER.get_or_init(|| {
            Self::read(include_bytes!("../../model/sentences.bin")).expect("the embedded sentence vectors")
        })
    }

    /// Reads the file's layout, which `tools/distil.py` tells.
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let mut rest = Rest(bytes);
        if rest.bytes(8)?.get(..5)? != MAGIC {
            return None;
        }
        let (pieces, width) = (rest.whole()?, rest.whole()?);
        if width != WIDTH {
            return None;
        }
        let table = Table::read(&mut rest, pieces)?;
        let vocabulary = Vocabulary::read(&mut rest, pieces)?;
        let mut layer = || Layer::read(&mut rest);
        let (first, around_first, second) = (layer()?, layer()?, layer()?);
        let (third, around_third, last) = (layer()?, layer()?, layer()?);
        let bias = rest.floats(WIDTH)?;
        rest.0.is_empty().then_some(Self {
            vocabulary,
            table,
            bias,
            first,
            around_first,
            second,
            third,
            around_third,
            last,
        })
    }

    /// Pieces of a text, as numbers in the vocabulary.
    pub(crate) fn pieces(&self, text: &[char]) -> Vec<u32> {
        self.vocabulary.pieces(text)
    }

    /// The vector of a text, of length 1.
    pub(crate) fn encode(&self, text: &[char]) -> Vec<f32> {
        self.of_pieces(&self.pieces(text))
    }

    fn of_pieces(&self, pieces: &[u32]) -> Vec<f32> {
        let mut sum = vec![0.0; WIDTH];
        pieces.iter().for_each(|piece| self.table.add(*piece, &mut sum));
        let root = (pieces.len().max(1) as f32).sqrt();
        let sum = self.table.scaled(sum, root, &self.bias);
        let positive = |mut numbers: Vec<f32>| {
            numbers.iter_mut().for_each(|number| *number = number.max(0.0));
            numbers
        };
        let first = positive(self.first.of(&sum));
        let second = positive(self.second.add_to(&first, self.around_first.of(&sum)));
        let third = positive(self.third.of(&second));
        let mut out = self.last.add_to(&third, self.around_third.of(&second));
        out.iter_mut().for_each(|number| *number = number.tanh());
        let length = out.iter().map(|number| number * number).sum::<f32>().sqrt().max(1e-6);
        out.iter_mut().for_each(|number| *number /= length);
        out
    }
}

/// What is left to read of the file.
struct Rest(&'static [u8]);

impl Rest {
    fn bytes(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn whole(&mut self) -> Option<usize> {
        let bytes = self.bytes(4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    fn floats(&mut self, count: usize) -> Option<Vec<f32>> {
        let bytes = self.bytes(count.checked_mul(4)?)?;
        Some(
            bytes
                .chunks_exact(4)
                .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// What the Python program beside the package said of a text.
    #[derive(Deserialize)]
    struct Expected {
        text: String,
        pieces: Vec<u32>,
        vector: Vec<f32>,
        teacher: f32,
    }

    fn expected() -> Vec<Expected> {
        serde_json::from_str(include_str!("../../tests/fixtures/sentences.json")).expect("a fixture")
    }

    #[test]
    fn pieces_and_vectors_are_those_of_the_python_program() {
        let encoder = Encoder::embedded();
        let expected = expected();
        assert!(expected.len() >= 12);
        for Expected { text, pieces, vector, .. } in expected {
            let chars: Vec<char> = text.chars().collect();
            assert_eq!(encoder.pieces(&chars), pieces, "{text}");
            let found = encoder.encode(&chars);
            assert_eq!(found.len(), vector.len());
            let apart = found.iter().zip(&vector).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
            assert!(apart < 2e-4, "{text}: {apart}");
        }
    }

    #[test]
    fn vectors_stay_near_the_encoder_that_they_come_from() {
        let expected = expected();
        let mean = expected.iter().map(|one| one.teacher).sum::<f32>() / expected.len() as f32;
        assert!(mean > 0.84, "{mean}");
    }

    #[test]
    fn nothing_and_anything_has_a_vector() {
        for text in ["", " ", "\u{200b}", "\u{10ffff}", &"a".repeat(5_000)] {
            let chars: Vec<char> = text.chars().collect();
            assert!(Encoder::embedded().encode(&chars).iter().all(|number| number.is_finite()), "{text}");
        }
    }

    #[test]
    fn broken_files_are_refused() {
        assert!(Encoder::read(b"GVLS").is_none());
        assert!(Encoder::read(&[0; 64]).is_none());
    }
}
