//! Words, word starts and phrases as FTS5 wants them.

use domain::SearchQuery;
use domain::search::{TermKind, index_text};

/// Where the words of searches are looked up.
pub(super) const INDEX: &str = "detections_fts";

/// What the full-text index is asked.
pub(super) struct Words {
    /// The expression for the terms that must match, negated ones taken away; `None` when none must.
    pub(super) wanted: Option<String>,
    /// Expressions that must not match, when nothing must.
    pub(super) unwanted: Vec<String>,
}

impl Words {
    pub(super) fn of(query: &SearchQuery) -> Self {
        let of = |negated| -> Vec<String> {
            let terms = query.terms.iter().filter(|term| term.negated == negated);
            terms.filter_map(|term| expression(&term.kind)).collect()
        };
        let (wanted, unwanted) = (of(false), of(true));
        if wanted.is_empty() {
            return Self { wanted: None, unwanted };
        }
        let mut expression = format!("({})", wanted.join(" AND "));
        for word in unwanted {
            expression = format!("({expression} NOT {word})");
        }
        Self { wanted: Some(expression), unwanted: Vec::new() }
    }
}

/// One term as an FTS5 expression. Text is prepared like the indexed text and quoted, so nothing in it is an operator;
/// what has several words to the index ("foo-bar", 垃圾) is a phrase of them.
fn expression(kind: &TermKind) -> Option<String> {
    let quoted =
        |text: &str| format!("\"{}\"", index_text(text).trim().replace('"', "\"\"").replace('\0', " "));
    match kind {
        TermKind::Word(text) | TermKind::Phrase(text) => Some(quoted(text)),
        TermKind::Prefix(start) => Some(format!("{} *", quoted(start))),
        _ => None,
    }
}
