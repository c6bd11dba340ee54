//! Near-identical texts, found by minimum hashes of word triples (one-permutation hashing, Li, Owen and Zhang 2012).

use std::collections::{BTreeMap, HashMap};

use super::layer::Teacher;
use crate::{hash::spread, text::Tokens};

/// Bins of a sketch.
const BINS: usize = 64;

/// Bins of a band: texts that agree on a whole band are near-identical, mostly at a Jaccard similarity of 0.9 and above.
const BAND: usize = 16;

/// From this estimated Jaccard similarity on, a text is a near copy.
const NEAR: f32 = 0.7;

/// Of the texts that share a bin with another, this many of the newest are looked at.
const CANDIDATES: usize = 32;

/// Marks a bin without a hash.
const EMPTY: u32 = u32::MAX;

/// The least hash of each bin of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sketch([u32; BINS]);

impl Sketch {
    /// The sketch of a text's words, in triples.
    pub(crate) fn of(tokens: &Tokens) -> Self {
        let mut bins = [EMPTY; BINS];
        tokens.triples(|hash| {
            let bin = &mut bins[(hash % BINS as u64) as usize];
            *bin = (*bin).min((hash >> 32) as u32);
        });
        Self(bins)
    }

    /// One number a band; the same in texts that are near-identical. None for a text without words.
    pub(super) fn bands(&self) -> impl Iterator<Item = u64> {
        let filled = self.0.iter().any(|bin| *bin != EMPTY);
        // A band of empty bins would make all short texts alike.
        let bands = self
            .0
            .chunks_exact(BAND)
            .enumerate()
            .filter(move |(_, bins)| filled && bins.iter().any(|bin| *bin != EMPTY));
        bands.map(|(band, bins)| bins.iter().fold(band as u64, |hash, bin| spread(hash ^ u64::from(*bin))))
    }

    fn filled(&self) -> impl Iterator<Item = (u8, u32)> {
        self.0.iter().enumerate().filter(|(_, bin)| **bin != EMPTY).map(|(place, bin)| (place as u8, *bin))
    }

    /// Estimated Jaccard similarity of the texts' word triples, 0 to 1.
    fn similarity(&self, other: &Self) -> f32 {
        let (mut same, mut either) = (0, 0);
        for (one, other) in self.0.iter().zip(&other.0) {
            either += u32::from(*one != EMPTY || *other != EMPTY);
            same += u32::from(*one != EMPTY && one == other);
        }
        if either == 0 { 0.0 } else { same as f32 / either as f32 }
    }
}

/// Labelled texts, to find near copies of.
#[derive(Clone, Debug, Default)]
pub(super) struct NearCopies {
    texts: HashMap<i64, (Sketch, Teacher, bool)>,
    bins: HashMap<(u8, u32), Vec<i64>>,
}

impl NearCopies {
    pub(super) fn insert(&mut self, detection: i64, teacher: Teacher, is_spam: bool, sketch: Sketch) {
        self.remove(detection);
        self.texts.insert(detection, (sketch, teacher, is_spam));
        for bin in sketch.filled() {
            self.bins.entry(bin).or_default().push(detection);
        }
    }

    pub(super) fn remove(&mut self, detection: i64) {
        let Some((sketch, ..)) = self.texts.remove(&detection) else { return };
        for bin in sketch.filled() {
            if let Some(texts) = self.bins.get_mut(&bin) {
                texts.retain(|text| *text != detection);
                if texts.is_empty() {
                    self.bins.remove(&bin);
                }
            }
        }
    }

    /// What each teacher said last of near copies of a text.
    pub(super) fn said(&self, sketch: &Sketch) -> BTreeMap<Teacher, Said> {
        let mut candidates: Vec<i64> = sketch
            .filled()
            .filter_map(|bin| self.bins.get(&bin))
            .flat_map(|texts| texts.iter().rev().take(CANDIDATES).copied())
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut said = BTreeMap::new();
        for detection in candidates {
            if let Some((other, teacher, is_spam)) = self.texts.get(&detection)
                && sketch.similarity(other) >= NEAR
            {
                said.insert(*teacher, Said { is_spam: *is_spam, detection });
            }
        }
        said
    }
}

/// A word on a near copy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Said {
    /// Whether it is spam.
    pub(super) is_spam: bool,
    /// Number of the detection that was labelled.
    pub(super) detection: i64,
}
