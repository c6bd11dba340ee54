//! The model: a table of weights, a table of rarities, and a few numbers a channel; read from one file.

use crate::{
    channel::Channel,
    features::{Feature, Reading},
    form::Form,
};

/// First bytes of a model file.
const MAGIC: &[u8; 4] = b"GVLM";

/// Version of the file's layout; raised with every change of it or of the features.
const VERSION: u8 = 5;

/// The highest rarity: half a byte in the file.
pub(crate) const RAREST: u8 = 15;

/// Bytes before the tables.
const HEADER: usize = 4 + 4 + 4 + Channel::ALL.len() * 12;

/// Why a model file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The file is not a model file, or one of another version.
    #[error("not a model file of version {VERSION}")]
    Format,
    /// The file is shorter or longer than its header says.
    #[error("the model file has {found} bytes instead of {expected}")]
    Length {
        /// Bytes that the header promises.
        expected: usize,
        /// Bytes that are there.
        found: usize,
    },
}

/// What the model keeps for a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Calibration {
    /// Added to the margin.
    pub(crate) bias: f32,
    /// Logit of spam for each unit of margin.
    pub(crate) slope: f32,
    /// Logit of spam at margin 0.
    pub(crate) intercept: f32,
}

/// A trained model.
#[derive(Clone, PartialEq)]
pub struct Model {
    bits: u32,
    weight_unit: f32,
    calibrations: [Calibration; Channel::ALL.len()],
    places: Vec<Place>,
    /// The model for what forms get, where the corpus had such.
    pub(crate) form: Option<Form>,
}

/// A place of the table. Rarity and weight lie side by side, because a verdict asks for both and waits for memory.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    rarity: u8,
    weight: i8,
}

impl Model {
    /// Puts a model together from what training found; both tables have `1 << bits` entries, rarities are at most
    /// [`RAREST`].
    pub(crate) fn quantise(
        bits: u32,
        weights: &[f32],
        rarities: Vec<u8>,
        calibrations: [Calibration; Channel::ALL.len()],
    ) -> Self {
        let largest = weights.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
        let weight_unit = (largest / 127.0).max(f32::MIN_POSITIVE);
        let weights = weights.iter().map(|weight| (weight / weight_unit).round() as i8);
        let places = rarities.into_iter().zip(weights).map(|(rarity, weight)| Place { rarity, weight });
        Self { bits, weight_unit, calibrations, places: places.collect(), form: None }
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// When the bytes are not a model file of this version, or cut short.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let header = bytes.get(..HEADER).ok_or(ModelError::Format)?;
        if &header[..4] != MAGIC || header[4] != VERSION || header[6] as usize != Channel::ALL.len() {
            return Err(ModelError::Format);
        }
        let bits = u32::from(header[5]);
        if !(10..=24).contains(&bits) {
            return Err(ModelError::Format);
        }
        let size = 1_usize << bits;
        let forms = if header[7] == 0 { 0 } else { Form::SIZE };
        let expected = HEADER + size / 2 + size + forms;
        if bytes.len() != expected {
            return Err(ModelError::Length { expected, found: bytes.len() });
        }
        let number = |place: usize| {
            let at = 8 + place * 4;
            f32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let calibrations = std::array::from_fn(|channel| Calibration {
            bias: number(1 + channel * 3),
            slope: number(2 + channel * 3),
            intercept: number(3 + channel * 3),
        });
        let (rarities, rest) = bytes[HEADER..].split_at(size / 2);
        let (weights, form) = rest.split_at(size);
        let form = (forms > 0).then(|| Form::from_bytes(form).ok_or(ModelError::Format)).transpose()?;
        let rarities = rarities.iter().flat_map(|two| [two & 15, two >> 4]);
        let places = rarities
            .zip(weights)
            .map(|(rarity, byte)| Place { rarity, weight: byte.cast_signed() })
            .collect();
        Ok(Self { bits, weight_unit: number(0), calibrations, places, form })
    }

    /// Writes the model file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + 2 * self.places.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[
            VERSION,
            self.bits as u8,
            Channel::ALL.len() as u8,
            u8::from(self.form.is_some()),
        ]);
        let calibrations = self.calibrations.iter().flat_map(|c| [c.bias, c.slope, c.intercept]);
        for number in [self.weight_unit].into_iter().chain(calibrations) {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend(self.places.chunks_exact(2).map(|two| two[0].rarity | two[1].rarity << 4));
        bytes.extend(self.places.iter().map(|place| place.weight.cast_unsigned()));
        if let Some(form) = &self.form {
            form.write(&mut bytes);
        }
        bytes
    }

    /// Binary logarithm of the number of weights.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// What the model says of a reading.
    pub(crate) fn weigh(&self, reading: &Reading, channel: Channel) -> Weighing {
        let turn = cross(channel, self.bits);
        let (mut sum, mut square, mut known) = (0_i32, 0_u32, 0_u32);
        let mut by_token = vec![0_i32; reading.tokens.list.len()];
        for feature in &reading.features {
            let (rarity, weight) = self.look_up(feature, turn);
            // At most 15 * 256 each, and a bounded text has far fewer features than would fill the sum.
            let pull = i32::from(rarity) * weight;
            sum += pull;
            square += u32::from(rarity).pow(2);
            known += u32::from(rarity > 0);
            if let Some(own) = by_token.get_mut(usize::from(feature.token)) {
                *own += pull;
            }
        }
        let calibration = self.calibrations[channel.index()];
        let norm = (square as f32).sqrt().max(1.0);
        let unit = self.weight_unit / norm;
        let margin = sum as f32 * unit + calibration.bias;
        Weighing {
            logit: calibration.slope * margin + calibration.intercept,
            unit: unit * calibration.slope,
            by_token,
            known,
        }
    }

    pub(crate) fn rarity(&self, index: u32) -> u8 {
        self.places[index as usize].rarity
    }

    /// A feature's rarity, and its weight with the one within the channel.
    fn look_up(&self, feature: &Feature, turn: u32) -> (u8, i32) {
        let Place { rarity, weight } = self.places[feature.index as usize];
        let crossed = self.places[(feature.index ^ turn) as usize].weight;
        (rarity, i32::from(weight) + i32::from(crossed))
    }
}

