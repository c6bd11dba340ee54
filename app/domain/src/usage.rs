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
