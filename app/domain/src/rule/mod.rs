//! Rules: what a search finds is decided before anybody is asked, and before anything is spent.

mod file;
mod form;
mod keys;
mod narrowness;
mod subjects;
mod what_if;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use file::{BadLine, RuleFile, RuleFileReport};
pub use form::{DAYS_MAX, NOTE_MAX_CHARS, ReadRule, RuleForm, query};
pub use keys::of_key;
pub use subjects::subjects;
pub use what_if::{WHAT_IF_DAYS, WhatIf};

use crate::SearchQuery;
use crate::search::{Pattern, Term, TermKind};

/// Most rules: as many as a check is asked about within a tenth of a millisecond (`bench_rules` of moderation).
pub const RULES_MAX: usize = 10_000;

/// Id of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub i64);

crate::words! {
    /// What a rule does. In this order where two rules are equally narrow: what does less harm comes first.
    RuleAction {
        /// Never spam: score 0, nothing is spent.
        Ham = "ham",
        /// Judged as usual, and held for a person.
        Review = "review",
        /// The embedded detector judges; nothing is spent.
        Spare = "spare",
        /// Always spam: score 100, nothing is spent.
        Spam = "spam",
    }
}

impl RuleAction {
    /// What it does, as people say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ham => "never spam",
            Self::Review => "to review",
            Self::Spare => "do not spend",
            Self::Spam => "always spam",
        }
    }

    /// What it does, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ham => "The app is told that it is not spam. Nobody is asked, and nothing is spent.",
            Self::Review => "It is judged as usual, and held for a person: the search is:held finds it.",
            Self::Spare => "The embedded detector judges instead of ActiveLayer. Nothing is spent.",
            Self::Spam => "The app is told that it is spam. Nobody is asked, and nothing is spent.",
        }
    }

    /// The verdict that it gives by itself.
    pub fn verdict(self) -> Option<crate::Label> {
        match self {
            Self::Ham => Some(crate::Label::Ham),
            Self::Spam => Some(crate::Label::Spam),
            Self::Review | Self::Spare => None,
        }
    }
}

/// A rule. Search, site and action of a rule never change, so what the log says about a rule stays true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Local id.
    pub id: RuleId,
    /// What it applies to: a search, as typed.
    pub q: String,
    /// The only site that it is for; `None` for all.
    pub site: Option<String>,
    /// What it does.
    pub action: RuleAction,
    /// Why it is there; may be empty.
    pub note: String,
    /// Whether it is only watched: it decides nothing.
    pub watched: bool,
    /// When it ends, if ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// The name of who made it; `None` for the command line.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Submissions that it was applied to.
    pub hits: u64,
    /// When it was applied last.
    pub last_hit_at: Option<DateTime<Utc>>,
}

impl Rule {
    /// The search, with the rule's site. Empty if it cannot be read, which only a later Gavel's can be.
    pub fn search(&self) -> SearchQuery {
        search(&SearchQuery::parse(&self.q).unwrap_or_default(), self.site.as_deref())
    }

    /// How it stands beside others: the greater decides.
    pub fn rank(&self) -> (u32, std::cmp::Reverse<RuleAction>, i64) {
        (narrowness::of(&self.search()), std::cmp::Reverse(self.action), self.id.0)
    }

    /// Whether it decides anything at a moment.
    pub fn applies_at(&self, now: DateTime<Utc>) -> bool {
        !self.watched && !self.has_ended(now)
    }

    /// Whether its time is over.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// What a signal says of it: `Rule 3: always spam, email:*@win.test`.
    pub fn words(&self) -> String {
        format!("Rule {}: {}, {}", self.id.0, self.action.title(), self.search())
    }
}

/// A search on one site, or on all.
pub fn search(query: &SearchQuery, site: Option<&str>) -> SearchQuery {
    let mut query = query.clone();
    query.terms.extend(site.map(|site| Term { negated: false, kind: TermKind::Site(Pattern::new(site)) }));
    query
}

/// Whether a rule decides about nearly everything that has some property: a language, a token, any address. A single word is narrower.
pub fn is_broad(query: &SearchQuery) -> bool {
    /// What a word has.
    const WORD: u32 = 100;
    narrowness::of(query) < WORD
}

/// Sorts rules as they are tried: the first that applies decides.
pub fn sort(rules: &mut [Rule]) {
    rules.sort_by_cached_key(|rule| std::cmp::Reverse(rule.rank()));
}

/// Where a rule is made, with what it is to apply to filled in.
pub fn making(query: &str, action: RuleAction) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("q", query).append_pair("action", action.as_str());
    format!("/rules?{}", pairs.finish())
}

/// Where everything is shown of what a search of one term finds: a sender, a domain, a network, a link.
pub fn sender_page(query: &str) -> String {
    let of: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    format!("/rules?of={of}")
}

/// That a rule applied to a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleHit {
    /// Which.
    pub id: RuleId,
    /// Whether it holds the submission for a person.
    pub held: bool,
}

#[cfg(test)]
mod tests;
