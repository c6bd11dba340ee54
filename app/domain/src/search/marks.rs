//! Where in a text the words and pictures of a search are found, for marking them: text and search are folded as the index folds
//! them, and what is found stands for what was sent.

use std::collections::HashSet;

use super::text::IndexText;
use super::{SearchQuery, TermKind};

/// Byte ranges of `text` that the words, word starts, phrases and pictures of a search match, in order, not overlapping.
pub fn marks(query: &SearchQuery, text: &str) -> Vec<(usize, usize)> {
    let wanted = wanted(query);
    if wanted.is_empty() {
        return Vec::new();
    }
    let text = IndexText::of(text);
    let words: Vec<&str> = text.words().collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, word) in text.sent().iter().enumerate() {
        let longest =
            wanted.iter().filter(|wanted| wanted.stands_at(&words[at..])).map(|wanted| wanted.words.len());
        if let Some(length) = longest.max() {
            found.push((word.sent.0, text.sent()[at + length - 1].sent.1));
        }
    }
    let pictures: HashSet<char> = wanted.iter().flat_map(|wanted| wanted.pictures.iter().copied()).collect();
    let shown = text.sent_pictures().iter().filter(|(_, picture)| pictures.contains(picture));
    found.extend(shown.map(|(sent, _)| *sent));
    joined(found)
}

/// Ranges in order, those that overlap or touch put together: one emoji after the other is one mark, as 圾邮 is.
fn joined(mut found: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    found.sort_unstable();
    let mut marks: Vec<(usize, usize)> = Vec::with_capacity(found.len());
    for (start, end) in found {
        match marks.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
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

/// Words next to each other; of the last one perhaps only its start. And the pictures among them.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) words: Vec<String>,
    pub(super) open_end: bool,
    pub(super) pictures: Vec<char>,
}

impl Wanted {
    /// What a term about text wants; `None` for other terms, and where there is nothing to look up.
    pub(super) fn of(kind: &TermKind) -> Option<Self> {
        let (text, open_end) = match kind {
            TermKind::Word(text) | TermKind::Phrase(text) => (text, false),
            TermKind::Prefix(start) => (start, true),
            _ => return None,
        };
        let text = IndexText::of(text);
        (!text.is_empty()).then(|| Self {
            words: text.words().map(str::to_owned).collect(),
            open_end,
            pictures: text.pictures().collect(),
        })
    }

    pub(super) fn stands_at(&self, words: &[&str]) -> bool {
        let Some(last) = self.words.len().checked_sub(1) else { return false };
        words.len() > last
            && self.words.iter().zip(words).enumerate().all(|(index, (wanted, word))| {
                word == wanted || (index == last && self.open_end && word.starts_with(wanted.as_str()))
            })
    }
}

fn wanted(query: &SearchQuery) -> Vec<Wanted> {
    query.terms.iter().filter(|term| !term.negated).filter_map(|term| Wanted::of(&term.kind)).collect()
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
    fn marks_stand_where_the_index_found_it_however_it_is_written() {
        let text =
            "𝗙𝗥𝗘𝗘 ＭＯＮＥＹ, F\u{200d}ree Straße Ёлка مُحَمَّد ca\u{301}fe\u{301} 🔥🔥 win 💋 카지노를 ﬁne";
        assert_eq!(found("free money", text), ["𝗙𝗥𝗘𝗘", "ＭＯＮＥＹ", "F\u{200d}ree"]);
        assert_eq!(found("\"free money\"", text), ["𝗙𝗥𝗘𝗘 ＭＯＮＥＹ"]);
        assert_eq!(found("strasse елка محمد café", text), ["Straße", "Ёлка", "مُحَمَّد", "ca\u{301}fe\u{301}"]);
        assert_eq!(found("💋 🔥", text), ["🔥🔥", "💋"]);
        assert_eq!(found("\"win 💋\"", text), ["win", "💋"]);
        assert_eq!(found("카지노", text), ["카지노"]);
        assert_eq!(found("카지노*", text), ["카지노"]);
        assert_eq!(found("fi*", text), ["ﬁne"]);
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
