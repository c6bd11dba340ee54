//! Budgets: what a site or an app may spend. The store counts it, since several programs may work on one database; which budgets there are is
//! remembered here for a moment.
//!
//! A check under way holds a place in its budgets, so that apps that ask together cannot spend more than there is.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use activelayer::ApiError;
use chrono::{DateTime, Utc};
use domain::{
    ApiToken, ApiTokenId, Budget, BudgetForm, BudgetId, BudgetScope, BudgetStanding, UsageSample, User,
};
use store::{Counter, PlaceId, Store};
use tokio::sync::Notify;

use crate::{Moderation, ModerationError, alerts::BudgetLine};

/// How long budgets are remembered: so late is one heard of that another program has set.
const REMEMBERED: Duration = Duration::from_secs(1);

/// How old they are when they are read again beside the checks: while they keep coming, none of them waits for that.
const LOOK_AHEAD: Duration = Duration::from_millis(500);

/// The budgets that there are, as far as they are remembered.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    /// And when they began to be read.
    known: RwLock<Option<(Instant, Arc<Known>)>>,
    /// Rings when they were asked for at an age of [`LOOK_AHEAD`].
    pub(crate) ageing: Notify,
}

#[derive(Debug)]
struct Known {
    budgets: Vec<(Budget, Vec<ApiTokenId>)>,
    /// Where the upstream's period begins and ends.
    quota: Option<UsageSample>,
}

/// Who spends a check.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spender<'a> {
    /// An app.
    App(&'a ApiToken),
    /// Somebody who asks for a verdict of their own: counted, and never refused.
    Person {
        /// The site that it is for.
        site: Option<&'a str>,
    },
    /// Somebody who has checked what is there already: a backlog of a site, or what a site or an app submitted before. What belongs to
    /// no site and no app has no budget.
    Backlog {
        /// The site.
        site: Option<&'a str>,
        /// The app's token.
        token: Option<ApiTokenId>,
    },
}

/// A hard budget that is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpentBudget {
    /// Whose it is, in words that begin a sentence.
    pub(crate) name: String,
    /// When it starts anew.
    pub(crate) until: DateTime<Utc>,
}

impl SpentBudget {
    fn of(counter: &Counter) -> Self {
        Self { name: name(&counter.budget), until: counter.time.ends_at() }
    }
}

/// The places of a check under way; given back when it is dropped.
#[derive(Default)]
pub(crate) struct Held(Option<(Arc<dyn Store>, PlaceId)>);

impl Held {
    /// Whether the check counts in no budget.
    pub(crate) fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    fn take(&mut self) -> Option<PlaceId> {
        self.0.take().map(|(_, place)| place)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let (Some((store, place)), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            // Kept, it counts as spent until the budget starts anew.
            if let Err(error) = store.settle_places(&[place], false).await {
                tracing::error!(%error, "a place in a budget could not be given back");
            }
        });
    }
}

impl Known {
    /// The budgets that a check counts in.
    fn counters(&self, spender: Spender<'_>, now: DateTime<Utc>) -> Vec<Counter> {
        let its = self.budgets.iter().filter(|(budget, tokens)| match (budget.scope, spender) {
            (BudgetScope::Site, Spender::App(token)) => budget.subject.eq_ignore_ascii_case(&token.site),
            (BudgetScope::Site, Spender::Backlog { site, .. } | Spender::Person { site }) => {
                site.is_some_and(|site| budget.subject.eq_ignore_ascii_case(site))
            }
            (BudgetScope::Token, Spender::App(token)) => budget.subject.eq_ignore_ascii_case(&token.name),
            (BudgetScope::Token, Spender::Backlog { token, .. }) => {
                token.is_some_and(|token| tokens.contains(&token))
            }
            (BudgetScope::Token, Spender::Person { .. }) => false,
        });
        let mut counters: Vec<_> = its.map(|(budget, _)| self.counter(budget, now)).collect();
        if matches!(spender, Spender::Person { .. }) {
            counters.iter_mut().for_each(|counter| counter.budget.hard = false);
        }
        counters
    }

    fn counter(&self, budget: &Budget, now: DateTime<Utc>) -> Counter {
        Counter { budget: budget.clone(), time: budget.span.around(now, self.quota.as_ref()) }
    }

