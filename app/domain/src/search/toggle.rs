//! Quick filters: a state is put into a search or taken out of it, and what contradicts it goes.

use super::{SearchQuery, State, Term, TermKind};

/// States of which one search asks at most one.
const GROUPS: [&[State]; 2] =
    [&[State::Spam, State::Ham], &[State::Labelled, State::Unlabelled, State::Disputed]];

impl SearchQuery {
    /// Whether the search asks for the state.
    pub fn asks_for(&self, state: State) -> bool {
        self.terms.iter().any(|term| !term.negated && term.kind == TermKind::Is(state))
    }

    /// The search with the state, instead of others of its kind; without it, if it was there. Other terms stay.
    #[must_use]
    pub fn toggled(&self, state: State) -> Self {
        let group = GROUPS.into_iter().find(|group| group.contains(&state)).unwrap_or(&[]);
        let mut terms: Vec<Term> = self
            .terms
            .iter()
            .filter(
                |term| !matches!(term.kind, TermKind::Is(other) if other == state || group.contains(&other)),
            )
            .cloned()
            .collect();
        if !self.asks_for(state) {
            terms.push(Term { negated: false, kind: TermKind::Is(state) });
        }
        Self { terms }
    }

    /// The search without any of the states that quick filters put in.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        let quick = |kind: &TermKind| matches!(kind, TermKind::Is(state) if GROUPS.concat().contains(state));
        Self { terms: self.terms.iter().filter(|term| !quick(&term.kind)).cloned().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_replaces_its_kind_and_leaves_the_rest() {
        let query = SearchQuery::parse("casino is:ham -is:spam score:>80 is:unlabelled").unwrap();
        let spam = query.toggled(State::Spam);
        assert_eq!(spam.to_string(), "casino score:>80 is:unlabelled is:spam");
        assert!(spam.asks_for(State::Spam) && !query.asks_for(State::Spam));
        assert_eq!(spam.toggled(State::Spam).to_string(), "casino score:>80 is:unlabelled");
        assert_eq!(spam.toggled(State::Disputed).to_string(), "casino score:>80 is:spam is:disputed");
        assert_eq!(spam.unfiltered().to_string(), "casino score:>80");
    }
}
