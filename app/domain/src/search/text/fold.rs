//! Folds a text, character by character.

use std::fmt::Write;

use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};

use super::classes::{is_accent, is_invisible, is_picture, is_unspaced, letter_of_badge};
use super::{INDEX_MARK, IndexText, Word};

/// Whether the last word goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    /// By letters and marks.
    Letters,
    /// By marks only: it is one character of a script without spaces.
    Marks,
}

pub(super) struct Folder {
    done: IndexText,
    open: Open,
    /// The last folded letter, while nothing stands behind it that does not join with what follows.
    last: Option<char>,
}

impl Folder {
    pub(super) fn fold(text: &str) -> IndexText {
        let done = IndexText { text: String::with_capacity(text.len()), ..IndexText::default() };
        let mut folder = Self { done, open: Open::No, last: None };
        for (at, char) in text.char_indices() {
            folder.char(char, (at, at + char.len_utf8()));
        }
        folder.done
    }

    fn char(&mut self, char: char, at: (usize, usize)) {
        if char.is_ascii() {
            match char.is_ascii_alphanumeric() {
                true => self.letter(char.to_ascii_lowercase(), at),
                false => self.close(),
            }
        } else if is_invisible(char) {
            // As if it were not there.
        } else if is_picture(char) {
            self.close();
            self.done.pictures.push((at, char));
        } else if let Some(letter) = letter_of_badge(char) {
            self.letter(letter, at);
        } else if char.is_alphanumeric() || is_combining_mark(char) {
            decompose_compatible(char, |part| self.part(part, at));
        } else {
            // A sign that stands for letters, such as ™ or ㎏, is a word of its own.
            self.close();
            decompose_compatible(char, |part| self.part(part, at));
            self.close();
        }
    }

    /// Takes what a character is composed of.
    fn part(&mut self, part: char, at: (usize, usize)) {
        if is_combining_mark(part) {
            self.mark(part, at);
        } else if part.is_alphanumeric() {
            for lower in part.to_lowercase() {
                match lower {
                    'ß' => self.letters(['s', 's'], at),
                    'æ' => self.letters(['a', 'e'], at),
                    'œ' => self.letters(['o', 'e'], at),
                    'ς' => self.letter('σ', at),
                    'ı' => self.letter('i', at),
                    'ø' => self.letter('o', at),
                    'ł' => self.letter('l', at),
                    'đ' => self.letter('d', at),
                    lower if is_combining_mark(lower) => self.mark(lower, at),
                    lower => self.letter(lower, at),
                }
            }
        } else {
            self.close();
        }
    }

    fn letters(&mut self, letters: [char; 2], at: (usize, usize)) {
        letters.into_iter().for_each(|letter| self.letter(letter, at));
    }

    fn letter(&mut self, letter: char, at: (usize, usize)) {
        let alone = is_unspaced(letter);
        // The parts of a syllable of Hangul.
        if alone && let Some(whole) = self.joined(letter).filter(|_| self.open == Open::Marks) {
            return self.replace_last(whole, at);
        }
        if alone || self.open != Open::Letters {
            self.begin(at);
        }
        self.open = if alone { Open::Marks } else { Open::Letters };
        self.last = Some(letter);
        self.done.text.push(letter);
        self.extend(at);
    }

    fn mark(&mut self, mark: char, at: (usize, usize)) {
        if self.open == Open::No {
            return;
        }
        let is_cyrillic = self.last.is_some_and(|last| matches!(last, '\u{400}'..='\u{52f}'));
        let is_kana = matches!(mark, '\u{3099}' | '\u{309a}');
        if is_cyrillic || is_kana {
            // Cyrillic й is another letter than и; with ё, and with the stress that ѐ and ѝ bear, it is not so.
            let whole = self.joined(mark).filter(|whole| !matches!(whole, 'ё' | 'ѐ' | 'ѝ'));
            return match whole {
                Some(whole) => self.replace_last(whole, at),
                None => self.extend(at),
            };
        }
        if !is_accent(mark) {
            self.last = None;
            // Writing to a string does not fail.
            let _ = write!(self.done.text, "{INDEX_MARK}{:05x}", u32::from(mark));
        }
        self.extend(at);
    }

    /// The character that the last letter and this one are together.
    fn joined(&self, with: char) -> Option<char> {
        self.last.and_then(|last| compose(last, with))
    }

    fn replace_last(&mut self, whole: char, at: (usize, usize)) {
        self.done.text.pop();
        self.done.text.push(whole);
        self.last = Some(whole);
        self.extend(at);
    }

    fn begin(&mut self, at: (usize, usize)) {
        if !self.done.text.is_empty() {
            self.done.text.push(' ');
        }
        let from = self.done.text.len();
        self.done.words.push(Word { sent: at, folded: (from, from) });
    }

    /// The last word reaches to here, in the text as sent and in the folded one.
    fn extend(&mut self, at: (usize, usize)) {
        if let Some(word) = self.done.words.last_mut() {
            word.sent.1 = at.1;
            word.folded.1 = self.done.text.len();
        }
    }

    fn close(&mut self) {
        self.open = Open::No;
        self.last = None;
    }
}
