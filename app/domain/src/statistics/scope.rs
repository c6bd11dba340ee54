//! Whose figures are asked for, and the searches that find what they count.

use serde::{Deserialize, Serialize};

use super::Days;
use crate::SearchQuery;
use crate::search::{Pattern, Term, TermKind};

/// Which detections figures are about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// Those of this site; the empty name stands for those of none; `None` for all.
    pub site: Option<String>,
    /// Those that match this search as well.
    pub query: SearchQuery,
}

impl Scope {
    /// The search for what is in scope and has these terms.
    pub fn search(&self, terms: impl IntoIterator<Item = Term>) -> SearchQuery {
        let mut all = self.query.terms.clone();
        all.extend(self.site.as_deref().map(|site| site_term(Some(site).filter(|site| !site.is_empty()))));
        all.extend(terms);
        SearchQuery { terms: all }
    }

    /// The search for what is in scope and was logged in these days.
    pub fn search_in(&self, days: Days) -> SearchQuery {
        self.search(super::between(days.start(), days.end()))
    }
}

/// The term that leaves what belongs to a site, or to none. (A star in a site's name cannot be escaped: such a term leaves what
/// belongs to that site, and maybe more.)
pub fn site_term(site: Option<&str>) -> Term {
    Term { negated: site.is_none(), kind: TermKind::Site(Pattern::new(site.unwrap_or("*"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_search() {
        let day = "2025-02-14".parse().unwrap();
        let search = |site: Option<&str>, q: &str| {
            let scope = Scope { site: site.map(str::to_owned), query: SearchQuery::parse(q).unwrap() };
            scope.search_in(Days::up_to(day, 1)).to_string()
        };
        let range = "after:2025-02-14T00:00:00Z before:2025-02-15T00:00:00Z";
        assert_eq!(search(None, ""), range);
        assert_eq!(search(Some("a b"), "casino"), format!("casino site:\"a b\" {range}"));
        assert_eq!(search(Some(""), ""), format!("-site:* {range}"));
    }
}