impl Model {
    /// The model that comes with the program.
    pub fn embedded() -> &'static Self {
        static MODEL: std::sync::OnceLock<Model> = std::sync::OnceLock::new();
        #[expect(clippy::expect_used, reason = "the file is part of the program; a test reads it")]
        MODEL.get_or_init(|| {
            Self::from_bytes(include_bytes!("../model/gavel.bin")).expect("the embedded model")
        })
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("bits", &self.bits).field("calibrations", &self.calibrations).finish()
    }
}

/// What the model says of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weighing {
    /// Logarithm of the odds of spam.
    pub(crate) logit: f32,
    /// What one unit of rarity times weight adds to the logit.
    unit: f32,
    /// Rarity times weight of each token's features, together.
    by_token: Vec<i32>,
    /// Features that training saw more than once.
    pub(crate) known: u32,
}

impl Weighing {
    /// What each token adds to the logit, its features together.
    pub(crate) fn pulls(&self) -> Vec<f64> {
        self.by_token.iter().map(|pull| f64::from(*pull as f32 * self.unit)).collect()
    }
}

/// What a feature's index is combined with (exclusive or) for its weight within a channel.
pub(crate) fn cross(channel: Channel, bits: u32) -> u32 {
    const TURNS: [u32; Channel::ALL.len()] =
        [0x5A31_6D27, 0x2C9E_8B55, 0x71B4_39CB, 0x13D6_E41D, 0x4F0A_57F3, 0x6B3C_91A5];
    TURNS[channel.index()] & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_read_and_written_again() {
        let bytes = include_bytes!("../model/gavel.bin");
        assert!(bytes.len() <= 3_500_000);
        assert_eq!(Model::from_bytes(bytes).expect("a model").to_bytes(), bytes);
    }

    #[test]
    fn broken_files_are_refused() {
        let bytes = Model::embedded().to_bytes();
        let (expected, found) = (bytes.len(), bytes.len() - 1);
        assert_eq!(Model::from_bytes(&bytes[..found]), Err(ModelError::Length { expected, found }));
        assert_eq!(Model::from_bytes(b"GVLM"), Err(ModelError::Format));
        assert_eq!(Model::from_bytes(&[0; 4_000]), Err(ModelError::Format));
    }
}
