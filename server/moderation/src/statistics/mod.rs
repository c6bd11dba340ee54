//! What the log tells in figures: charts, what comes most often, what another threshold would do.
//!
//! Figures of all detections or of a site are read from counts that the store keeps by day and hour. Figures of a search are
//! counted from the log's newest matches; how many are looked at is bounded, and the answer says how far back it reaches.

mod charts;
mod spread;
mod tops;
mod what_if;

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::statistics::{Charts, Scope, Step};
use domain::{
    Days,
    search::{Term, TermKind},
};

use tokio::time::timeout;

use crate::{Moderation, ModerationError};

/// How long a page waits for the newest checks to be counted, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// Most sites to choose from.
const SITES_MAX: u32 = 100;

impl Moderation {
    /// The days of the quota's period up to today, or of the month when the plan has no period.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn period_days(&self) -> Result<Days, ModerationError> {
        let today = self.clock.now().date_naive();
        let began = self.store.latest_usage_sample().await?.and_then(|sample| sample.began_at());
        let first = began.map(|began| began.date_naive()).filter(|first| *first <= today);
        Ok(Days::new(first.unwrap_or_else(|| month(today)), today).unwrap_or(Days::up_to(today, 1)))
    }

    /// Everything that the Stats page draws.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn charts(&self, days: Days, scope: &Scope) -> Result<Charts, ModerationError> {
        let mut charts = if scope.query.is_empty() {
            self.kept_charts(days, scope.site.as_deref()).await?
        } else {
            self.charts_from_log(days, scope).await?
        };
        charts.threshold = self.newest_threshold().await?;
        Ok(charts)
    }

    /// The threshold of the newest check; `None` before the first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_threshold(&self) -> Result<Option<f64>, ModerationError> {
        Ok(self.store.newest_threshold().await?)
    }

    /// The sites that the log knows, at most a hundred.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sites(&self) -> Result<Vec<String>, ModerationError> {
        Ok(self.store.known_sites(SITES_MAX).await?)
    }

    /// The team's saved searches without how many match: name and search.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn search_names(&self) -> Result<Vec<(String, String)>, ModerationError> {
        let saved = self.store.saved_searches().await?;
        Ok(saved.into_iter().map(|search| (search.name, search.q)).collect())
    }

    /// Takes the newest checks into the counts, if that can be written soon: whoever looks waits for no other program. Returns why not.
    pub(crate) async fn count_newest(&self) -> Result<Option<String>, ModerationError> {
        if let Some(trouble) = self.writing.kind() {
            return Ok(Some(trouble.words().to_owned()));
        }
        match timeout(PATIENCE, self.store.count_new()).await {
            Ok(Ok(_)) => Ok(None),
            Ok(Err(error)) => match error.trouble() {
                Some(trouble) => Ok(Some(trouble.words().to_owned())),
                None => Err(error.into()),
            },
            Err(_) => Ok(Some("the database is busy".to_owned())),
        }
    }

    async fn kept_charts(&self, days: Days, site: Option<&str>) -> Result<Charts, ModerationError> {
        let behind = self.count_newest().await?;
        let counts = self.store.counts(days, site).await?;
        let mut charts = Charts { behind, ..charts::draw(days, counts) };
        let before = days.before();
        let days_before = self.store.day_counts(before, site).await?;
        // The line beside today's has the same weekdays.
        let beside = days.weeks_before();
        charts.checks_before = if days.step() == Step::Hour {
            charts::by_hour(beside, &self.store.hour_counts(beside, site).await?)
        } else if beside == before {
            charts::by_day(beside, &days_before)
        } else {
            charts::by_day(beside, &self.store.day_counts(beside, site).await?)
        }
        .into_iter()
        .map(domain::statistics::Tally::sum)
        .collect();
        charts.checks_before.resize(charts.checks.len(), 0);
        charts.totals_before = Some(charts::totals(&days_before));
        Ok(charts)
    }

    async fn charts_from_log(&self, days: Days, scope: &Scope) -> Result<Charts, ModerationError> {
        let now = self.clock.now();
        let checks = self.store.newest_counts(&scope.search_in(days), now).await?;
        let labelled = Term { negated: false, kind: TermKind::LabelledOn(days) };
        let decisions = self.store.newest_counts(&scope.search([labelled]), now).await?;
        let store::statistics::Counts { decisions, deciders, .. } = decisions.found;
        let counts = store::statistics::Counts { decisions, deciders, ..checks.found };
        let since = earliest_seen(checks.since, days);
        Ok(Charts { since, from_log: true, ..charts::draw(days, counts) })
    }
}

/// The moment since which all is counted; `None` when that is the whole range.
fn earliest_seen(since: Option<DateTime<Utc>>, days: Days) -> Option<DateTime<Utc>> {
    since.filter(|since| *since > days.start())
}

/// The first day of its month.
fn month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}
