//! Words and phrases as FTS5 wants them.

use domain::search::index_text;

/// A word or phrase as one FTS5 string: prepared like the indexed text, quoted, so that nothing in it is an operator.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", index_text(text).replace('"', "\"\"").replace('\0', " "))
}
