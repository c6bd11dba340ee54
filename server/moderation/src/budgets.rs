//! Budgets: what a site or an app may spend, counted in memory beside the log.
//!
//! What is spent is read from the store once, when a budget is first looked at or set; from there on every check counts
//! here too, and a check under way holds its place, so that apps that ask together cannot spend more than there is. After a
//! restart the count is the store's again: what was logged.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use domain::{
    ApiToken, ApiTokenId, Budget, BudgetForm, BudgetId, BudgetScope, BudgetStanding, BudgetTime, UsageSample,
    User,
};
use tokio::sync::OnceCell;

use crate::{Moderation, ModerationError, alerts::BudgetLine};

/// What is spent of each budget.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    /// Set once the store was read.
    read: OnceCell<()>,
    meters: Arc<Mutex<Vec<Meter>>>,
}

#[derive(Clone, Debug)]
struct Meter {
    budget: Budget,
    time: BudgetTime,
    spent: u64,
    /// Checks under way.
    held: u64,
    /// Tokens of the name, as far as they asked.
    tokens: Vec<ApiTokenId>,
}

/// Who wants to spend a check.
#[derive(Clone, Copy)]
enum Spender<'a> {
    /// An app.
    App(&'a ApiToken),
    /// Somebody who has checked what is there already: a backlog of a site, or what a site or an app submitted before.
    Backlog { site: Option<&'a str>, token: Option<ApiTokenId> },
}

/// A hard budget that is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpentBudget {
    /// Whose it is, in words that begin a sentence.
    pub(crate) name: String,
    /// When it starts anew.
    pub(crate) until: DateTime<Utc>,
}

impl Meter {
    fn is_of(&self, spender: Spender<'_>) -> bool {
        match (self.budget.scope, spender) {
            (BudgetScope::Site, Spender::App(token)) => self.is_about(&token.site),
            (BudgetScope::Site, Spender::Backlog { site, .. }) => {
                site.is_some_and(|site| self.is_about(site))
            }
            (BudgetScope::Token, Spender::App(token)) => self.is_about(&token.name),
            (BudgetScope::Token, Spender::Backlog { token, .. }) => {
                token.is_some_and(|token| self.tokens.contains(&token))
            }
        }
    }

    fn is_about(&self, subject: &str) -> bool {
        self.budget.subject.eq_ignore_ascii_case(subject)
    }

    /// Starts anew when its time is over. What was logged since midnight is nothing yet.
    fn turn(&mut self, now: DateTime<Utc>) {
        if now >= self.time.ends_at() {
            self.time = self.budget.span.around(now, None);
            self.spent = 0;
        }
    }
}

/// The place of a check under way; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    meters: Arc<Mutex<Vec<Meter>>>,
    of: Vec<BudgetId>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.of.is_empty() {
            return;
        }
        let mut meters = lock(&self.meters);
        for meter in meters.iter_mut().filter(|meter| self.of.contains(&meter.budget.id)) {
            meter.held = meter.held.saturating_sub(1);
        }
    }
}

fn lock(meters: &Mutex<Vec<Meter>>) -> MutexGuard<'_, Vec<Meter>> {
    meters.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Meters {
    /// A place for a check, or the hard budget that is spent.
    fn admit(&self, spender: Spender<'_>, now: DateTime<Utc>) -> Result<Held, SpentBudget> {
        let mut meters = lock(&self.meters);
        let mut of = Vec::new();
        for meter in meters.iter_mut().filter(|meter| meter.is_of(spender)) {
            meter.turn(now);
            if meter.budget.hard && meter.spent + meter.held >= meter.budget.checks {
                return Err(SpentBudget { name: name(&meter.budget), until: meter.time.ends_at() });
            }
            if let (BudgetScope::Token, Spender::App(token)) = (meter.budget.scope, spender)
                && !meter.tokens.contains(&token.id)
            {
                meter.tokens.push(token.id);
            }
            of.push(meter.budget.id);
        }
        for meter in meters.iter_mut().filter(|meter| of.contains(&meter.budget.id)) {
            meter.held += 1;
        }
        Ok(Held { meters: Arc::clone(&self.meters), of })
    }

    /// A place for a check of what is there already: a row of a site's backlog, or what an app submitted before. What belongs to no
    /// site and no app has no budget. The store must have been read.
    pub(crate) fn admit_backlog(
        &self,
        site: Option<&str>,
        token: Option<ApiTokenId>,
        now: DateTime<Utc>,
    ) -> Result<Held, SpentBudget> {
        self.admit(Spender::Backlog { site, token }, now)
    }

    /// Counts a check that the upstream judged. Returns whether a budget is spent by it.
    pub(crate) fn count(&self, site: Option<&str>, token: Option<ApiTokenId>, now: DateTime<Utc>) -> bool {
        let mut is_spent = false;
        for meter in lock(&self.meters).iter_mut() {
            let is_its = match meter.budget.scope {
                BudgetScope::Site => site.is_some_and(|site| meter.is_about(site)),
                BudgetScope::Token => token.is_some_and(|token| meter.tokens.contains(&token)),
            };
            if is_its {
                meter.turn(now);
                meter.spent += 1;
                is_spent |= meter.spent == meter.budget.checks;
            }
        }
        is_spent
    }

    /// Sets what was read; places held stay held.
    fn put(&self, meter: Meter) {
        let mut meters = lock(&self.meters);
        let held = meters.iter().find(|old| old.budget.id == meter.budget.id).map_or(0, |old| old.held);
        meters.retain(|old| old.budget.id != meter.budget.id);
        meters.push(Meter { held, ..meter });
    }
}

