//! Quota: what the upstream says of the plan, kept as samples, beside what the log counted.

use std::sync::Arc;

use activelayer::SpamApi;
use chrono::{Days, TimeDelta};
use domain::{DailyCount, Overview, UsageSample};

use crate::{Moderation, ModerationError};

/// A page that asks gets figures no older than this, if the upstream answers.
const FRESH: TimeDelta = TimeDelta::seconds(60);

/// What the Stats page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageReport {
    /// The newest figures of the upstream; `None` when it never answered.
    pub quota: Option<UsageSample>,
    /// Checks a day, oldest first, today last.
    pub daily: Vec<DailyCount>,
}

impl Moderation {
    /// Asks the upstream for the plan's usage and keeps the answer.
    ///
    /// # Errors
    /// Whatever the upstream answered instead, or the store's failure.
    pub async fn sample_usage(&self) -> Result<UsageSample, ModerationError> {
        self.sample_usage_by(&self.upstreams.background).await
    }

    async fn sample_usage_by(&self, api: &Arc<dyn SpamApi>) -> Result<UsageSample, ModerationError> {
        let answer = self.timed(api.stats()).await?.value;
        let (usage, period) = (answer.data.usage, answer.data.period);
        let sample = UsageSample {
            taken_at: self.clock.now(),
            plan: answer.data.plan.name,
            total: usage.total_requests,
            used: usage.used_requests,
            remaining: usage.remaining_requests,
            percentage: usage.usage_percentage,
            period: period.month.zip(period.year),
        };
        self.store.save_usage_sample(&sample).await?;
        Ok(sample)
    }

    /// The newest figures: asked for when older than a minute, else (or when the upstream is away) the last kept.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn quota(&self) -> Result<Option<UsageSample>, ModerationError> {
        let latest = self.store.latest_usage_sample().await?;
        if latest.as_ref().is_some_and(|sample| self.clock.now() - sample.taken_at < FRESH) {
            return Ok(latest);
        }
        match self.sample_usage_by(&self.upstreams.interactive).await {
            Ok(sample) => Ok(Some(sample)),
            Err(ModerationError::Upstream(_)) => Ok(latest),
            Err(error) => Err(error),
        }
    }

    /// Quota and checks of the last `days` days (1 to 366), today included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn usage_report(&self, days: u32) -> Result<UsageReport, ModerationError> {
        let today = self.clock.now().date_naive();
        let back = u64::from(days.clamp(1, 366)) - 1;
        let from = today.checked_sub_days(Days::new(back)).unwrap_or(today);
        let daily = self.store.daily_counts(from, today).await?;
        Ok(UsageReport { quota: self.quota().await?, daily })
    }

    /// The overview's figures.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn overview(&self) -> Result<Overview, ModerationError> {
        Ok(self.store.overview(self.clock.now()).await?)
    }
}
