//! Cross-validation folds that keep near-duplicates on one side.

use std::collections::HashMap;

use crate::{
    hash::spread,
    text::{Clean, Tokens},
};

/// Minimum hashes a text; with bands of [`ROWS`] they find pairs at a Jaccard similarity of about 0.5 and above.
const HASHES: usize = 64;
/// Hashes a band.
const ROWS: usize = 4;

/// Gives each text a fold, 0 to `folds` - 1. Texts that share a band of minimum hashes of word triples share a fold;
/// the rest is chance that depends on nothing but the text.
///
/// Each text comes with the style that it shares with others, or with an empty one.
pub(crate) fn assign<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>, folds: u64) -> Vec<u8> {
    let (mut clean, mut tokens) = (Clean::default(), Tokens::default());
    let mut groups = Groups::default();
    let mut bands: HashMap<(usize, u64), usize> = HashMap::new();
    let mut own = vec![];
    let mut styles: HashMap<&str, usize> = HashMap::new();
    for (place, (text, style)) in texts.enumerate() {
        clean.read(text);
        tokens.read(&clean);
        let sketch = sketch(&tokens);
        groups.parents.push(place);
        own.push(spread(sketch[0]));
        for (band, rows) in sketch.chunks_exact(ROWS).enumerate() {
            let key = rows.iter().fold(0, |hash, row| spread(hash ^ row));
            let first = *bands.entry((band, key)).or_insert(place);
            groups.join(first, place);
        }
        if !style.is_empty() {
            groups.join(*styles.entry(style).or_insert(place), place);
        }
    }
    (0..own.len())
        .map(|place| {
            let root = groups.root(place);
            (spread(own[root]) % folds) as u8
        })
        .collect()
}

/// The minimum hashes of a text's word triples.
fn sketch(tokens: &Tokens) -> [u64; HASHES] {
    let mut least = [u64::MAX; HASHES];
    tokens.triples(|hash| {
        for (place, least) in least.iter_mut().enumerate() {
            *least = (*least).min(spread(hash ^ spread(place as u64)));
        }
    });
    least
}

/// Disjoint sets.
#[derive(Default)]
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_copies_share_a_fold() {
        let text =
            "please find the weekly report attached and tell me what you think of the second chapter of it";
        let copy = text.replace("weekly", "monthly");
        let many: Vec<String> = (0..40).map(|n| format!("message {n} about thing {}", n * 7)).collect();
        let texts = many.iter().map(String::as_str).chain([text, copy.as_str()]).map(|text| (text, ""));
        let folds = assign(texts, 1_000);
        assert_eq!(folds[40], folds[41]);
        assert!(folds.iter().any(|fold| *fold != folds[0]));
    }

    #[test]
    fn texts_of_one_style_share_a_fold() {
        let texts = (0..30).map(|n| format!("message {n} of thing {}", n * 13)).collect::<Vec<_>>();
        let folds = assign(texts.iter().map(|text| (text.as_str(), "one")), 1_000);
        assert!(folds.iter().all(|fold| *fold == folds[0]));
    }
}
