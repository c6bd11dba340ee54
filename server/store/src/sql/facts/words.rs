//! Words that many detections share, each kept once.

use std::collections::HashMap;

/// Numbers for words; 0 is none.
#[derive(Debug, Default)]
pub(super) struct Words {
    numbers: HashMap<String, u32>,
    /// As first written.
    words: Vec<String>,
}

impl Words {
    /// The number of a word. Those that differ in the case of ASCII letters alone are one, as in the columns.
    pub(super) fn number(&mut self, word: Option<&str>) -> u32 {
        let Some(word) = word else { return 0 };
        let folded = word.to_ascii_lowercase();
        if let Some(number) = self.numbers.get(&folded) {
            return *number;
        }
        self.words.push(word.to_owned());
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.numbers.insert(folded, number);
        number
    }

    /// The word of a number.
    pub(super) fn word(&self, number: u32) -> Option<&str> {
        self.words.get((number as usize).checked_sub(1)?).map(String::as_str)
    }

    /// Of each number, whether a word passes; the absent one does not.
    pub(super) fn passing(&self, passes: impl Fn(&str) -> bool) -> Vec<bool> {
        std::iter::once(false).chain(self.words.iter().map(|word| passes(word))).collect()
    }
}
