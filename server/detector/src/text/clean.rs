//! The text as a reader sees it, with the place in the original that each character came from.

use super::{
    fold::{self, Fold},
    markup::{self, Markup, Meaning},
};

/// Characters looked at; what follows hardly ever changes a verdict, and a bound keeps the time bounded.
pub(crate) const MAX_CHARS: usize = 3_000;

/// Characters of these that are the text's start; the others are its end, where signatures and pitches stand.
const HEAD: usize = 2_000;

/// Bytes of the original looked at for the start and for the end, so that markup cannot hide the text for ever.
const HEAD_BYTES: usize = 16_000;
const TAIL_BYTES: usize = 6_000;

/// A cleaned text and what was removed from it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clean {
    /// What a reader sees, at most [`MAX_CHARS`]; case is kept.
    pub(crate) chars: Vec<char>,
    /// Byte offset in the original at which each character starts.
    pub(crate) at: Vec<u32>,
    /// Byte offset in the original at which reading stopped.
    pub(crate) end: u32,
    /// Invisible characters between visible ones.
    pub(crate) hidden: u32,
    /// Letters in disguise: full-width, mathematical, enclosed.
    pub(crate) styled: u32,
    /// Marks dropped.
    pub(crate) marks: u32,
    /// HTML tags.
    pub(crate) tags: u32,
}

impl Clean {
    /// Empties it for the next text, keeping the memory.
    pub(crate) fn clear(&mut self) {
        self.chars.clear();
        self.at.clear();
        (self.end, self.hidden, self.styled, self.marks, self.tags) = (0, 0, 0, 0, 0);
    }

    /// Cleans `text` into `self`: all of it, or its start and its end.
    pub(crate) fn read(&mut self, text: &str) {
        self.clear();
        let mut at = 0;
        while self.chars.len() < HEAD && at < HEAD_BYTES && at < text.len() {
            at = self.step(text, at);
        }
        let tail = text.floor_char_boundary(text.len().saturating_sub(TAIL_BYTES)).max(at);
        if tail > at {
            self.push('\n', at);
        }
        at = tail;
        while at < text.len() {
            at = self.step(text, at);
        }
        let over = self.chars.len().saturating_sub(MAX_CHARS);
        let head = HEAD.min(self.chars.len());
        self.chars.drain(head..head + over);
        self.at.drain(head..head + over);
        self.end = u32::try_from(at.min(text.len())).unwrap_or(u32::MAX);
    }

    /// Reads what starts at a byte, and tells where the next begins.
    fn step(&mut self, text: &str, at: usize) -> usize {
        let Some(c) = text[at..].chars().next() else { return text.len() };
        let found = match c {
            '<' => markup::tag(&text[at..]),
            '&' => markup::entity(&text[at..]),
            '=' => markup::quoted_printable(&text[at..]),
            _ => None,
        };
        match found {
            Some(found) => {
                self.markup(found, at);
                at + found.len
            }
            None => {
                self.char(c, at);
                at + c.len_utf8()
            }
        }
    }

    /// Byte range in the original of the characters `from..to`.
    pub(crate) fn span(&self, from: usize, to: usize) -> (u32, u32) {
        let start = self.at.get(from).copied().unwrap_or(self.end);
        let last = to.saturating_sub(1).max(from);
        let end = match self.at.get(last + 1) {
            Some(next) => *next,
            None => self.end,
        };
        (start, end.max(start))
    }

    fn push(&mut self, c: char, at: usize) {
        self.chars.push(c);
        self.at.push(u32::try_from(at).unwrap_or(u32::MAX));
    }

    fn char(&mut self, c: char, at: usize) {
        match fold::fold(c) {
            Fold::Keep(c) => self.push(c, at),
            Fold::Hidden => self.hidden += u32::from(!self.chars.is_empty()),
            Fold::Mark => self.marks += 1,
            Fold::Styled(c) => {
                self.styled += 1;
                self.push(c, at);
            }
        }
    }

    fn markup(&mut self, found: Markup<'_>, at: usize) {
        match found.meaning {
            Meaning::Nothing => {}
            Meaning::Char(c) => self.char(c, at),
            Meaning::Tag(address) => {
                self.tags += 1;
                self.push(' ', at);
                if let Some(address) = address {
                    address.chars().for_each(|c| self.push(c, at));
                    self.push(' ', at);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> (String, Clean) {
        let mut clean = Clean::default();
        clean.read(text);
        (clean.chars.iter().collect(), clean)
    }

    #[test]
    fn hidden_characters_go_and_spans_still_hit_the_original() {
        let (text, clean) = clean("v\u{200b}ia\u{200b}gra now");
        assert_eq!(text, "viagra now");
        assert_eq!(clean.hidden, 2);
        assert_eq!(clean.span(0, 6), (0, 12));
    }

    #[test]
    fn markup_goes_but_links_stay() {
        let (text, clean) = clean("<p>Hi &amp; <a href='http://a.example'>bye</a></p>");
        assert_eq!(text, " Hi &  http://a.example bye  ");
        assert_eq!(clean.tags, 4);
    }

    #[test]
    fn endless_text_is_bounded() {
        assert_eq!(clean(&"é".repeat(100_000)).0.len(), MAX_CHARS);
        assert_eq!(clean(&"<b>".repeat(100_000)).1.chars.len(), MAX_CHARS);
    }

    #[test]
    fn the_end_of_a_long_text_is_read_too() {
        let (text, clean) = clean(&format!("Start {} the end", "word ".repeat(2_000)));
        assert!(text.starts_with("Start word") && text.ends_with("the end"));
        assert_eq!(text.chars().count(), MAX_CHARS);
        let (from, to) = clean.span(MAX_CHARS - 3, MAX_CHARS);
        assert_eq!((to - from, to), (3, clean.end));
    }
}
