//! Prints a search so that it reads back as the same.

use std::fmt::{self, Display};

use super::lex::{self, OPENING};
use super::{Key, Moment, SearchQuery, Term, TermKind};

impl Display for SearchQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.kind {
            TermKind::Word(word) if reads_as_word(word, self.negated) => f.write_str(word),
            TermKind::Prefix(start) => write!(f, "{start}*"),
            TermKind::Word(text) | TermKind::Phrase(text) => f.write_str(&quoted(text)),
            TermKind::Is(state) => keyed(f, Key::Is, state.as_str()),
            TermKind::Label(label) => keyed(f, Key::Label, label.as_str()),
            TermKind::App(said) => keyed(f, Key::App, said.as_str()),
            TermKind::Score(test) => keyed(f, Key::Score, &test.to_string()),
            TermKind::Email(pattern) => keyed(f, Key::Email, pattern.as_str()),
            // A single address reads back as the network of its own size.
            TermKind::Ip(net) if net.prefix_len() == net.max_prefix_len() => {
                keyed(f, Key::Ip, &net.addr().to_string())
            }
            TermKind::Ip(net) => keyed(f, Key::Ip, &net.to_string()),
            TermKind::Link(host) => keyed(f, Key::Link, host),
            TermKind::Site(pattern) => keyed(f, Key::Site, pattern.as_str()),
            TermKind::From(origin) => keyed(f, Key::From, origin.as_str()),
            TermKind::Judged(by) => keyed(f, Key::Judged, by.as_str()),
            TermKind::Token(name) => keyed(f, Key::Token, name),
            TermKind::Lang(tag) => keyed(f, Key::Lang, tag),
            TermKind::Import(number) => keyed(f, Key::Import, &number.to_string()),
            TermKind::Rule(number) => {
                keyed(f, Key::Rule, &number.map_or_else(|| "*".to_owned(), |number| number.to_string()))
            }
            TermKind::Reason(test) => keyed(f, Key::Reason, test.as_str()),
            TermKind::By(name) => keyed(f, Key::By, name),
            TermKind::After(moment) => keyed(f, Key::After, &moment.to_string()),
            TermKind::Before(moment) => keyed(f, Key::Before, &moment.to_string()),
            TermKind::Age(age) => keyed(f, Key::Age, &age.to_string()),
            TermKind::Labelled(age) => keyed(f, Key::Labelled, &age.to_string()),
            TermKind::LabelledOn(days) => keyed(f, Key::Labelled, &days.to_string()),
            TermKind::LabelledBetween(from, to) => {
                keyed(f, Key::Labelled, &format!("{}..{}", Moment::Time(*from), Moment::Time(*to)))
            }
            TermKind::Id(id) => keyed(f, Key::Id, id),
        }
    }
}

fn keyed(f: &mut fmt::Formatter<'_>, key: Key, value: &str) -> fmt::Result {
    let bare = !value.is_empty() && !value.contains(char::is_whitespace) && !value.starts_with(OPENING)
        // `site://x` would read as a word.
        && !value.starts_with("//");
    if bare { write!(f, "{key}:{value}") } else { write!(f, "{key}:{}", quoted(value)) }
}

/// The text in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether the text, written bare, is read as a word and not as something else.
fn reads_as_word(word: &str, negated: bool) -> bool {
    let written = if negated { format!("-{word}") } else { word.to_owned() };
    match &lex::lex(&written)[..] {
        [only] => {
            only.negated == negated
                && only.key.is_none()
                && only.quotes == lex::Quotes::None
                && only.value == word
                && !word.contains('*')
        }
        _ => false,
    }
}
