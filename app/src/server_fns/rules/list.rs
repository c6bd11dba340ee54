//! The rules there are, and what one would have done.

use domain::{Rule, WhatIf};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Rules on a page; the rest is found by its words.
pub const RULES_SHOWN: usize = 100;

/// The rules that were found, in the order in which they are tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RulesReport {
    /// At most [`RULES_SHOWN`].
    pub rules: Vec<Rule>,
    /// How many were found.
    pub found: usize,
    /// How many there are.
    pub all: usize,
    /// Whether the person may make rules and take them away.
    pub may_change: bool,
}

/// The rules whose search, site or note has these words in it; the rule with this number for `#3`; all for blank.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "rules/list", input = GetUrl)]
pub async fn list_rules(
    /// In any case.
    #[server(default)]
    find: String,
) -> Result<RulesReport, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let mut rules = moderation()?.all_rules().await?;
    let all = rules.len();
    let find = find.trim().to_lowercase();
    let number = find.strip_prefix('#').and_then(|number| number.parse::<i64>().ok());
    rules.retain(|rule| {
        if let Some(number) = number {
            return rule.id.0 == number;
        }
        let texts = [Some(&rule.q), rule.site.as_ref(), Some(&rule.note)];
        texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&find))
    });
    let found = rules.len();
    rules.truncate(RULES_SHOWN);
    Ok(RulesReport { rules, found, all, may_change: user.role.allows(domain::Role::Moderator) })
}

/// What a rule would have done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The search that was tried, with the rule's site.
    pub search: String,
    /// What it would have done.
    pub what_if: WhatIf,
}

/// What a rule with this search would have done in the last thirty days; `None` when the search cannot be one.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "rules/try", input = GetUrl)]
pub async fn try_rule(
    /// The search, as typed.
    #[server(default)]
    q: String,
    /// The only site; blank for all.
    #[server(default)]
    site: String,
    /// One of the words of an action.
    #[server(default)]
    action: String,
) -> Result<Option<Tried>, AppError> {
    use crate::context::{authorise, moderation};
    use domain::rule;

    authorise(domain::Role::Viewer)?;
    let (Ok(query), Ok(site)) = (rule::query(&q, action.parse().ok()), domain::site::read(&site)) else {
        return Ok(None);
    };
    let search = rule::search(&query, site.as_deref());
    let what_if = moderation()?.what_if_rule(&search).await?;
    Ok(Some(Tried { search: search.to_string(), what_if }))
}
