//! Whether there is what a rule names: one for a site or a token that nobody knows would never apply.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::rule::ReadRule;
use domain::search::{Pattern, Term, TermKind};
use domain::{Order, PageRequest, SearchQuery};
use store::{Store, StoreError};

/// What is unknown of each of some rules, in a sentence; `None` where all is known.
pub(super) async fn unknown(
    store: &dyn Store,
    rules: &[ReadRule],
    now: DateTime<Utc>,
) -> Result<Vec<Option<String>>, StoreError> {
    let tokens = store.api_tokens().await?;
    let names: HashSet<String> = tokens.iter().map(|token| token.name.to_lowercase()).collect();
    let mut sites: HashSet<String> = tokens.iter().map(|token| token.site.to_lowercase()).collect();
    let mut problems = Vec::with_capacity(rules.len());
    for rule in rules {
        let mut problem = None;
        for (kind, name) in named(rule) {
            let is_known = match kind {
                Named::Token => names.contains(&name.to_lowercase()),
                Named::Site => sites.contains(&name.to_lowercase()) || is_in_log(store, &name, now).await?,
            };
            match (is_known, kind) {
                (true, Named::Site) => drop(sites.insert(name.to_lowercase())),
                (true, Named::Token) => {}
                (false, kind) => drop(problem.get_or_insert_with(|| kind.unknown(&name))),
            }
        }
        problems.push(problem);
    }
    Ok(problems)
}

#[derive(Clone, Copy)]
enum Named {
    Site,
    Token,
}

impl Named {
    fn unknown(self, name: &str) -> String {
        match self {
            Self::Site => {
                format!("No app and nothing in the log is of the site “{name}”. Is it spelt right?")
            }
            Self::Token => format!("There is no token “{name}”. Is it spelt right?"),
        }
    }
}

/// The sites and tokens that a rule names in full.
fn named(rule: &ReadRule) -> Vec<(Named, String)> {
    let terms = rule.query.terms.iter().filter_map(|term| match &term.kind {
        TermKind::Site(site) => site.exact().map(|site| (Named::Site, site.to_owned())),
        TermKind::Token(name) if name != "*" => Some((Named::Token, name.clone())),
        _ => None,
    });
    rule.site.iter().map(|site| (Named::Site, site.clone())).chain(terms).collect()
}

async fn is_in_log(store: &dyn Store, site: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let query =
        SearchQuery { terms: vec![Term { negated: false, kind: TermKind::Site(Pattern::new(site)) }] };
    let page = PageRequest { order: Order::Newest, from: None, limit: 1 };
    Ok(!store.search(&query, &page, now).await?.rows.is_empty())
}
