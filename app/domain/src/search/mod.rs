//! The search language of the log: words, phrases and `key:value` terms, all of which must hold.

mod text;

pub use text::index_text;

use serde::{Deserialize, Serialize};

/// A search that was understood: terms, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// The terms, in the order typed.
    pub terms: Vec<Term>,
}

/// One term of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Whether the term was written with a leading `-`.
    pub negated: bool,
    /// What it asks.
    pub kind: TermKind,
}

/// What one term asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TermKind {
    /// A word, anywhere in the text fields.
    Word(String),
}
