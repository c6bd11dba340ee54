//! What is said quietly beside a search that was read: what was passed over, what was read as text, and what else was perhaps
//! meant.

use super::lex::{Lexeme, Quotes, lex};
use super::parse::VALUE_MAX_CHARS;
use super::print::quoted;
use super::text::IndexText;

/// Something to know about how a search was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// In a sentence or two.
    pub words: String,
    /// What to search for if something else was meant.
    pub instead: Option<String>,
}

/// Names of fields that words are looked up in anyway, as people write them before a colon.
const FIELDS: [&str; 14] = [
    "author", "body", "comment", "content", "domain", "message", "name", "sender", "subject", "text",
    "title", "url", "user", "website",
];

/// What is to be said about a search, if it can be read.
pub fn notes(input: &str) -> Vec<Note> {
    let lexemes = lex(input);
    let mut notes = Vec::new();
    notes.extend(passed_over(&lexemes, input));
    notes.extend(lexemes.iter().find_map(|lexeme| field(lexeme, input)));
    notes.extend(operators(&lexemes, input));
    notes.extend(lexemes.iter().find_map(|lexeme| left_out(lexeme, input)));
    notes
}

/// The whole of a search as one phrase, where it is not read so anyway.
pub fn as_text(input: &str) -> Option<String> {
    let lexemes = lex(input);
    let is_one =
        matches!(&lexemes[..], [only] if only.key.is_none() && !only.negated && only.quotes != Quotes::Open);
    let text = input.trim();
    let fits = text.chars().count() <= VALUE_MAX_CHARS && !IndexText::of(text).is_empty();
    (fits && !is_one).then(|| quoted(text))
}

fn is_plain(lexeme: &Lexeme) -> bool {
    lexeme.key.is_none() && lexeme.quotes == Quotes::None
}

fn passed_over(lexemes: &[Lexeme], input: &str) -> Option<Note> {
    let is_passed = |lexeme: &&Lexeme| lexeme.key.is_none() && IndexText::of(&lexeme.value).is_empty();
    let mut signs: Vec<&str> = Vec::new();
    for lexeme in lexemes.iter().filter(is_passed) {
        let sign = &input[lexeme.span.0..lexeme.span.1];
        if !signs.contains(&sign) {
            signs.push(sign);
        }
    }
    let words = format!("Passed over: {}. A search finds letters, digits and emoji.", signs.join(" "));
    (!signs.is_empty()).then_some(Note { words, instead: None })
}

/// `name:Ana`: there is no such key, since words are looked up in all of these.
fn field(lexeme: &Lexeme, input: &str) -> Option<Note> {
    let (field, value) = lexeme.value.split_once(':').filter(|_| is_plain(lexeme))?;
    let is_known = FIELDS.iter().any(|known| known.eq_ignore_ascii_case(field));
    if !is_known || IndexText::of(value).is_empty() {
        return None;
    }
    let words = format!(
        "“{field}:” is searched for as text: words are looked up in message, name, e-mail and page anyway."
    );
    let (start, end) = lexeme.value_span;
    Some(Note { words, instead: Some(format!("{}{value}{}", &input[..start], &input[end..])) })
}

/// AND, OR and NOT, in capitals.
fn operators(lexemes: &[Lexeme], input: &str) -> Option<Note> {
    let is = |lexeme: &Lexeme, word: &str| is_plain(lexeme) && !lexeme.negated && lexeme.value == word;
    let has = |word| lexemes.iter().any(|lexeme| is(lexeme, word));
    if lexemes.len() < 2 || !(has("AND") || has("OR") || has("NOT")) {
        return None;
    }
    let words =
        "AND, OR and NOT are searched for as words. All terms must match anyway, and a minus leaves one out.";
    let mut meant: Vec<String> = Vec::new();
    let mut minus = "";
    for lexeme in lexemes {
        if is(lexeme, "NOT") {
            minus = "-";
        } else if !is(lexeme, "AND") {
            meant.push(format!("{minus}{}", &input[lexeme.span.0..lexeme.span.1]));
            minus = "";
        }
    }
    let instead = Some(meant.join(" ")).filter(|meant| !meant.is_empty() && !has("OR"));
    Some(Note { words: words.to_owned(), instead })
}

/// `-50%`: a minus before what is no word is rather a sign of a pasted line.
fn left_out(lexeme: &Lexeme, input: &str) -> Option<Note> {
    let is_sign = |first: char| !first.is_alphabetic();
    if !is_plain(lexeme) || !lexeme.negated || !lexeme.value.starts_with(is_sign) {
        return None;
    }
    if IndexText::of(&lexeme.value).is_empty() {
        return None;
    }
    let words = format!("What has “{}” is left out.", lexeme.value);
    Some(Note {
        words,
        instead: Some(format!("{}{}", &input[..lexeme.span.0], &input[lexeme.value_span.0..])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(input: &str) -> Vec<(String, Option<String>)> {
        notes(input).into_iter().map(|note| (note.words, note.instead)).collect()
    }

    #[test]
    fn what_is_passed_over_is_said_once() {
        assert_eq!(
            said("free & money & – click --> 🔥 ???"),
            [("Passed over: & – --> ???. A search finds letters, digits and emoji.".to_owned(), None)]
        );
        assert_eq!(said("free money 💋 telegram:@spam_example is:spam"), []);
    }

    #[test]
    fn what_was_perhaps_meant_is_one_click() {
        for (typed, meant) in [
            ("name:Ana", "Ana"),
            ("is:spam MESSAGE:casino x", "is:spam casino x"),
            ("casino AND money", "casino money"),
            ("NOT casino", "-casino"),
            ("a AND NOT \"b c\"", "a -\"b c\""),
            ("-50% today", "50% today"),
        ] {
            let notes = notes(typed);
            assert_eq!(notes.len(), 1, "{typed}: {notes:?}");
            assert_eq!(notes[0].instead.as_deref(), Some(meant), "{typed}");
        }
        assert_eq!(notes("casino OR money")[0].instead, None);
        assert_eq!(notes("AND"), []);
    }

    #[test]
    fn a_line_as_text_is_a_phrase() {
        assert_eq!(as_text(" -50% \"today\" ").as_deref(), Some("\"-50% \\\"today\\\"\""));
        assert_eq!(as_text("is:spam").as_deref(), Some("\"is:spam\""));
        for input in ["casino", "\"a b\"", "& ???", ""] {
            assert_eq!(as_text(input), None, "{input}");
        }
    }
}