/// Whose budget it is, in words that begin a sentence.
fn name(budget: &Budget) -> String {
    format!("The budget of the {} {}", budget.scope, budget.subject)
}

impl Moderation {
    /// A place in the budgets of a token and its site, or the name of the one that is spent. Reads the store only the first
    /// time.
    pub(crate) async fn hold_budget(
        &self,
        token: &ApiToken,
    ) -> Result<Result<Held, String>, ModerationError> {
        self.read_budgets().await?;
        let admitted = self.budgets.admit(Spender::App(token), self.clock.now());
        if admitted.is_err() {
            self.alerts_wanted.notify_one();
        }
        Ok(admitted.map_err(|spent| spent.name))
    }

    pub(crate) async fn read_budgets(&self) -> Result<(), ModerationError> {
        self.budgets.read.get_or_try_init(async || self.read_meters().await).await?;
        Ok(())
    }

    /// Whether what is spent has been looked at.
    pub(crate) fn has_read_budgets(&self) -> bool {
        self.budgets.read.initialized()
    }

    /// Counts anew what is spent, from the log.
    pub(crate) async fn read_meters(&self) -> Result<(), ModerationError> {
        let quota = self.store.latest_usage_sample().await?;
        for budget in self.store.budgets().await? {
            self.read_meter(budget, quota.as_ref()).await?;
        }
        Ok(())
    }

    async fn read_meter(&self, budget: Budget, quota: Option<&UsageSample>) -> Result<(), ModerationError> {
        let time = budget.span.around(self.clock.now(), quota);
        let spent = self.store.spent_since(&budget, time.first).await?;
        let tokens = match budget.scope {
            BudgetScope::Site => Vec::new(),
            BudgetScope::Token => {
                let tokens = self.store.api_tokens().await?.into_iter();
                let its = tokens.filter(|token| token.name.eq_ignore_ascii_case(&budget.subject));
                its.map(|token| token.id).collect()
            }
        };
        self.budgets.put(Meter { budget, time, spent, held: 0, tokens });
        Ok(())
    }

