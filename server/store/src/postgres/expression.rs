//! What the index of words is asked, as `tsquery` wants it.

use super::lexeme;

/// The expression that finds a key or a word.
pub(super) fn whole(key: &str) -> String {
    lexeme::quoted(key)
}

/// The expression that finds keys or words with this start.
pub(super) fn start(key: &str) -> String {
    format!("{}:*", lexeme::quoted(key))
}