    fn all(&self, now: DateTime<Utc>) -> Vec<Counter> {
        self.budgets.iter().map(|(budget, _)| self.counter(budget, now)).collect()
    }
}

/// Whose budget it is, in words that begin a sentence.
fn name(budget: &Budget) -> String {
    format!("The budget of the {} {}", budget.scope, budget.subject)
}

impl Moderation {
    /// Places for a check in the budgets that it counts in, or the hard one that is spent.
    pub(crate) async fn hold_budget(
        &self,
        spender: Spender<'_>,
    ) -> Result<Result<Held, SpentBudget>, ModerationError> {
        let counters = self.known_budgets().await?.counters(spender, self.clock.now());
        if counters.is_empty() {
            return Ok(Ok(Held::default()));
        }
        Ok(match self.store.take_places(&counters).await? {
            Ok(place) => Ok(Held(Some((Arc::clone(&self.store), place)))),
            Err(full) => {
                self.alerts_wanted.notify_one();
                // It is one of those that were asked for.
                let full = counters.iter().find(|counter| counter.budget.id == full);
                Err(full.map_or_else(
                    || SpentBudget { name: "A budget".to_owned(), until: self.clock.now() },
                    SpentBudget::of,
                ))
            }
        })
    }

    /// The hard budget that keeps a check from being made now.
    pub(crate) async fn spent_budget(
        &self,
        spender: Spender<'_>,
    ) -> Result<Option<SpentBudget>, ModerationError> {
        let counters = self.known_budgets().await?.counters(spender, self.clock.now());
        for counter in counters.iter().filter(|counter| counter.budget.hard) {
            if self.store.spent(counter).await? >= counter.budget.checks {
                return Ok(Some(SpentBudget::of(counter)));
            }
        }
        Ok(None)
    }

    /// Counts a check that nothing keeps back.
    pub(crate) async fn count_spent(&self, spender: Spender<'_>) {
        match self.hold_budget(spender).await {
            Ok(held) => self.spend(held.ok()).await,
            Err(error) => tracing::error!(%error, "a check could not be counted in its budgets"),
        }
    }

    /// Counts checks that the upstream judged and the log has.
    pub(crate) async fn spend(&self, held: impl IntoIterator<Item = Held>) {
        self.settle_held(held, true).await;
    }

    /// Gives back the places of a check that failed, or counts it where the upstream may have judged all the same.
    pub(crate) async fn unanswered(&self, held: Held, error: &ApiError) {
        self.settle_held([held], error.may_be_paid()).await;
    }

