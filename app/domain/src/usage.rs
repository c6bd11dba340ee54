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

    /// How long the quota lasts if the rest of the period goes on at the pace of its beginning.
    ///
    /// `None` without a period, or before anything was used.
    pub fn forecast(&self) -> Option<Forecast> {
        let (began, resets) = (self.began_at()?, self.resets_at()?);
        let elapsed = (self.taken_at - began).num_milliseconds();
        if self.used == 0 || elapsed <= 0 {
            return None;
        }
        if self.remaining == 0 {
            return Some(Forecast::RunsOut(self.taken_at));
        }
        let left_ms = (elapsed as f64 / self.used as f64 * self.remaining as f64) as i64;
        let runs_out = self.taken_at.checked_add_signed(chrono::TimeDelta::milliseconds(left_ms))?;
        Some(if runs_out < resets { Forecast::RunsOut(runs_out) } else { Forecast::Lasts(resets) })
    }
}

/// How long the quota will last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Forecast {
    /// Used up at this moment, before the period ends.
    RunsOut(DateTime<Utc>),
    /// Lasts to the end of the period, which is this moment.
    Lasts(DateTime<Utc>),
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
    fn a_steady_pace_is_carried_on() {
        let february = Some((2, 2025));
        assert_eq!(sample(11, 500, february).forecast(), Some(Forecast::RunsOut(midnight(2025, 2, 21))));
        assert_eq!(sample(11, 100, february).forecast(), Some(Forecast::Lasts(midnight(2025, 3, 1))));
        assert_eq!(sample(11, 1000, february).forecast(), Some(Forecast::RunsOut(midnight(2025, 2, 11))));
        assert_eq!(sample(11, 0, february).forecast(), None);
    }

    #[test]
    fn a_lifetime_plan_never_resets() {
        assert_eq!(sample(11, 500, None).resets_at(), None);
        assert_eq!(sample(11, 500, None).forecast(), None);
        assert_eq!(sample(1, 1, Some((12, 2025))).resets_at(), Some(midnight(2026, 1, 1)));
    }
}
