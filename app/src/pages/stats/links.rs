//! From a figure to the log with the search that finds what it counts.

use chrono::{DateTime, Utc};
use domain::{
    Days, JudgedBy, Label, SearchQuery,
    search::{State, Term, TermKind},
    statistics::{Scope, Slot, between},
};
use leptos_router::params::ParamsMap;

/// The address of the log with a search.
pub(super) fn log(query: &SearchQuery) -> String {
    let mut params = ParamsMap::new();
    params.insert("q", query.to_string());
    format!("/detections{}", params.to_query_string())
}

/// A term as it is.
pub(super) fn term(kind: TermKind) -> Term {
    Term { negated: false, kind }
}

/// The verdict.
pub(super) fn verdict(is_spam: bool) -> Term {
    term(TermKind::Is(if is_spam { State::Spam } else { State::Ham }))
}

/// The moderators' label.
pub(super) fn label(is_spam: bool) -> Term {
    term(TermKind::Label(Label::from_is_spam(is_spam)))
}

/// Any label.
pub(super) fn labelled() -> Term {
    term(TermKind::Is(State::Labelled))
}

/// What the upstream judged: neither the fallback nor a rule.
pub(super) fn judged() -> [Term; 2] {
    [JudgedBy::Fallback, JudgedBy::Rule].map(|by| Term { negated: true, kind: TermKind::Judged(by) })
}

/// These terms, and no figure counts what was refused: it has no verdict.
pub(super) fn counted(terms: impl IntoIterator<Item = Term>) -> Vec<Term> {
    let mut terms: Vec<Term> = terms.into_iter().collect();
    if !terms.iter().any(|term| matches!(term.kind, TermKind::Is(State::Spam | State::Ham))) {
        terms.push(Term { negated: true, kind: TermKind::Is(State::Refused) });
    }
    terms
}

/// Finds what is counted in a scope, no further back than the counts reach.
#[derive(Clone, Copy)]
pub(super) struct Links<'a> {
    pub(super) scope: &'a Scope,
    pub(super) since: Option<DateTime<Utc>>,
}

impl Links<'_> {
    /// What was logged from one moment to before another and has these terms.
    fn between(
        &self,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        terms: impl IntoIterator<Item = Term>,
    ) -> String {
        let start = self.since.map_or(start, |since| start.max(since));
        // A column that lies wholly before it counts nothing, so it has no link.
        let end = end.max(start);
        log(&self.scope.search(counted(terms.into_iter().chain(between(start, end)))))
    }

    /// The same in a column of a chart.
    pub(super) fn slot(&self, slot: Slot, terms: impl IntoIterator<Item = Term>) -> String {
        self.between(slot.start, slot.end, terms)
    }

    /// The same in a range of days.
    pub(super) fn days(&self, days: Days, terms: impl IntoIterator<Item = Term>) -> String {
        self.between(days.start(), days.end(), terms)
    }

    /// What was labelled in these days, whenever it was logged.
    pub(super) fn decided(&self, days: Days, more: Option<Term>) -> String {
        log(&self
            .scope
            .search(more.into_iter().chain([term(TermKind::LabelledBetween(days.start(), days.end()))])))
    }
}
