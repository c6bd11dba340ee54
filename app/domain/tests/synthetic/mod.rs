//! Usage as upstreams tell it, made up: a rate for every hour, a plan, samples every five minutes.

#![expect(clippy::expect_used, reason = "the dates are made up, and right")]

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use domain::UsageSample;

/// Minutes between samples, as Gavel polls by default.
const EVERY: i64 = 5;

/// A made-up usage.
pub(crate) struct Usage {
    /// What it shows.
    pub(crate) name: &'static str,
    /// Checks an hour at a moment.
    pub(crate) rate: fn(DateTime<Utc>) -> f64,
    /// Checks that the plan allows in a month, or in all.
    pub(crate) total: u64,
    /// Whether the plan starts anew each month.
    pub(crate) monthly: bool,
    /// When samples begin; the count begins there too for a lifetime plan, else with the month.
    pub(crate) begins: DateTime<Utc>,
    /// When somebody looks at the forecast.
    pub(crate) looked_at: DateTime<Utc>,
}

impl Usage {
    /// The samples up to the look.
    pub(crate) fn samples(&self) -> Vec<UsageSample> {
        self.run(self.looked_at).0
    }

    /// When the quota really runs out after the look, if it does so within the period (or 400 days).
    pub(crate) fn runs_out(&self) -> Option<DateTime<Utc>> {
        let now = self.samples().pop()?;
        let end = now.resets_at().unwrap_or(self.looked_at + TimeDelta::days(400));
        let at = self.run(end).1?;
        (at < end).then_some(at)
    }

    fn run(&self, until: DateTime<Utc>) -> (Vec<UsageSample>, Option<DateTime<Utc>>) {
        let (mut samples, mut out) = (Vec::new(), None);
        let month = |time: DateTime<Utc>| (time.month(), time.year());
        let mut at = if self.monthly { first_of(self.begins) } else { self.begins };
        let (mut used, mut chance) = (0.0, 42_u64);
        while at <= until {
            if at >= self.begins {
                let whole = (used as u64).min(self.total);
                let remaining = self.total - whole;
                samples.push(UsageSample {
                    taken_at: at,
                    plan: "Made up".to_owned(),
                    total: Some(self.total),
                    used: Some(whole),
                    remaining: Some(remaining),
                    percentage: Some(whole as f64 * 100.0 / self.total as f64),
                    period: self.monthly.then(|| month(at)),
                    unread: Vec::new(),
                });
                if remaining == 0 && at >= self.looked_at && out.is_none() {
                    out = Some(at);
                }
            }
            let next = at + TimeDelta::minutes(EVERY);
            if self.monthly && month(next) != month(at) {
                used = 0.0;
            }
            // xorshift: the same chance on every machine.
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            let luck = (chance % 1000) as f64 / 1000.0;
            used += (self.rate)(at) * EVERY as f64 / 60.0 * (0.5 + luck);
            at = next;
        }
        (samples, out)
    }
}

fn first_of(time: DateTime<Utc>) -> DateTime<Utc> {
    let day = time.date_naive().with_day(1).expect("each month has a first");
    day.and_hms_opt(0, 0, 0).expect("midnight").and_utc()
}

/// A moment of November 2026 (a Sunday is the 1st), in UTC.
pub(crate) fn november(day: u32, hour: u32) -> DateTime<Utc> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, day).expect("a day of November");
    day.and_hms_opt(hour, 0, 0).expect("an hour").and_utc()
}

fn october(day: u32) -> DateTime<Utc> {
    november(1, 0) - TimeDelta::days(i64::from(32 - day))
}

fn steady(_: DateTime<Utc>) -> f64 {
    50.0
}

/// Busy by day and on workdays, as comments are.
fn weekly(at: DateTime<Utc>) -> f64 {
    let day = if matches!(at.weekday(), chrono::Weekday::Sat | chrono::Weekday::Sun) { 0.3 } else { 1.2 };
    let hour = if (8..20).contains(&at.hour()) { 1.7 } else { 0.3 };
    50.0 * day * hour
}

/// A flood of twelve hours just before the look.
fn spike(at: DateTime<Utc>) -> f64 {
    if (november(13, 20)..november(14, 8)).contains(&at) { 1000.0 } else { 50.0 }
}

/// Another app is connected: three times as much from then on.
fn step(at: DateTime<Utc>) -> f64 {
    if at >= november(10, 0) { 150.0 } else { 50.0 }
}

fn slow(_: DateTime<Utc>) -> f64 {
    5.0
}

/// All the usages that tests and benchmark look at.
pub(crate) fn usages() -> Vec<Usage> {
    let usual = Usage {
        name: "steady",
        rate: steady,
        total: 30_000,
        monthly: true,
        begins: october(20),
        looked_at: november(14, 12),
    };
    vec![
        Usage { name: "weekly rhythm", rate: weekly, total: 28_000, ..usual },
        Usage {
            name: "weekly rhythm, a week known",
            rate: weekly,
            total: 28_000,
            begins: november(7, 12),
            ..usual
        },
        Usage { name: "spike", rate: spike, total: 50_000, ..usual },
        Usage { name: "step up", rate: step, total: 50_000, looked_at: november(12, 12), ..usual },
        Usage { name: "lifetime plan", rate: weekly, total: 60_000, monthly: false, ..usual },
        Usage { name: "spike, then out", rate: spike, total: 40_000, ..usual },
        Usage { name: "new period", rate: weekly, total: 30_000, looked_at: november(2, 12), ..usual },
        Usage {
            name: "new period, two days known",
            rate: weekly,
            total: 20_000,
            looked_at: november(2, 12),
            ..usual
        },
        Usage {
            name: "only a weekend known",
            rate: weekly,
            total: 28_000,
            begins: november(14, 0),
            looked_at: november(15, 22),
            ..usual
        },
        Usage {
            name: "lifetime, only a weekend known",
            rate: weekly,
            total: 20_000,
            monthly: false,
            begins: november(14, 0),
            looked_at: november(15, 22),
        },
        Usage { name: "first hours", rate: steady, total: 30_000, begins: november(14, 6), ..usual },
        Usage { name: "lasts", rate: slow, total: 30_000, ..usual },
        Usage { name: "lifetime, lasts", rate: slow, total: 90_000, monthly: false, ..usual },
        usual,
    ]
}