    /// Where it cannot be written, the places themselves count.
    async fn settle_held(&self, held: impl IntoIterator<Item = Held>, are_judged: bool) {
        let places: Vec<PlaceId> = held.into_iter().filter_map(|mut held| held.take()).collect();
        if places.is_empty() {
            return;
        }
        match self.store.settle_places(&places, are_judged).await {
            Ok(true) => self.alerts_wanted.notify_one(),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, "checks count as under way until their budgets start anew")
            }
        }
    }

    async fn known_budgets(&self) -> Result<Arc<Known>, ModerationError> {
        let known = self.budgets.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((at, known)) if at.elapsed() < REMEMBERED => {
                if at.elapsed() >= LOOK_AHEAD {
                    self.budgets.ageing.notify_one();
                }
                Ok(known)
            }
            _ => self.look_at_budgets().await,
        }
    }

    async fn look_at_budgets(&self) -> Result<Arc<Known>, ModerationError> {
        let at = Instant::now();
        let budgets = self.store.budgets().await?;
        let (mut tokens, mut quota) = (Vec::new(), None);
        if budgets.iter().any(|budget| budget.scope == BudgetScope::Token) {
            tokens = self.store.api_tokens().await?;
        }
        if !budgets.is_empty() {
            quota = self.store.latest_usage_sample().await?;
        }
        let with_tokens = budgets.into_iter().map(|budget| {
            let its = tokens.iter().filter(|token| {
                budget.scope == BudgetScope::Token && token.name.eq_ignore_ascii_case(&budget.subject)
            });
            let its = its.map(|token| token.id).collect();
            (budget, its)
        });
        let known = Arc::new(Known { budgets: with_tokens.collect(), quota });
        let mut kept = self.budgets.known.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody who began later knows better: they may have set one in between.
        if kept.as_ref().is_none_or(|(begun, _)| *begun <= at) {
            *kept = Some((at, Arc::clone(&known)));
        }
        Ok(known)
    }

    /// Reads the budgets again that are about to be too old.
    pub(crate) async fn refresh_budgets(&self) {
        let known =
            self.budgets.known.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|known| known.0);
        if self.is_database_away() || known.is_some_and(|at| at.elapsed() < LOOK_AHEAD) {
            return;
        }
        if let Err(error) = self.look_at_budgets().await {
            tracing::warn!(%error, "the budgets could not be read");
        }
    }

    /// Every budget with what is spent of it, by subject.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn budget_standings(&self) -> Result<Vec<BudgetStanding>, ModerationError> {
        let counters = self.known_budgets().await?.all(self.clock.now());
        let mut standings = Vec::with_capacity(counters.len());
        for counter in counters {
            let spent = self.store.spent(&counter).await?;
            standings.push(BudgetStanding { budget: counter.budget, spent, time: counter.time });
        }
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
        let kept = self.store.set_budget(&budget, by.id, self.clock.now()).await?;
        self.look_at_budgets().await?;
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
        self.look_at_budgets().await?;
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

    fn token(id: i64, name: &str, site: &str) -> ApiToken {
        ApiToken {
            id: ApiTokenId(id),
            name: name.to_owned(),
            prefix: String::new(),
            site: site.to_owned(),
            per_minute: None,
            fallback: Fallback::Pass,
            of_people: false,
            created_at: noon(),
            last_used_at: None,
            revoked_at: None,
            bounds: domain::TokenBounds::default(),
            rotations: 0,
            previous: None,
        }
    }

    fn known() -> Known {
        let budget = |id, scope, subject: &str| Budget {
            id: BudgetId(id),
            scope,
            subject: subject.to_owned(),
            span: BudgetSpan::Day,
            checks: 2,
            hard: true,
        };
        let of_site = |id, subject| (budget(id, BudgetScope::Site, subject), Vec::new());
        let of_token = (budget(2, BudgetScope::Token, "shop"), vec![ApiTokenId(1), ApiTokenId(2)]);
        Known {
            budgets: vec![of_site(1, "shop.example.com"), of_token, of_site(3, "blog.example.com")],
            quota: None,
        }
    }

    #[test]
    fn a_check_counts_in_the_budgets_of_its_site_and_its_token_and_no_other() {
        let (known, backlog) = (known(), |site, token| Spender::Backlog { site, token });
        let (shop, other) = (token(1, "Shop", "Shop.example.com"), token(9, "other", "blog.example.com"));
        for (spender, expected) in [
            (Spender::App(&shop), vec![1, 2]),
            (Spender::App(&other), vec![3]),
            (backlog(Some("SHOP.example.com"), None), vec![1]),
            // A token's budget is not that of a site.
            (backlog(Some("shop"), None), vec![]),
            // What an app submitted before spends its budget too; another app's does not.
            (backlog(Some("shop.example.com"), Some(ApiTokenId(2))), vec![1, 2]),
            (backlog(None, Some(ApiTokenId(9))), vec![]),
            (backlog(None, None), vec![]),
            (Spender::Person { site: Some("shop.example.com") }, vec![1]),
            (Spender::Person { site: None }, vec![]),
        ] {
            let counters = known.counters(spender, noon());
            let ids: Vec<_> = counters.iter().map(|counter| counter.budget.id.0).collect();
            assert_eq!(ids, expected, "{spender:?}");
            let is_kept_back = !matches!(spender, Spender::Person { .. });
            assert!(counters.iter().all(|counter| counter.budget.hard == is_kept_back), "{spender:?}");
        }
    }

    #[test]
    fn a_new_day_is_counted_anew() {
        let shop = token(1, "shop", "shop.example.com");
        let at = |now| known().counters(Spender::App(&shop), now).remove(0);
        let midnight = noon() + TimeDelta::hours(12);
        let refused = SpentBudget::of(&at(noon()));
        assert_eq!(refused.name, "The budget of the site shop.example.com");
        assert_eq!(refused.until, midnight);
        assert_eq!(at(midnight).time.first, noon().date_naive() + TimeDelta::days(1));
    }
}
