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
    /// Checks that the plan allows in the period. `None`: there is no limit, unless [`UsageSample::unread`] names it.
    pub total: Option<u64>,
    /// Checks used in the period; `None` when that could not be read.
    pub used: Option<u64>,
    /// Checks left; `None` where the total is.
    pub remaining: Option<u64>,
    /// Used share of the total, in percent, as the upstream gave it; more than 100 when more were used than allowed.
    pub percentage: Option<f64>,
    /// Month and year of the period; `None` for a lifetime plan, which never resets, and where it could not be read.
    pub period: Option<(u32, i32)>,
    /// Names of the upstream's figures that could not be read, such as `usage.used_requests`; the others were used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// Share of the quota at which a warning is due, in percent (the vendor's dashboard warns there too).
pub const QUOTA_WARNING_PERCENT: f64 = 80.0;

impl UsageSample {
    /// Whether the plan has no limit.
    pub fn has_no_limit(&self) -> bool {
        self.total.is_none() && !self.cannot_read("usage.total_requests")
    }

    /// Whether nothing is left of a limited plan.
    pub fn is_used_up(&self) -> bool {
        self.total.is_some() && self.remaining == Some(0)
    }

    fn cannot_read(&self, name: &str) -> bool {
        self.unread.iter().any(|unread| unread == name || name.starts_with(&format!("{unread}.")))
    }

    /// How much is used of how much, in words.
    pub fn used_words(&self) -> String {
        let grouped = crate::paging::grouped;
        let used = self.used.map_or_else(|| "An unknown number".to_owned(), grouped);
        match self.total {
            Some(total) => format!("{used} of {} checks used", grouped(total)),
            None if self.has_no_limit() => format!("{used} checks used; the plan has no limit"),
            None => format!("{used} checks used; the plan's limit could not be read"),
        }
    }

    /// What is left, in words.
    pub fn left_words(&self) -> String {
        let grouped = crate::paging::grouped;
        match (self.total, self.remaining, self.used) {
            (Some(total), _, Some(used)) if used > total => {
                format!("{} over the quota", grouped(used - total))
            }
            (Some(_), Some(left), _) => format!("{} left", grouped(left)),
            _ if self.has_no_limit() => "No limit".to_owned(),
            _ => "Unknown how many are left".to_owned(),
        }
    }

    /// The period, and when the quota starts anew, in words.
    pub fn period_words(&self) -> String {
        match (self.period, self.resets_at()) {
            (Some((month, year)), Some(resets)) => {
                format!("{}; renews on {}.", month_words(month, year), resets.format("%-d %B"))
            }
            _ if self.unread.iter().any(|name| name.starts_with("period")) => {
                "When the quota renews could not be read.".to_owned()
            }
            _ if self.has_no_limit() => String::new(),
            _ => "Lifetime plan: the quota does not renew.".to_owned(),
        }
    }

    /// Which figures could not be read, in a sentence; empty when all were.
    pub fn unread_words(&self) -> String {
        match self.unread.len() {
            0 => String::new(),
            1 => format!("One of the figures could not be read: {}. The others are shown.", self.unread[0]),
            _ => format!("Some figures could not be read: {}. The others are shown.", self.unread.join(", ")),
        }
    }

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

/// A month as people write it: `November 2026`.
fn month_words(month: u32, year: i32) -> String {
    let first = NaiveDate::from_ymd_opt(year, month, 1);
    first.map_or_else(|| format!("{month:02}/{year}"), |first| first.format("%B %Y").to_string())
}

/// How much of the quota the log accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogCount {
    /// Detections logged in the period, whoever judged them.
    pub logged: u64,
    /// Those of them that nothing was spent on: the fallback or a rule answered them.
    pub unpaid: u64,
    /// Further verdicts asked for in the period, for detections that had one.
    pub rechecked: u64,
    /// When the oldest detection of the whole log was logged, to the hour.
    pub log_begins: Option<DateTime<Utc>>,
}

impl LogCount {
    /// Checks that the log knows to have been spent.
    pub fn spent(&self) -> u64 {
        self.logged.saturating_sub(self.unpaid) + self.rechecked
    }

    /// Why the upstream's count is another, in a sentence or two.
    pub fn explain(&self, sample: &UsageSample) -> String {
        let grouped = crate::paging::grouped;
        let spent = self.spent();
        let Some(used) = sample.used else {
            return "The upstream's count could not be read.".to_owned();
        };
        if spent == used {
            return "Both counts agree.".to_owned();
        }
        if spent > used {
            let more = grouped(spent - used);
            return format!(
                "The upstream counts {more} fewer: it may not charge what it did not judge, and its figures can be some minutes old."
            );
        }
        let more = grouped(used - spent);
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
    /// Detections of the last seven days on which nobody has said a word yet, neither a moderator nor an app, counted up to a bound.
    pub waiting: crate::BoundedCount,
    /// Labelled ham in the last seven days although the verdict was spam.
    pub false_positives_week: u64,
    /// Labelled in the last seven days.
    pub labelled_week: u64,
    /// Checks of the last seven days whose app was told something else than what stands now, counted up to a bound.
    pub late: crate::BoundedCount,
    /// What rules hold for a person, and nobody has said a word about.
    pub held: crate::BoundedCount,
    /// Feedback on its way.
    pub outbox: OutboxCounts,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(day: u32, used: u64, period: Option<(u32, i32)>) -> UsageSample {
        let taken_at = NaiveDate::from_ymd_opt(2025, 2, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
        let remaining = 1000_u64.saturating_sub(used);
        UsageSample {
            taken_at,
            plan: "Free".into(),
            total: Some(1000),
            used: Some(used),
            remaining: Some(remaining),
            percentage: Some(0.0),
            period,
            unread: Vec::new(),
        }
    }

    #[test]
    fn unusual_figures_are_put_into_words() {
        let usual = sample(11, 400, Some((2, 2025)));
        assert_eq!(
            (usual.used_words(), usual.left_words()),
            ("400 of 1,000 checks used".into(), "600 left".into())
        );
        let over = sample(11, 1300, Some((2, 2025)));
        assert_eq!(over.left_words(), "300 over the quota");
        let unlimited =
            UsageSample { total: None, remaining: None, percentage: None, ..sample(11, 400, None) };
        assert_eq!(unlimited.left_words(), "No limit");
        assert_eq!(unlimited.used_words(), "400 checks used; the plan has no limit");
        assert!(!unlimited.is_used_up() && unlimited.period_words().is_empty());
        let unread = vec!["usage.total_requests".to_owned(), "period".to_owned()];
        let strange = UsageSample { unread, ..unlimited };
        assert_eq!(strange.used_words(), "400 checks used; the plan's limit could not be read");
        assert_eq!(strange.period_words(), "When the quota renews could not be read.");
        assert!(strange.unread_words().contains("usage.total_requests, period"));
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
        let count = |logged| LogCount { logged, unpaid: 5, rechecked: 2, log_begins: None };
        let sample = sample(11, 500, Some((2, 2025)));
        assert_eq!(count(503).spent(), 500);
        assert_eq!(count(503).explain(&sample), "Both counts agree.");
        assert!(count(403).explain(&sample).starts_with("The upstream counts 100 more: other programs"));
        assert!(count(504).explain(&sample).starts_with("The upstream counts 1 fewer"));
        let late = LogCount { log_begins: Some(midnight(2025, 2, 3)), ..count(403) };
        assert!(late.explain(&sample).contains("the log begins only on 3 Feb 2025"));
    }
}
