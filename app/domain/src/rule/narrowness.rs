//! Which of two rules is narrower.

use crate::SearchQuery;
use crate::search::{Pattern, Term, TermKind, TextTest};

/// How narrow a search is, in points: the sum over its terms, so one term more is always narrower. What one term has follows from
/// how much it leaves: a whole address above a network or a domain, that above words, those above what half of the log has.
pub(super) fn of(query: &SearchQuery) -> u32 {
    query.terms.iter().map(term).sum()
}

fn term(term: &Term) -> u32 {
    if term.negated {
        // It leaves nearly everything.
        return 1;
    }
    match &term.kind {
        TermKind::Email(pattern) => value(pattern, 1_000, 400),
        // A single address has 1,000, as a whole e-mail address; a network less with every bit that is open.
        TermKind::Ip(net) => {
            1_000 - 600 * u32::from(net.max_prefix_len() - net.prefix_len()) / u32::from(net.max_prefix_len())
        }
        TermKind::Word(_) | TermKind::Phrase(_) | TermKind::Prefix(_) => {
            let parts = TextTest::of(&term.kind).map_or(0, |test| test.parts());
            100 * u32::try_from(parts.min(3)).unwrap_or(3)
        }
        // As a domain of senders.
        TermKind::Link(_) => 400,
        TermKind::Site(pattern) => value(pattern, 60, 30),
        TermKind::Token(_) => 50,
        TermKind::Lang(_) => 20,
        _ => 10,
    }
}

/// A whole value, or one with stars; `*` alone is any value.
fn value(pattern: &Pattern, whole: u32, part: u32) -> u32 {
    match pattern.as_str() {
        "*" => 1,
        _ if pattern.exact().is_some() => whole,
        _ => part,
    }
}
