//! The parts of a search, for colouring it in its box.

use serde::{Deserialize, Serialize};

use super::lex::{Lexeme, Quotes, lex};
use super::parse::{self, TERMS_MAX};

/// A part of a search as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// First byte and the byte after the last.
    pub span: (usize, usize),
    /// What it is.
    pub kind: TokenKind,
}

/// What a part of a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenKind {
    /// The `-` before a term.
    Minus,
    /// A key with its colon.
    Key,
    /// What follows a key.
    Value,
    /// A word.
    Word,
    /// A phrase with its quotes.
    Phrase,
    /// Signs without a letter, a digit or a picture, which are passed over.
    Passed,
    /// What cannot be read; [`super::SearchQuery::parse`] says why.
    Error,
}

/// The parts of a search, in order. White space between terms belongs to none.
pub fn tokens(input: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut terms = 0;
    for lexeme in lex(input) {
        let read = parse::term(&lexeme);
        terms += usize::from(matches!(read, Ok(Some(_))));
        match read {
            _ if terms > TERMS_MAX => tokens.push(Token { span: lexeme.span, kind: TokenKind::Error }),
            Ok(None) => tokens.push(Token { span: lexeme.span, kind: TokenKind::Passed }),
            read => tokens.extend(parts(&lexeme, read.err().map(|error| error.span))),
        }
    }
    tokens
}

fn parts(lexeme: &Lexeme, wrong: Option<(usize, usize)>) -> Vec<Token> {
    let (start, value) = (lexeme.span.0, lexeme.value_span);
    let minus = lexeme.negated.then_some(((start, start + 1), TokenKind::Minus));
    let key = lexeme.key.as_ref().map(|(_, span)| ((span.0, span.1 + 1), TokenKind::Key));
    let kind = match (&lexeme.key, lexeme.quotes) {
        (Some(_), _) => TokenKind::Value,
        (None, Quotes::None) => TokenKind::Word,
        (None, _) => TokenKind::Phrase,
    };
    let is_wrong = |span: (usize, usize)| wrong.is_some_and(|wrong| span.0 < wrong.1 && wrong.0 < span.1);
    [minus, key, Some((value, kind))]
        .into_iter()
        .flatten()
        .filter(|(span, _)| span.0 < span.1)
        .map(|(span, kind)| Token { span, kind: if is_wrong(span) { TokenKind::Error } else { kind } })
        .collect()
}
