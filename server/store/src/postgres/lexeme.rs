//! Words and keys as `tsvector` and `tsquery` take them (<https://www.postgresql.org/docs/15/datatype-textsearch.html>).

use super::text::kept;

/// Bytes of a lexeme: PostgreSQL takes 2,046. What is longer is known by its start.
const BYTES_MAX: usize = 2_000;

/// A lexeme in quotes: nothing in it is an operator.
pub(super) fn quoted(word: &str) -> String {
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    for char in kept(short(word)).chars() {
        if matches!(char, '\'' | '\\') {
            quoted.push(char);
        }
        quoted.push(char);
    }
    quoted.push('\'');
    quoted
}

fn short(word: &str) -> &str {
    &word[..word.floor_char_boundary(BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_the_language_are_only_signs() {
        assert_eq!(quoted("o'neil\\ & !x"), "'o''neil\\\\ & !x'");
        assert_eq!(quoted("a\0"), "'a\u{10fffe}0'");
        assert_eq!(quoted(&"ё".repeat(5_000)).len(), BYTES_MAX + 2);
    }
}
