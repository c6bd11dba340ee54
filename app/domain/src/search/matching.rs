//! Whether a submission has the words of a search, told without the log: as its full-text index would.

use std::collections::{BTreeSet, HashSet};

use super::TermKind;
use super::links::link_keys;
use super::marks::Wanted;
use super::text::IndexText;
use crate::Content;

/// The words of a submission as the index would have them: field by field, since a phrase lies within one.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    fields: Vec<IndexText>,
    pictures: HashSet<char>,
    links: BTreeSet<String>,
}

impl Folded {
    /// Folds message, e-mail address, name, domain and address of the page.
    pub fn of(content: &Content) -> Self {
        let optional = [&content.email, &content.name, &content.domain, &content.website_url];
        let texts = std::iter::once(&content.message).chain(optional.into_iter().flatten());
        let fields: Vec<IndexText> = texts.map(|text| IndexText::of(text)).collect();
        let pictures = fields.iter().flat_map(IndexText::pictures).collect();
        Self { fields, pictures, links: link_keys(&content.message) }
    }

    /// The hosts of the message's links, and those above them.
    pub fn links(&self) -> &BTreeSet<String> {
        &self.links
    }

    /// Every word, as often as it is there.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().flat_map(IndexText::words)
    }
}

/// What a term about text asks of a submission.
#[derive(Clone, Debug)]
pub struct TextTest(Wanted);

impl TextTest {
    /// The test of a term; `None` when it is not about text.
    pub fn of(kind: &TermKind) -> Option<Self> {
        Wanted::of(kind).map(Self)
    }

    /// Whether the submission passes.
    pub fn holds(&self, text: &Folded) -> bool {
        let Self(wanted) = self;
        let has_words = wanted.words.is_empty()
            || text.fields.iter().any(|field| {
                let words: Vec<&str> = field.words().collect();
                (0..words.len()).any(|at| wanted.stands_at(&words[at..]))
            });
        has_words && wanted.pictures.iter().all(|picture| text.pictures.contains(picture))
    }

    /// A word that every submission has that passes, and whether only its start is meant. `None` where pictures alone are asked for.
    pub fn key(&self) -> Option<(&str, bool)> {
        let Self(wanted) = self;
        match &wanted.words[..] {
            [] => None,
            [only] => Some((only, wanted.open_end)),
            // The last may be only a start; of the others the longest is the rarest, as a rule.
            [most @ .., _] => most.iter().max_by_key(|word| word.len()).map(|word| (word.as_str(), false)),
        }
    }

    /// How many words and pictures it asks for.
    pub fn parts(&self) -> usize {
        self.0.words.len() + self.0.pictures.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SearchQuery;

    fn holds(search: &str, content: &Content) -> bool {
        let query = SearchQuery::parse(search).unwrap();
        let text = Folded::of(content);
        query.terms.iter().all(|term| TextTest::of(&term.kind).unwrap().holds(&text) != term.negated)
    }

    #[test]
    fn words_are_found_as_the_log_finds_them() {
        let content = Content {
            message: "FREE Money 💰 at Straße 垃圾邮件".to_owned(),
            email: Some("win@casino.test".to_owned()),
            ..Content::default()
        };
        for search in [
            "free",
            "\"free money\"",
            "mon*",
            "strasse",
            "圾邮",
            "💰",
            "win casino",
            "win@casino.test",
            "-poker",
        ] {
            assert!(holds(search, &content), "{search}");
        }
        for search in ["\"money free\"", "mone", "\"money win\"", "🔥", "-free"] {
            assert!(!holds(search, &content), "{search}");
        }
    }

    #[test]
    fn the_key_is_a_word_of_every_match() {
        let key = |search: &str| {
            let query = SearchQuery::parse(search).unwrap();
            let test = TextTest::of(&query.terms[0].kind).unwrap();
            test.key().map(|(word, open)| (word.to_owned(), open))
        };
        assert_eq!(key("Casino"), Some(("casino".to_owned(), false)));
        assert_eq!(key("cas*"), Some(("cas".to_owned(), true)));
        assert_eq!(key("\"win big\""), Some(("win".to_owned(), false)));
        assert_eq!(key("💰"), None);
    }
}
