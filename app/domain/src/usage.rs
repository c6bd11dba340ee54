//! Quota and figures for the overview and the charts.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// What the upstream said of the plan's usage at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageSample {
    /// When it was asked.
    pub taken_at: DateTime<Utc>,
    /// Name of the plan.
    pub plan: String,
    /// Checks that the plan allows in the period.
    pub total: u64,
    /// Checks used in the period.
    pub used: u64,
    /// Checks left.
    pub remaining: u64,
    /// Used share of the total, in percent, as the upstream gave it.
    pub percentage: f64,
    /// Month and year of the period; `None` for a lifetime plan, which never resets.
    pub period: Option<(u32, i32)>,
}

/// Share of the quota at which a warning is due, in percent (the vendor's dashboard warns there too).
pub const QUOTA_WARNING_PERCENT: f64 = 80.0;

impl UsageSample {
    /// When the quota starts anew: the first of the month after the period; never for a lifetime plan.
    pub fn resets_at(&self) -> Option<DateTime<Utc>> {
        let (month, year) = self.period?;
        let (month, year) = if month >= 12 { (1, year + 1) } else { (month + 1, year) };
        Some(NaiveDate::from_ymd_opt(year, month, 1)?.and_hms_opt(0, 0, 0)?.and_utc())
    }

    /// When the period began: the first of its month.
    pub fn began_at(&self) -> Option<DateTime<Utc>> {
        let (month, year) = self.period?;
        Some(NaiveDate::from_ymd_opt(year, month, 1)?.and_hms_opt(0, 0, 0)?.and_utc())
    }
}

/// How much of the quota the log accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogCount {
    /// Detections logged in the period, whoever judged them.
    pub logged: u64,
    /// Those of them that the fallback judged and that still wait for the upstream: nothing is spent on them yet.
    pub waiting: u64,
    /// Further verdicts asked for in the period, for detections that had one.
    pub rechecked: u64,
    /// When the oldest detection of the whole log was logged, to the hour.
    pub log_begins: Option<DateTime<Utc>>,
}

impl LogCount {
    /// Checks that the log knows to have been spent.
    pub fn spent(&self) -> u64 {
        self.logged.saturating_sub(self.waiting) + self.rechecked
    }

    /// Why the upstream's count is another, in a sentence or two.
    pub fn explain(&self, sample: &UsageSample) -> String {
        let grouped = crate::paging::grouped;
        let spent = self.spent();
        if spent == sample.used {
            return "Both counts agree.".to_owned();
        }
        if spent > sample.used {
            let more = grouped(spent - sample.used);
            return format!(
                "The upstream counts {more} fewer: it may not charge what it did not judge, and its figures can be some minutes old."
            );
        }
        let more = grouped(sample.used - spent);
        match self.log_begins {
            Some(begins) if sample.began_at().is_none_or(|period| begins > period) => format!(
                "The upstream counts {more} more: the log begins only on {}, and other programs that use the same key spend it too.",
                begins.format("%-d %b %Y")
            ),
            _ => format!(
                "The upstream counts {more} more: other programs that use the same key spend it too, and so do checks that failed before their verdict arrived."
            ),
        }
    }
}

/// A point of the line that shows how the quota was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsagePoint {
    /// When.
    pub at: DateTime<Utc>,
    /// Checks used in the period by then.
    pub used: u64,
}

/// All that is known of the quota.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuotaReport {
    /// The newest figures; `None` when the upstream never gave any.
    pub sample: Option<UsageSample>,
    /// How long it lasts.
    pub forecast: crate::forecast::QuotaForecast,
    /// How it was spent in this period, one point an hour at most, oldest first; a lifetime plan's last 14 days.
    pub points: Vec<UsagePoint>,
    /// What the log itself counted; `None` without figures to hold it against.
    pub counted: Option<LogCount>,
}

/// Checks of one day (UTC), by verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyCount {
    /// The day, UTC.
    pub day: NaiveDate,
    /// Verdicts "spam".
    pub spam: u64,
    /// Verdicts "ham".
    pub ham: u64,
}

/// Feedback on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxCounts {
    /// Waiting to be sent.
    pub pending: u64,
    /// Refused for good.
    pub failed: u64,
}

/// The figures of the overview page that come from the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Verdicts since the start of the day.
    pub today: DailyCount,
    /// Detections of the last seven days that nobody has labelled, counted up to a bound.
    pub waiting: crate::BoundedCount,
    /// Labelled ham in the last seven days although the verdict was spam.
    pub false_positives_week: u64,
    /// Labelled in the last seven days.
    pub labelled_week: u64,
    /// Feedback on its way.
    pub outbox: OutboxCounts,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(day: u32, used: u64, period: Option<(u32, i32)>) -> UsageSample {
        let taken_at = NaiveDate::from_ymd_opt(2025, 2, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
        let remaining = 1000_u64.saturating_sub(used);
        UsageSample { taken_at, plan: "Free".into(), total: 1000, used, remaining, percentage: 0.0, period }
    }

    fn midnight(year: i32, month: u32, day: u32) -> DateTime<Utc> {
        NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
    }

    #[test]
    fn a_lifetime_plan_never_resets() {
        assert_eq!(sample(11, 500, None).resets_at(), None);
        assert_eq!(sample(1, 1, Some((12, 2025))).resets_at(), Some(midnight(2026, 1, 1)));
    }

    #[test]
    fn a_difference_between_the_counts_is_explained() {
        let count = |logged| LogCount { logged, waiting: 5, rechecked: 2, log_begins: None };
        let sample = sample(11, 500, Some((2, 2025)));
        assert_eq!(count(503).spent(), 500);
        assert_eq!(count(503).explain(&sample), "Both counts agree.");
        assert!(count(403).explain(&sample).starts_with("The upstream counts 100 more: other programs"));
        assert!(count(504).explain(&sample).starts_with("The upstream counts 1 fewer"));
        let late = LogCount { log_begins: Some(midnight(2025, 2, 3)), ..count(403) };
        assert!(late.explain(&sample).contains("the log begins only on 3 Feb 2025"));
    }
}
