//! What the matches of a search are made of, counted by a few of their properties.

use serde::{Deserialize, Serialize};

use crate::search::{AppSaid, Pattern, State, Term, TermKind};
use crate::{JudgedBy, Label, Origin, SearchQuery};

crate::words! {
    /// A property that matches are counted by.
    Facet {
        /// The verdict.
        Verdict = "verdict",
        /// The moderators' label.
        Label = "label",
        /// What an app said last.
        App = "app",
        /// The site.
        Site = "site",
        /// How it reached Gavel.
        Origin = "origin",
        /// Who judged.
        JudgedBy = "judged by",
    }
}

/// One value of a property, as the search term that asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FacetValue {
    /// Which property.
    pub facet: Facet,
    /// The term that leaves just what has this value.
    pub term: Term,
    /// How many of [`Facets::counted`] have it.
    pub count: u64,
}

impl FacetValue {
    /// A detection's values, each counted `count` times.
    pub fn of(
        is_spam: bool,
        label: Option<Label>,
        app_word: Option<Label>,
        site: Option<String>,
        origin: Origin,
        judged_by: JudgedBy,
        count: u64,
    ) -> [Self; 6] {
        let value = |facet, negated, kind| Self { facet, term: Term { negated, kind }, count };
        let state = match (judged_by, is_spam) {
            (JudgedBy::Refused, _) => State::Refused,
            (_, true) => State::Spam,
            (_, false) => State::Ham,
        };
        let label = label.map_or(TermKind::Is(State::Unlabelled), TermKind::Label);
        // A star in a site's name cannot be escaped; such a term leaves what has this value, and maybe more.
        let site = Pattern::new(site.as_deref().unwrap_or("*"));
        let no_site = site.as_str() == "*";
        [
            value(Facet::Verdict, false, TermKind::Is(state)),
            value(Facet::Label, false, label),
            value(Facet::App, false, TermKind::App(app_word.map_or(AppSaid::None, AppSaid::from))),
            value(Facet::Site, no_site, TermKind::Site(site)),
            value(Facet::Origin, false, TermKind::From(origin)),
            value(Facet::JudgedBy, false, TermKind::Judged(judged_by)),
        ]
    }

    /// The value in words.
    pub fn words(&self) -> String {
        match &self.term.kind {
            TermKind::Is(state) => state.to_string(),
            TermKind::Label(label) => label.to_string(),
            TermKind::App(AppSaid::None) => "nothing".to_owned(),
            TermKind::App(said) => said.to_string(),
            TermKind::Site(_) if self.term.negated => "no site".to_owned(),
            TermKind::Site(site) => site.as_str().to_owned(),
            TermKind::From(origin) => origin.to_string(),
            TermKind::Judged(by) => by.to_string(),
            _ => self.term.to_string(),
        }
    }
}

/// The properties of the newest matches of a search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facets {
    /// Values of properties in the order of [`Facet::ALL`], of each property the most frequent first.
    pub values: Vec<FacetValue>,
    /// How many matches were looked at: the newest.
    pub counted: u64,
    /// Whether these are all matches. If not, every count is a lower bound.
    pub complete: bool,
}

/// Most values of one property that are shown.
const VALUES_MAX: usize = 12;

impl Facets {
    /// Adds up what was counted of the matches of a search.
    pub fn new(
        query: &SearchQuery,
        counted: impl IntoIterator<Item = FacetValue>,
        matches: u64,
        complete: bool,
    ) -> Self {
        let mut values: Vec<FacetValue> = Vec::new();
        for value in asked(query).chain(counted) {
            match values.iter_mut().find(|known| known.facet == value.facet && known.term == value.term) {
                Some(known) => known.count += value.count,
                None => values.push(value),
            }
        }
        values.sort_by(|a, b| {
            a.facet
                .cmp(&b.facet)
                .then(query.has(&b.term).cmp(&query.has(&a.term)))
                .then(b.count.cmp(&a.count))
        });
        let mut shown = Vec::with_capacity(values.len());
        for facet in Facet::ALL {
            shown.extend(values.iter().filter(|value| value.facet == *facet).take(VALUES_MAX).cloned());
        }
        Self { values: shown, counted: matches, complete }
    }

    /// The values of one property. Those that the search asks for are among them, also when nothing has them.
    pub fn of(&self, facet: Facet) -> impl Iterator<Item = &FacetValue> {
        self.values.iter().filter(move |value| value.facet == facet)
    }
}

/// The values that a search asks for, not counted.
pub fn asked(query: &SearchQuery) -> impl Iterator<Item = FacetValue> {
    let value = |term: &Term| Some(FacetValue { facet: facet_of(term)?, term: term.clone(), count: 0 });
    query.terms.iter().filter_map(value)
}

/// The property whose value a term asks for, written as [`FacetValue::of`] writes it.
fn facet_of(term: &Term) -> Option<Facet> {
    match &term.kind {
        TermKind::Site(site) if term.negated && site.as_str() == "*" => Some(Facet::Site),
        _ if term.negated => None,
        TermKind::Is(State::Spam | State::Ham | State::Refused) => Some(Facet::Verdict),
        TermKind::Is(State::Unlabelled) | TermKind::Label(_) => Some(Facet::Label),
        TermKind::App(_) => Some(Facet::App),
        TermKind::Site(site) if site.exact().is_some() => Some(Facet::Site),
        TermKind::From(_) => Some(Facet::Origin),
        TermKind::Judged(_) => Some(Facet::JudgedBy),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_added_up_and_what_is_asked_for_comes_first() {
        let query = SearchQuery::parse("casino site:b.example is:ham").unwrap();
        let of = |spam, site: &str, count| {
            FacetValue::of(spam, None, None, Some(site.to_owned()), Origin::Api, JudgedBy::Detector, count)
        };
        let counted = [of(true, "a.example", 5), of(false, "b.example", 2), of(true, "b.example", 1)];
        let facets = Facets::new(&query, counted.into_iter().flatten(), 8, true);
        let shown =
            |facet| -> Vec<_> { facets.of(facet).map(|value| (value.words(), value.count)).collect() };
        assert_eq!(shown(Facet::Verdict), [("ham".to_owned(), 2), ("spam".to_owned(), 6)]);
        assert_eq!(shown(Facet::Site), [("b.example".to_owned(), 3), ("a.example".to_owned(), 5)]);
        assert_eq!(shown(Facet::Origin), [("api".to_owned(), 8)]);
        let none = Facets::new(&query, [], 0, true);
        assert_eq!(none.values.len(), 2, "asked for, though nothing has it");
    }

    #[test]
    fn every_value_is_a_term_that_reads_back() {
        let sites = [None, Some("blog.example.com"), Some("two words"), Some("//odd"), Some("“quoted”")];
        for site in sites {
            for label in [None, Some(Label::Spam), Some(Label::Ham)] {
                let site = site.map(str::to_owned);
                for value in FacetValue::of(true, label, label, site, Origin::Api, JudgedBy::Fallback, 1) {
                    let read = SearchQuery::parse(&value.term.to_string()).unwrap();
                    assert_eq!(read.terms, [value.term]);
                }
            }
        }
    }
}
