//! Words, word starts, phrases and keys as FTS5 wants them.

use std::collections::BTreeSet;

use domain::SearchQuery;
use domain::search::{IndexText, Term, TermKind, link_host};

use super::super::keys;

/// Where the words of searches are looked up.
pub(super) const INDEX: &str = "detections_fts";

/// What the full-text index is asked.
pub(super) struct Words {
    /// For a walk through the index: all that it is asked, keys included; `None` when there is nothing to ask it.
    pub(super) walk: Option<String>,
    /// Whether the walk finds just what the search means, so that no row needs to be looked at.
    pub(super) walk_decides: bool,
    /// How many look-ups meet in the walk: of words, of a phrase's words, of keys.
    lookups: usize,
    /// For a look at one row: the words that must match, negated ones taken away; `None` when none must.
    pub(super) wanted: Option<String>,
    /// For a look at one row: words that must not match, when none must.
    pub(super) unwanted: Vec<String>,
}

impl Words {
    /// All that the index can tell of a search.
    pub(super) fn of(query: &SearchQuery) -> Self {
        Self::without(query, &[])
    }

    /// The same without asking for some keys: rows have to be looked at for these.
    pub(super) fn without(query: &SearchQuery, left_out: &[&Term]) -> Self {
        let of = |negated| -> Vec<String> {
            let terms = query.terms.iter().filter(|term| term.negated == negated);
            terms.filter_map(|term| expression(&term.kind)).collect()
        };
        let (wanted, unwanted) = (of(false), of(true));
        let mut all = wanted.clone();
        let mut walk_decides = true;
        for term in query.terms.iter().filter(|term| !term.kind.is_text()) {
            let lookup = key(term).filter(|_| !left_out.contains(&term));
            walk_decides &= lookup.as_ref().is_some_and(|lookup| lookup.exact);
            all.extend(lookup.map(|lookup| lookup.expression));
        }
        let lookups = all
            .iter()
            .chain(&unwanted)
            .map(|one| 1 + one.trim_end_matches(" *").trim().matches(' ').count())
            .sum();
        let walk = joined(&all, &unwanted);
        let wanted = joined(&wanted, &unwanted);
        let unwanted = if wanted.is_none() { unwanted } else { Vec::new() };
        Self { walk, walk_decides, lookups, wanted, unwanted }
    }

    /// Whether every step of the walk is a match.
    pub(super) fn is_one_lookup(&self) -> bool {
        self.lookups == 1 && self.walk_decides
    }
}

/// What finds the rows that must have a term's value.
fn key(term: &Term) -> Option<keys::Lookup> {
    keys::lookup(&term.kind).filter(|_| !term.negated)
}

/// The terms that the index knows keys for.
pub(super) fn keyed(query: &SearchQuery) -> Vec<&Term> {
    query.terms.iter().filter(|term| key(term).is_some()).collect()
}

fn joined(wanted: &[String], unwanted: &[String]) -> Option<String> {
    if wanted.is_empty() {
        return None;
    }
    let all = format!("({})", wanted.join(" AND "));
    Some(unwanted.iter().fold(all, |expression, word| format!("({expression} NOT {word})")))
}

/// One term as an FTS5 expression. Text is folded like the indexed text and quoted, so nothing in it is an operator; what has
/// several words to the index ("foo-bar", 垃圾) is a phrase of them, and pictures have to stand somewhere.
fn expression(kind: &TermKind) -> Option<String> {
    let (text, end) = match kind {
        TermKind::Word(text) | TermKind::Phrase(text) => (text, ""),
        TermKind::Prefix(start) => (start, " *"),
        TermKind::Link(host) => return Some(keys::whole(&keys::link(&link_host(host)))),
        _ => return None,
    };
    let text = IndexText::of(text);
    let pictures: BTreeSet<char> = text.pictures().collect();
    let mut all: Vec<String> =
        pictures.into_iter().map(|picture| keys::whole(&keys::picture(picture))).collect();
    // Without anything to look up it finds nothing.
    if !text.text().is_empty() || all.is_empty() {
        all.insert(0, format!("\"{}\"{end}", text.text()));
    }
    Some(if all.len() == 1 { all.remove(0) } else { format!("({})", all.join(" AND ")) })
}
