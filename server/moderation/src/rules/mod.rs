//! Rules: made, tried on the past, taken away.

mod apply;
mod book;
pub mod file;
mod known;

use chrono::{DateTime, TimeDelta, Utc};
use domain::rule::{self, RULES_MAX, ReadRule, RuleFile, RuleFileReport, WHAT_IF_DAYS};
use domain::search::{Age, Term, TermKind, Unit};
use domain::{FieldError, Rule, RuleForm, RuleId, SearchQuery, UserId, WhatIf};
use store::{NewRule, Store, StoreError};

use crate::{Moderation, ModerationError};
pub(crate) use apply::LastRead;
pub use book::{Asked, Book, Verdict};

/// What became of a rule that somebody wants to make.
#[derive(Clone, Debug, PartialEq)]
pub enum Made {
    /// It is there.
    Rule(RuleId),
    /// It is broad, or labels say otherwise: the person is to look first, and say that they are sure.
    Unsure(WhatIf),
}

/// What is to be done with a file of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileWish {
    /// Nothing is made: what is in it, and which lines cannot be read.
    Look,
    /// All of it is made, or none where a line cannot be read.
    Make,
    /// What can be read is made.
    MakeInPart,
}

impl Moderation {
    /// The rules in the order in which they are tried: the first that applies decides.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn all_rules(&self) -> Result<Vec<Rule>, ModerationError> {
        let mut rules = self.store.rules().await?;
        rule::sort(&mut rules);
        Ok(rules)
    }

    /// One rule, also one that was removed.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there never was one of this number.
    pub async fn rule(&self, id: RuleId) -> Result<Rule, ModerationError> {
        self.store.rule(id).await?.ok_or(ModerationError::NotFound("rule"))
    }

    /// What a rule with this search would have done in the last [`WHAT_IF_DAYS`] days.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn what_if_rule(&self, query: &SearchQuery) -> Result<WhatIf, ModerationError> {
        what_if(&*self.store, query, self.clock.now()).await
    }

    /// Makes a rule; it counts from the next second on. Verdicts that were given stay.
    ///
    /// # Errors
    /// Those of [`make`].
    pub async fn make_rule(&self, form: &RuleForm, by: Option<UserId>) -> Result<Made, ModerationError> {
        let made = make(&*self.store, form, by, self.clock.now()).await?;
        self.rules.change();
        Ok(made)
    }

    /// Makes the rules of a file, or says only what is in it.
    ///
    /// # Errors
    /// Those of [`file::import`].
    pub async fn rules_of_file(
        &self,
        file: &RuleFile,
        wish: FileWish,
        by: Option<UserId>,
    ) -> Result<RuleFileReport, ModerationError> {
        let now = self.clock.now();
        let in_part = match wish {
            FileWish::Look => return Ok(file::look(&*self.store, file, now).await?.0),
            FileWish::Make => false,
            FileWish::MakeInPart => true,
        };
        let report = file::import(&*self.store, file, in_part, by, now).await?;
        self.rules.change();
        Ok(report)
    }

    /// Has a rule decide, or only watch.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when it is not there any more.
    pub async fn watch_rule(
        &self,
        id: RuleId,
        watched: bool,
        by: Option<UserId>,
    ) -> Result<(), ModerationError> {
        let found = self.store.watch_rule(id, watched, by, self.clock.now()).await?;
        self.rules.change();
        if found { Ok(()) } else { Err(ModerationError::NotFound("rule")) }
    }

    /// Takes a rule away. What it decided stays.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when it is not there any more.
    pub async fn remove_rule(&self, id: RuleId, by: Option<UserId>) -> Result<(), ModerationError> {
        let found = self.store.remove_rule(id, by, self.clock.now()).await?;
        self.rules.change();
        if found { Ok(()) } else { Err(ModerationError::NotFound("rule")) }
    }
}

/// What a rule with this search would have done in the last [`WHAT_IF_DAYS`] days.
///
/// # Errors
/// When the store fails.
pub async fn what_if(
    store: &dyn Store,
    query: &SearchQuery,
    now: DateTime<Utc>,
) -> Result<WhatIf, ModerationError> {
    let mut query = query.clone();
    let age = Age { longer: false, count: WHAT_IF_DAYS, unit: Unit::Day };
    query.terms.push(Term { negated: false, kind: TermKind::Age(age) });
    Ok(WhatIf::of(&store.facets(&query, now).await?))
}

/// Makes a rule, unless labels say otherwise and the form does not say that its writer is sure.
///
/// # Errors
/// [`ModerationError::Invalid`] with every field that is wrong, or when the rule is there already.
pub async fn make(
    store: &dyn Store,
    form: &RuleForm,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Made, ModerationError> {
    let read = form.validate().map_err(ModerationError::Invalid)?;
    if let Some(problem) = known::unknown(store, std::slice::from_ref(&read), now).await?.pop().flatten() {
        let names_site = read.site.is_some() && problem.contains("the site");
        return Err(wrong(if names_site { "site" } else { "q" }, &problem));
    }
    if form.sure != "yes" && !read.watched {
        let search = rule::search(&read.query, read.site.as_deref());
        let what_if = what_if(store, &search, now).await?;
        if what_if.wrong(read.action) > 0 || (read.action.verdict().is_some() && rule::is_broad(&search)) {
            return Ok(Made::Unsure(what_if));
        }
    }
    let made = add(store, &[read], by, now).await?;
    made.first().map(|id| Made::Rule(*id)).ok_or(ModerationError::NotFound("rule"))
}

/// Makes rules as they are, all or none.
///
/// # Errors
/// [`ModerationError::Invalid`] when one is there already, or when there would be more than [`RULES_MAX`].
pub async fn add(
    store: &dyn Store,
    rules: &[ReadRule],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Vec<RuleId>, ModerationError> {
    let there = store.rules().await?.len();
    if there + rules.len() > RULES_MAX {
        let words = format!("There are {there} rules, and at most {RULES_MAX} are kept. Remove some first.");
        return Err(wrong("q", &words));
    }
    let new = |read: &ReadRule| NewRule {
        q: read.query.to_string(),
        site: read.site.clone(),
        action: read.action,
        note: read.note.clone(),
        watched: read.watched,
        expires_at: read.days.map(|days| now + TimeDelta::days(i64::from(days))),
    };
    let new: Vec<NewRule> = rules.iter().map(new).collect();
    store.add_rules(&new, by, now).await.map_err(|error| match error {
        StoreError::Taken(_) => wrong("q", "There is such a rule already: the same search, site and action."),
        error => error.into(),
    })
}

fn wrong(field: &str, problem: &str) -> ModerationError {
    ModerationError::Invalid(vec![FieldError { field: field.to_owned(), problem: problem.to_owned() }])
}
