//! Quota: what the upstream says of the plan, kept as samples, beside what the log counted.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use activelayer::{ApiError, SpamApi, StatsResponse};
use chrono::{Days, TimeDelta};
use domain::{
    DailyCount, Overview, QuotaForecast, QuotaReport, UsagePoint, UsageSample, forecast::LOOK_BACK,
};

use crate::{Moderation, ModerationError};

/// A page that asks gets figures no older than this, if the upstream answers.
const FRESH: TimeDelta = TimeDelta::seconds(60);

/// Longest that a page waits for fresh figures before it shows the last kept: an upstream that hangs must not slow the
/// whole dashboard down.
const PATIENCE: Duration = Duration::from_secs(1);

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
        let (sample, body) = self.usage_by(&self.upstreams.background).await?;
        self.keep(&sample, &body).await?;
        Ok(sample)
    }

    pub(crate) async fn keep(&self, sample: &UsageSample, body: &str) -> Result<(), ModerationError> {
        self.store.save_usage_sample(sample, body).await?;
        self.alerts_wanted.notify_one();
        Ok(())
    }

    /// Asks for the plan's usage: as it is understood, and byte for byte.
    pub(crate) async fn usage_by(&self, api: &Arc<dyn SpamApi>) -> Result<(UsageSample, String), ApiError> {
        let answer = self.timed_usage(api.stats()).await?;
        self.health.plan_seen(self.clock.now());
        let StatsResponse { data, unread, .. } = answer.value;
        let (usage, period) = (data.usage, data.period);
        let sample = UsageSample {
            taken_at: self.clock.now(),
            plan: data.plan.name,
            total: usage.total_requests,
            used: usage.used_requests,
            remaining: usage.remaining_requests,
            percentage: usage.usage_percentage,
            period: period.month.zip(period.year),
            unread,
        };
        Ok((sample, answer.body))
    }

    /// The newest figures: asked for when older than a minute (at most once a minute, and for at most a second), else
    /// the last kept. The embedded detector is always asked: it answers at once and for nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn quota(&self) -> Result<Option<UsageSample>, ModerationError> {
        if self.is_embedded() {
            return Ok(Some(self.usage_by(&self.upstreams.interactive).await?.0));
        }
        let latest = self.store.latest_usage_sample().await?;
        let is_fresh = latest.as_ref().is_some_and(|sample| self.clock.now() - sample.taken_at < FRESH);
        if is_fresh || !self.may_ask_for_usage() {
            return Ok(latest);
        }
        match tokio::time::timeout(PATIENCE, self.usage_by(&self.upstreams.interactive)).await {
            Ok(Ok((sample, body))) => {
                self.keep(&sample, &body).await?;
                Ok(Some(sample))
            }
            Ok(Err(_)) | Err(_) => Ok(latest),
        }
    }

    /// Whether no page has asked within the last minute; if so, this one does.
    fn may_ask_for_usage(&self) -> bool {
        let now = self.clock.now();
        let mut asked = self.usage_asked.lock().unwrap_or_else(PoisonError::into_inner);
        let may = asked.is_none_or(|before| now - before >= FRESH);
        if may {
            *asked = Some(now);
        }
        may
    }

    /// How long the quota lasts, by what the upstream said in the last two weeks. Reckoned again when it said something new.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn quota_forecast(&self, newest: &UsageSample) -> Result<QuotaForecast, ModerationError> {
        let known = self.forecast.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, forecast)) = known.filter(|(of, _)| is_same(of, newest)) {
            return Ok(forecast);
        }
        let forecast = domain::forecast::forecast(&self.recent_usage(newest).await?);
        *self.forecast.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((newest.clone(), forecast.clone()));
        Ok(forecast)
    }

    /// One sample an hour of the last two weeks, the newest at the end whether it was kept or not.
    async fn recent_usage(&self, newest: &UsageSample) -> Result<Vec<UsageSample>, ModerationError> {
        let mut samples = self.store.hourly_usage_samples(newest.taken_at - LOOK_BACK).await?;
        samples.retain(|sample| sample.taken_at < newest.taken_at);
        samples.push(newest.clone());
        Ok(samples)
    }

    /// All that is known of the quota: figures, forecast, trend, and what the log itself counted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn quota_report(&self) -> Result<QuotaReport, ModerationError> {
        let Some(sample) = self.quota().await? else { return Ok(QuotaReport::default()) };
        let began = sample.began_at();
        let points = self.recent_usage(&sample).await?.into_iter();
        let points = points.filter(|point| point.period == sample.period);
        let points = points.filter_map(|point| Some(UsagePoint { at: point.taken_at, used: point.used? }));
        Ok(QuotaReport {
            forecast: self.quota_forecast(&sample).await?,
            points: points.collect(),
            counted: Some(self.store.log_count(began).await?),
            sample: Some(sample),
        })
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

/// Whether a forecast from one sample holds for another: same figures, and not much later.
fn is_same(of: &UsageSample, newest: &UsageSample) -> bool {
    let figures = |sample: &UsageSample| (sample.used, sample.total, sample.remaining, sample.period);
    figures(of) == figures(newest) && newest.taken_at - of.taken_at < FRESH
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use activelayer::{
        Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse,
        StatsResponse, VerifyResponse,
    };
    use async_trait::async_trait;
    use chrono::DateTime;
    use domain::JudgedBy;

    use super::*;
    use crate::{ManualClock, Options};

    /// An upstream that takes every call and never answers.
    #[derive(Default)]
    struct Hanging {
        asked: AtomicUsize,
    }

    #[async_trait]
    impl SpamApi for Hanging {
        async fn check(&self, _: CheckEndpoint, _: &CheckRequest) -> Result<Answer<CheckResponse>, ApiError> {
            pending().await
        }
        async fn feedback(&self, _: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
            pending().await
        }
        async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
            pending().await
        }
        async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            pending().await
        }
    }

    #[tokio::test]
    async fn an_upstream_that_hangs_holds_up_one_page_a_minute() {
        let store = store::open("sqlite::memory:").await.unwrap();
        let upstream = Arc::new(Hanging::default());
        let clock = ManualClock::at(DateTime::from_timestamp(1_739_619_120, 0).unwrap());
        let api: Arc<dyn SpamApi> = upstream.clone();
        let moderation =
            Moderation::new(store, api, Arc::new(clock.clone()), Options::new(JudgedBy::ActiveLayer));
        for _ in 0..3 {
            assert_eq!(moderation.quota().await.unwrap(), None);
        }
        assert_eq!(upstream.asked.load(Ordering::Relaxed), 1);
        clock.advance(FRESH);
        assert_eq!(moderation.quota().await.unwrap(), None);
        assert_eq!(upstream.asked.load(Ordering::Relaxed), 2);
    }
}
