//! From characters to pieces: the likeliest way to put the text together from the vocabulary (a SentencePiece unigram model).

use super::Rest;
use crate::hash::spread;

/// The piece for a character that no piece has, and the marks of a text's begin and end.
const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;

/// What an unknown character costs, beside the rarest piece.
const UNKNOWN_COST: f32 = 10.0;

/// How SentencePiece writes a space.
const SPACE: char = '\u{2581}';

/// A prefix's hash and, where the prefix is a piece, its number and one; otherwise 0.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    piece: u32,
}

/// The vocabulary, as a table of all beginnings of all pieces.
pub(super) struct Vocabulary {
    slots: Vec<Slot>,
    scores: Vec<f32>,
    unknown: f32,
}

/// Marks an empty slot; no prefix has this hash.
const EMPTY: u32 = 0;

/// Slots: three times as many as there are beginnings.
const BITS: u32 = 20;

/// The best way to a place in the text: its score, where its last piece starts, and that piece.
#[derive(Clone, Copy)]
struct Step {
    score: f32,
    start: u32,
    piece: u32,
}

impl Vocabulary {
    pub(super) fn read(rest: &mut Rest, pieces: usize) -> Option<Self> {
        let scores = rest.floats(pieces)?;
        let lengths = rest.bytes(pieces)?;
        let lowest = scores.iter().fold(0.0_f32, |lowest, score| lowest.min(*score));
        let mut this =
            Self { slots: vec![Slot::default(); 1 << BITS], scores, unknown: lowest - UNKNOWN_COST };
        for (piece, length) in (1..).zip(lengths) {
            let text = std::str::from_utf8(rest.bytes(usize::from(*length))?).ok()?;
            let mut prefix = 0;
            let mut at = 0;
            for c in text.chars() {
                prefix = grown(prefix, c);
                at = this.insert(prefix);
            }
            this.slots[at].piece = piece;
        }
        Some(this)
    }

    /// Where a prefix is, put in if it is not there.
    fn insert(&mut self, prefix: u64) -> usize {
        let (hash, mut at) = place(prefix);
        while self.slots[at].hash != EMPTY && self.slots[at].hash != hash {
            at = (at + 1) & ((1 << BITS) - 1);
        }
        self.slots[at].hash = hash;
        at
    }

    /// The piece and one, or 0, of a beginning; none when no piece begins so.
    fn find(&self, prefix: u64) -> Option<u32> {
        let (hash, mut at) = place(prefix);
        loop {
            match self.slots[at] {
                Slot { hash: EMPTY, .. } => return None,
                slot if slot.hash == hash => return Some(slot.piece),
                _ => at = (at + 1) & ((1 << BITS) - 1),
            }
        }
    }

    /// The pieces of a text between the marks of its begin and end; spaces in a row count as one.
    pub(super) fn pieces(&self, text: &[char]) -> Vec<u32> {
        let text = spaced(text);
        let far = Step { score: f32::MIN, start: 0, piece: UNKNOWN };
        let mut steps = vec![far; text.len() + 1];
        steps[0].score = 0.0;
        for start in 0..text.len() {
            let base = steps[start].score;
            let mut prefix = 0;
            let mut single = false;
            let mut try_step = |end: usize, score: f32, piece: u32| {
                if score > steps[end].score {
                    steps[end] = Step { score, start: start as u32, piece };
                }
            };
            for (end, c) in (start + 1..).zip(&text[start..]) {
                prefix = grown(prefix, *c);
                let Some(piece) = self.find(prefix) else { break };
                if let Some(piece) = piece.checked_sub(1) {
                    try_step(end, base + self.scores[piece as usize], piece);
                    single |= end == start + 1;
                }
            }
            if !single {
                try_step(start + 1, base + self.unknown, UNKNOWN);
            }
        }
        let mut pieces = vec![END];
        let mut end = text.len();
        while end > 0 {
            pieces.push(steps[end].piece);
            end = steps[end].start as usize;
        }
        pieces.push(BEGIN);
        pieces.reverse();
        pieces
    }
}

/// A text with a mark for every run of spaces, and one at its start.
fn spaced(text: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len() + 1);
    for word in text.split(|c| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        out.push(SPACE);
        out.extend_from_slice(word);
    }
    out
}

/// The hash of a beginning with one more character.
fn grown(prefix: u64, c: char) -> u64 {
    (prefix.rotate_left(9) ^ u64::from(c)).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A beginning's hash as a slot holds it, and the first slot to look at.
fn place(prefix: u64) -> (u32, usize) {
    let hash = spread(prefix);
    ((hash as u32).max(1), (hash >> (64 - BITS)) as usize)
}
