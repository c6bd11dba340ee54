//! Quick filters and facets: a term is put into a search or taken out of it, and what contradicts it goes.

use super::{SearchQuery, State, Term, TermKind};

/// States of which one search asks at most one.
const GROUPS: [&[State]; 2] = [
    &[State::Spam, State::Ham, State::Refused],
    &[State::Labelled, State::Unlabelled, State::Waiting, State::Disputed],
];

impl SearchQuery {
    /// Whether the search has this term.
    pub fn has(&self, term: &Term) -> bool {
        self.terms.contains(term)
    }

    /// The search with the term at its end, instead of states that it contradicts; without it, if it was there. Other terms stay.
    #[must_use]
    pub fn toggled(&self, term: &Term) -> Self {
        let contradicts = |other: &Term| match (&term.kind, &other.kind) {
            (TermKind::Is(state), TermKind::Is(other)) if !term.negated => {
                other == state
                    || GROUPS.into_iter().any(|group| group.contains(state) && group.contains(other))
            }
            _ => other == term,
        };
        let mut terms = self.terms.clone();
        terms.retain(|other| !contradicts(other));
        if !self.has(term) {
            terms.push(term.clone());
        }
        Self { terms }
    }

    /// The terms about when something was logged.
    pub fn times(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| is_time(&term.kind))
    }

    /// The search with these terms at its end, instead of what it says about when something was logged.
    #[must_use]
    pub fn at_times(&self, times: &[Term]) -> Self {
        let others = self.terms.iter().filter(|term| !is_time(&term.kind));
        Self { terms: others.chain(times).cloned().collect() }
    }

    /// The search without any of the states that quick filters put in.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        let quick = |kind: &TermKind| matches!(kind, TermKind::Is(state) if GROUPS.concat().contains(state));
        Self { terms: self.terms.iter().filter(|term| !quick(&term.kind)).cloned().collect() }
    }
}

fn is_time(kind: &TermKind) -> bool {
    matches!(kind, TermKind::After(_) | TermKind::Before(_) | TermKind::Age(_))
}

impl From<State> for Term {
    fn from(state: State) -> Self {
        Self { negated: false, kind: TermKind::Is(state) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_replaces_its_kind_and_leaves_the_rest() {
        let query = SearchQuery::parse("casino is:ham -is:spam score:>80 is:unlabelled").unwrap();
        let spam = Term::from(State::Spam);
        let toggled = query.toggled(&spam);
        assert_eq!(toggled.to_string(), "casino score:>80 is:unlabelled is:spam");
        assert!(toggled.has(&spam) && !query.has(&spam));
        assert_eq!(toggled.toggled(&spam).to_string(), "casino score:>80 is:unlabelled");
        let disputed = toggled.toggled(&State::Disputed.into());
        assert_eq!(disputed.to_string(), "casino score:>80 is:spam is:disputed");
        assert_eq!(toggled.unfiltered().to_string(), "casino score:>80");
    }

    #[test]
    fn a_term_is_added_and_taken_away_without_touching_the_rest() {
        let term = |text: &str| SearchQuery::parse(text).unwrap().terms.remove(0);
        for (before, toggle, after) in [
            ("", "is:spam", "is:spam"),
            ("is:spam", "is:spam", ""),
            ("\"free \\\"money\\\"\" -site:a.b", "from:api", "\"free \\\"money\\\"\" -site:a.b from:api"),
            ("casino IS:Spam x", "is:spam", "casino x"),
            ("-is:spam", "is:spam", "is:spam"),
            ("site:b", "-site:*", "site:b -site:*"),
        ] {
            let query = SearchQuery::parse(before).unwrap();
            assert_eq!(query.toggled(&term(toggle)).to_string(), after, "{before}");
        }
    }
}
