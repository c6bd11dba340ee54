//! Cuts a search into terms. Never fails: what a term means is decided later.

use super::Key;

/// A term as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexeme {
    /// Byte range of the whole term.
    pub(super) span: (usize, usize),
    /// Whether it starts with `-`.
    pub(super) negated: bool,
    /// What stands before the colon, and its byte range without the colon.
    pub(super) key: Option<(String, (usize, usize))>,
    /// Byte range of what follows minus and key, quotes included.
    pub(super) value_span: (usize, usize),
    /// The value: without its quotes, escapes resolved.
    pub(super) value: String,
    /// Whether it stands in quotes.
    pub(super) quotes: Quotes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Closed,
    /// There is no closing quote; the value reaches to the end of the search.
    Open,
}

/// The straight quote, and those that phones and word processors put in its place.
pub(super) const OPENING: [char; 4] = ['"', '“', '”', '„'];

pub(super) fn lex(input: &str) -> Vec<Lexeme> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    while let Some(skipped) = input[at..].find(|char: char| !char.is_whitespace()) {
        let lexeme = term(input, at + skipped);
        at = lexeme.span.1;
        lexemes.push(lexeme);
    }
    lexemes
}

fn term(input: &str, start: usize) -> Lexeme {
    let negated = input[start..].starts_with('-');
    let body = start + usize::from(negated);
    let key = key(&input[body..]).map(|key| (key.to_owned(), (body, body + key.len())));
    let value_start = key.as_ref().map_or(body, |(_, span)| span.1 + 1);
    let (value, length, quotes) = value(&input[value_start..]);
    let end = value_start + length;
    Lexeme { span: (start, end), negated, key, value_span: (value_start, end), value, quotes }
}

/// ASCII letters before a colon, if they are a key, or a slip of the pen away from one. All others are words: "telegram:@x",
/// "std::x", "hello:" at the end of a pasted line, what stands before a web address.
fn key(rest: &str) -> Option<&str> {
    let (key, value) = rest.split_once(':')?;
    let letters = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !letters || value.starts_with("//") {
        return None;
    }
    let bare = value.chars().next().is_none_or(|next| next.is_whitespace() || next == ':');
    (Key::find(key).is_some() || (!bare && Key::nearest(key).is_some())).then_some(key)
}

/// The value at the start of `rest`, its length in bytes as written, and how it is quoted.
fn value(rest: &str) -> (String, usize, Quotes) {
    let mut chars = rest.char_indices();
    let Some((_, opening)) = chars.next().filter(|(_, char)| OPENING.contains(char)) else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        return (rest[..end].to_owned(), end, Quotes::None);
    };
    let closes = |char| char == '"' || (opening != '"' && OPENING.contains(&char));
    let mut text = String::new();
    while let Some((index, char)) = chars.next() {
        let next = rest[index + char.len_utf8()..].chars().next();
        match char {
            '\\' if matches!(next, Some('"' | '\\')) => {
                text.extend(next);
                chars.next();
            }
            char if closes(char) => return (text, index + char.len_utf8(), Quotes::Closed),
            char => text.push(char),
        }
    }
    (text, rest.len(), Quotes::Open)
}
