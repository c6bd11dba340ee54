//! Where in a text the words of a search are found, for marking them.
//!
//! Text and search are cut into words and folded as the full-text index does it (`unicode61 remove_diacritics 2`): by
//! letters and digits, without case and accents.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::text::{is_invisible, is_unspaced};
use super::{SearchQuery, TermKind};

/// A word of a text.
struct Word {
    start: usize,
    end: usize,
    folded: String,
}

/// Byte ranges of `text` that the words, word starts and phrases of a search match, in order, not overlapping.
pub fn marks(query: &SearchQuery, text: &str) -> Vec<(usize, usize)> {
    let wanted = wanted(query);
    if wanted.is_empty() {
        return Vec::new();
    }
    let words = words(text);
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for at in 0..words.len() {
        let longest =
            wanted.iter().filter(|wanted| wanted.stands_at(&words[at..])).map(|wanted| wanted.words.len());
        let Some(length) = longest.max() else { continue };
        let (start, end) = (words[at].start, words[at + length - 1].end);
        match marks.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => marks.push((start, end)),
        }
    }
    marks
}

/// The part of a text around the first match, of at most `chars` characters, and the marks in it. `None` when nothing
/// matches.
pub fn excerpt(query: &SearchQuery, text: &str, chars: usize) -> Option<(String, Vec<(usize, usize)>)> {
    /// Share of the excerpt that stands before the match: enough to read into it.
    const BEFORE: usize = 6;
    let all = marks(query, text);
    let first = all.first()?.0;
    let before = text[..first].char_indices().rev().take(chars / BEFORE);
    // From the start of a word, if one starts there.
    let back = before.map(|(at, _)| at).last().unwrap_or(first);
    let start = match back {
        0 => 0,
        back => text[back..first].find(char::is_whitespace).map_or(back, |gap| back + gap),
    };
    let end = text[start..].char_indices().nth(chars).map_or(text.len(), |(at, _)| start + at);
    let lead = if start > 0 { "…" } else { "" };
    let shifted = all.into_iter().filter(|mark| mark.1 <= end);
    let shifted = shifted.map(|mark| (mark.0 - start + lead.len(), mark.1 - start + lead.len())).collect();
    Some((format!("{lead}{}", &text[start..end]), shifted))
}

/// Words next to each other; of the last one perhaps only its start.
struct Wanted {
    words: Vec<String>,
    open_end: bool,
}

impl Wanted {
    fn stands_at(&self, words: &[Word]) -> bool {
        let last = self.words.len() - 1;
        words.len() > last
            && self.words.iter().zip(words).enumerate().all(|(index, (wanted, word))| {
                word.folded == *wanted
                    || (index == last && self.open_end && word.folded.starts_with(wanted.as_str()))
            })
    }
}

fn wanted(query: &SearchQuery) -> Vec<Wanted> {
    let terms = query.terms.iter().filter(|term| !term.negated);
    let texts = terms.filter_map(|term| match &term.kind {
        TermKind::Word(text) | TermKind::Phrase(text) => Some((text, false)),
        TermKind::Prefix(start) => Some((start, true)),
        _ => None,
    });
    texts
        .map(|(text, open_end)| Wanted {
            words: words(text).into_iter().map(|word| word.folded).collect(),
            open_end,
        })
        .filter(|wanted| !wanted.words.is_empty())
        .collect()
}

/// The words of a text as the index sees them.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, char) in text.char_indices() {
        if is_invisible(char) {
            continue;
        }
        let end = at + char.len_utf8();
        let alone = is_unspaced(char);
        let belongs = alone || char.is_alphanumeric() || (open && is_combining_mark(char));
        if !belongs {
            open = false;
            continue;
        }
        if alone || !open {
            words.push(Word { start: at, end, folded: String::new() });
        }
        open = !alone;
        if let Some(word) = words.last_mut() {
            word.end = end;
            fold(char, &mut word.folded);
        }
    }
    words
}

/// Without case and accents.
fn fold(char: char, folded: &mut String) {
    decompose_canonical(char, |part| {
        if !is_combining_mark(part) {
            folded.extend(part.to_lowercase());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(search: &str, text: &'a str) -> Vec<&'a str> {
        let query = SearchQuery::parse(search).unwrap();
        marks(&query, text).into_iter().map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn words_starts_and_phrases_are_found_as_the_index_finds_them() {
        let text = "FREE money! Free-Money, freely; señor Müller v\u{200b}iagra 垃圾邮件";
        assert_eq!(found("free", text), ["FREE", "Free"]);
        assert_eq!(found("free*", text), ["FREE", "Free", "freely"]);
        assert_eq!(found("\"free money\"", text), ["FREE money", "Free-Money"]);
        assert_eq!(found("free-money", text), ["FREE money", "Free-Money"]);
        assert_eq!(found("senor MULLER viagra", text), ["señor", "Müller", "v\u{200b}iagra"]);
        assert_eq!(found("圾邮", text), ["圾邮"]);
        assert_eq!(found("-money is:spam email:free*@x", text), [""; 0]);
    }

    #[test]
    fn an_excerpt_stands_around_the_first_match() {
        let query = SearchQuery::parse("casino").unwrap();
        let text = format!("{}the best casino in town, a casino {}", "word ".repeat(100), "x".repeat(500));
        let (excerpt, marks) = excerpt(&query, &text, 60).unwrap();
        assert!(excerpt.starts_with("… ") && excerpt.contains("the best casino in town"), "{excerpt}");
        assert_eq!(excerpt.chars().count(), 61);
        assert_eq!(marks.iter().map(|mark| &excerpt[mark.0..mark.1]).collect::<Vec<_>>(), ["casino"; 2]);
        let (near, marks) = super::excerpt(&query, "casino!", 60).unwrap();
        assert_eq!((near.as_str(), marks), ("casino!", vec![(0, 6)]));
        assert_eq!(super::excerpt(&query, "nothing", 60), None);
    }
}