    /// Every budget with what is spent of it, by subject.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn budget_standings(&self) -> Result<Vec<BudgetStanding>, ModerationError> {
        self.read_budgets().await?;
        let now = self.clock.now();
        let mut meters = lock(&self.budgets.meters);
        meters.iter_mut().for_each(|meter| meter.turn(now));
        let mut standings: Vec<_> = meters
            .iter()
            .map(|meter| BudgetStanding {
                budget: meter.budget.clone(),
                spent: meter.spent,
                time: meter.time,
            })
            .collect();
        drop(meters);
        standings.sort_by(|a, b| a.budget.subject.cmp(&b.budget.subject).then(a.budget.id.cmp(&b.budget.id)));
        Ok(standings)
    }

    /// Budgets as the alerts look at them.
    pub(crate) async fn budget_lines(&self) -> Result<Vec<BudgetLine>, ModerationError> {
        let line = |BudgetStanding { budget, spent, time }| BudgetLine {
            subject: format!("{} {} from {}", budget.scope, budget.subject, time.first),
            name: name(&budget),
            spent,
            limit: budget.checks,
            is_hard: budget.hard,
            resets_at: Some(time.ends_at()),
        };
        Ok(self.budget_standings().await?.into_iter().map(line).collect())
    }

    /// Sets a budget; one of the same subject and span is replaced.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] for fields that are wrong, otherwise when the store fails.
    pub async fn set_budget(&self, form: &BudgetForm, by: &User) -> Result<Budget, ModerationError> {
        let budget = form.validate().map_err(ModerationError::Invalid)?;
        self.read_budgets().await?;
        let kept = self.store.set_budget(&budget, by.id, self.clock.now()).await?;
        let quota = self.store.latest_usage_sample().await?;
        self.read_meter(kept.clone(), quota.as_ref()).await?;
        self.alerts_wanted.notify_one();
        self.imports_wanted.notify_one();
        Ok(kept)
    }

    /// Takes a budget away.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when it is not there.
    pub async fn remove_budget(&self, id: BudgetId, by: &User) -> Result<Budget, ModerationError> {
        let removed = self.store.remove_budget(id, by.id, self.clock.now()).await?;
        lock(&self.budgets.meters).retain(|meter| meter.budget.id != id);
        self.alerts_wanted.notify_one();
        self.imports_wanted.notify_one();
        removed.ok_or(ModerationError::NotFound("budget"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::{BudgetSpan, Fallback};

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_739_620_800, 0).unwrap()
    }

    fn token(id: i64) -> ApiToken {
        ApiToken {
            id: ApiTokenId(id),
            name: "shop".to_owned(),
            prefix: String::new(),
            site: "Shop.example.com".to_owned(),
            per_minute: None,
            fallback: Fallback::Pass,
            of_people: false,
            created_at: noon(),
            last_used_at: None,
            revoked_at: None,
        }
    }

    fn meters(scope: BudgetScope, checks: u64, hard: bool) -> Meters {
        let subject = if scope == BudgetScope::Site { "shop.example.com" } else { "shop" };
        let budget = Budget {
            id: BudgetId(1),
            scope,
            subject: subject.to_owned(),
            span: BudgetSpan::Day,
            checks,
            hard,
        };
        let meters = Meters::default();
        let time = budget.span.around(noon(), None);
        meters.put(Meter { budget, time, spent: 0, held: 0, tokens: Vec::new() });
        meters
    }

    #[test]
    fn checks_under_way_hold_their_place() {
        for scope in [BudgetScope::Site, BudgetScope::Token] {
            let meters = meters(scope, 2, true);
            let first = meters.admit(Spender::App(&token(1)), noon()).unwrap();
            let second = meters.admit(Spender::App(&token(2)), noon()).unwrap();
            assert!(meters.admit(Spender::App(&token(1)), noon()).is_err(), "two are under way");
            drop(first);
            let third = meters.admit(Spender::App(&token(1)), noon()).unwrap();
            assert!(!meters.count(Some("shop.example.com"), Some(ApiTokenId(1)), noon()));
            drop(third);
            assert!(meters.count(Some("SHOP.example.com"), Some(ApiTokenId(2)), noon()), "now it is spent");
            drop(second);
            let refused = meters.admit(Spender::App(&token(1)), noon()).unwrap_err();
            assert!(refused.name.starts_with("The budget of the "), "{refused:?}");
            assert_eq!(refused.until, noon() + TimeDelta::hours(12));
            assert!(
                meters.admit(Spender::App(&token(1)), noon() + TimeDelta::hours(12)).is_ok(),
                "a new day"
            );
        }
    }

    #[test]
    fn a_soft_budget_refuses_nothing_and_others_are_not_counted() {
        let meters = meters(BudgetScope::Site, 1, false);
        assert!(!meters.count(Some("blog.example.com"), Some(ApiTokenId(1)), noon()));
        assert!(!meters.count(None, None, noon()));
        assert!(meters.count(Some("shop.example.com"), None, noon()));
        assert!(meters.admit(Spender::App(&token(1)), noon()).is_ok());
    }

    #[test]
    fn a_backlog_spends_the_budget_of_its_site_and_no_other() {
        let of_site = meters(BudgetScope::Site, 1, true);
        let held = of_site.admit_backlog(Some("SHOP.example.com"), None, noon()).unwrap();
        assert!(of_site.admit(Spender::App(&token(1)), noon()).is_err(), "its place is taken");
        assert!(of_site.admit_backlog(Some("shop.example.com"), None, noon()).is_err());
        for other in [Some("blog.example.com"), None] {
            assert!(of_site.admit_backlog(other, None, noon()).is_ok());
        }
        drop(held);
        assert!(of_site.admit_backlog(Some("shop.example.com"), None, noon()).is_ok());
        let of_token = meters(BudgetScope::Token, 1, true);
        let _held = of_token.admit(Spender::App(&token(1)), noon()).unwrap();
        assert!(of_token.admit(Spender::App(&token(1)), noon()).is_err());
        assert!(
            of_token.admit_backlog(Some("shop"), None, noon()).is_ok(),
            "a token's budget is not that of a site"
        );
        let again = |id| of_token.admit_backlog(Some("shop.example.com"), Some(ApiTokenId(id)), noon());
        assert!(again(1).is_err(), "what the app submitted before spends its budget too");
        assert!(again(2).is_ok(), "another app's does not");
    }
}
