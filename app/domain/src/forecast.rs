//! When the quota runs out: pace, weekly rhythm and uncertainty, from samples of what the upstream said.
//!
//! The samples of the last two weeks become checks an hour, those become days of 24 hours that end now, and the days that
//! come are expected to be like the same weekday before. One day far above the rest is not expected again; two days in a row
//! that differ in the same direction are a new level. How far days differed from what was expected of them tells how
//! sure the forecast is.

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::{UsageSample, Zone, paging::grouped};

/// How far back samples say something about what comes: two weeks, so that each weekday was seen twice.
pub const LOOK_BACK: TimeDelta = TimeDelta::days(14);

const HOURS_PER_DAY: usize = 24;
const DAYS_PER_WEEK: usize = 7;
const DAYS: usize = 2 * DAYS_PER_WEEK;
const MS_PER_HOUR: f64 = 3_600_000.0;

/// Known hours that make a day: half of it.
const LEAST_HOURS: usize = HOURS_PER_DAY / 2;

/// A day of more than so many usual ones is a spike: it is not expected to come again.
const SPIKE: f64 = 3.0;

/// Two days in a row that are by so much above or below what was expected of them are a new level.
const NEW_LEVEL: f64 = 1.25;

/// The largest change of level that is believed, up or down.
const LARGEST_LEVEL: f64 = 4.0;

/// The moment lies between the earliest and the latest in four of five cases: 1.28 standard deviations of a normal
/// distribution on either side.
const DEVIATIONS: f64 = 1.28;

/// A week may have so many times the pace of its weekend: workdays that are four times as busy.
const WORKDAYS_AFTER_WEEKEND: f64 = (5.0 * 4.0 + 2.0) / 7.0;

/// No forecast looks further ahead, in days.
const LONGEST_DAYS: usize = 400;

/// How long the quota lasts, and what makes one think so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuotaForecast {
    /// The answer.
    pub outlook: Outlook,
    /// Checks of the last 24 hours.
    pub last_day: Option<f64>,
    /// Checks a day over the last seven days, or as many of them as are known.
    pub last_week: Option<f64>,
    /// Days, up to 14, whose usage is known.
    pub days_known: u32,
}

/// How long the quota lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outlook {
    /// Too little is known.
    #[default]
    Unknown,
    /// Nothing is left.
    UsedUp,
    /// It runs out before it starts anew.
    RunsOut {
        /// Most likely at this moment.
        at: DateTime<Utc>,
        /// Hardly before.
        earliest: DateTime<Utc>,
        /// Hardly after; `None` when it may just last.
        latest: Option<DateTime<Utc>>,
    },
    /// It lasts.
    Lasts {
        /// To the end of the period; `None` for a lifetime plan, where it means more than a year.
        until: Option<DateTime<Utc>>,
        /// When it could run out if days are busier than expected.
        earliest: Option<DateTime<Utc>>,
    },
}

impl QuotaForecast {
    /// The moment at which it runs out, if it does before it starts anew.
    pub fn runs_out(&self) -> Option<DateTime<Utc>> {
        match self.outlook {
            Outlook::RunsOut { at, .. } => Some(at),
            _ => None,
        }
    }

    /// The outlook in a sentence or two; empty when nothing is known.
    pub fn sentence(&self) -> String {
        self.sentence_in(&Zone::default())
    }

    /// The same for somebody in a zone.
    pub fn sentence_in(&self, zone: &Zone) -> String {
        let minute = |at| crate::time::minute_in(zone, at);
        match self.outlook {
            Outlook::Unknown => String::new(),
            Outlook::UsedUp => "The quota is used up.".to_owned(),
            Outlook::RunsOut { at, earliest, latest } => {
                let latest = latest.map_or_else(|| "the end of the period".to_owned(), minute);
                format!(
                    "At this pace it lasts until {} (probably between {} and {latest}).",
                    minute(at),
                    minute(earliest)
                )
            }
            Outlook::Lasts { until, earliest } => {
                let until = until.map_or_else(
                    || "At this pace it lasts for more than a year.".to_owned(),
                    |end| format!("At this pace it lasts until it renews on {}.", end.format("%-d %B")),
                );
                let busy =
                    earliest.map(|at| format!(" On busier days it could run out from {}.", minute(at)));
                until + &busy.unwrap_or_default()
            }
        }
    }

    /// The pace in words: the last 24 hours beside the days before; empty when nothing is known.
    pub fn trend(&self) -> String {
        match (self.last_day, self.last_week) {
            (Some(day), Some(week)) if self.days_known > 1 => {
                let change = if week > 0.0 {
                    format!(" ({:+.0} %)", (day / week - 1.0) * 100.0)
                } else {
                    String::new()
                };
                let days = self.days_known.min(7);
                format!(
                    "{} checks in the last 24 hours; {} a day over the last {days} days{change}.",
                    whole(day),
                    whole(week)
                )
            }
            (Some(day), _) => format!("{} checks in the last 24 hours.", whole(day)),
            _ => String::new(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, rounded, of checks")]
fn whole(count: f64) -> String {
    grouped(count.round().max(0.0) as u64)
}

/// Forecasts from samples, oldest first; the last one says what is left. More than [`LOOK_BACK`] of them tells no more, and
/// one an hour tells as much as all.
pub fn forecast(samples: &[UsageSample]) -> QuotaForecast {
    let Some(last) = samples.last() else { return QuotaForecast::default() };
    let hours = hourly(samples, last.taken_at);
    let days: Vec<Option<f64>> = hours.chunks(HOURS_PER_DAY).map(day_total).collect();
    let known: Vec<f64> = days.iter().flatten().copied().collect();
    let week: Vec<f64> = days[..DAYS_PER_WEEK].iter().flatten().copied().collect();
    let expectation = match mean(&known) {
        Some(_) => Some(Expectation::of_days(&days, &hours, longer_pace(samples, last), last.taken_at)),
        None => rough_pace(&hours, last).map(Expectation::rough),
    };
    let outlook = match expectation {
        _ if last.is_used_up() => Outlook::UsedUp,
        Some(expectation) => last.remaining.map_or(Outlook::Unknown, |left| expectation.outlook(left, last)),
        None => Outlook::Unknown,
    };
    QuotaForecast {
        outlook,
        last_day: days[0],
        last_week: mean(&week),
        days_known: u32::try_from(known.len()).unwrap_or_default(),
    }
}

/// Checks an hour, the hour that ends now first; `None` where nothing is known.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checks and milliseconds of two weeks are far below 2^52"
)]
fn hourly(samples: &[UsageSample], now: DateTime<Utc>) -> Vec<Option<f64>> {
    let mut spent = [0.0; DAYS * HOURS_PER_DAY];
    let mut covered = [0.0; DAYS * HOURS_PER_DAY];
    for pair in samples.windows(2) {
        let Some((from, to, checks)) = between(&pair[0], &pair[1]) else { continue };
        let ago = |time: DateTime<Utc>| (now - time).num_milliseconds() as f64 / MS_PER_HOUR;
        let (begin, end) = (ago(from), ago(to).max(0.0));
        let mut hour = end.floor();
        while hour < begin && (hour as usize) < spent.len() {
            let share = (begin.min(hour + 1.0) - end.max(hour)).max(0.0);
            spent[hour as usize] += checks as f64 * share / (begin - end);
            covered[hour as usize] += share;
            hour += 1.0;
        }
    }
    let known = |(spent, covered): (&f64, &f64)| (*covered >= 0.5).then(|| spent / covered);
    spent.iter().zip(&covered).map(known).collect()
}

/// What was spent between two samples, and from when to when. Nothing is known of a time in which nothing was left, nor
/// when the count went back within a period.
fn between(a: &UsageSample, b: &UsageSample) -> Option<(DateTime<Utc>, DateTime<Utc>, u64)> {
    if a.taken_at >= b.taken_at {
        return None;
    }
    if a.period == b.period {
        let checks = b.used?.checked_sub(a.used?)?;
        return (!a.is_used_up()).then_some((a.taken_at, b.taken_at, checks));
    }
    // A new period: it counts from its beginning.
    let from = b.began_at().map_or(a.taken_at, |began| began.max(a.taken_at));
    (from < b.taken_at).then_some((from, b.taken_at, b.used?))
}

/// Checks of 24 hours, as far as enough of them are known.
#[expect(clippy::cast_precision_loss, reason = "24 at most")]
fn day_total(hours: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = hours.iter().flatten().copied().collect();
    (known.len() >= LEAST_HOURS)
        .then(|| known.iter().sum::<f64>() * HOURS_PER_DAY as f64 / known.len() as f64)
}

/// Checks a day where no whole day is known: since the period began, else since the first sample.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn rough_pace(hours: &[Option<f64>], last: &UsageSample) -> Option<f64> {
    if let Some(began) = last.began_at() {
        let elapsed = (last.taken_at - began).num_milliseconds() as f64 / MS_PER_HOUR;
        let used = last.used? as f64;
        return (elapsed >= 1.0).then(|| used / elapsed * HOURS_PER_DAY as f64);
    }
    let known: Vec<f64> = hours.iter().flatten().copied().collect();
    if known.len() < 3 {
        return None;
    }
    mean(&known).map(|pace| pace * HOURS_PER_DAY as f64)
}

/// Checks a day over a stretch of which only the sum is known, a week at least so that each weekday is in it: the present period,
/// else the one before if its quota ran out. That one was seen used up at some moment, and may have been so before: its pace was
/// this or more.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn longer_pace(samples: &[UsageSample], last: &UsageSample) -> Option<f64> {
    let pace = |sample: &UsageSample| {
        let days = (sample.taken_at - sample.began_at()?).num_milliseconds() as f64 / MS_PER_HOUR / 24.0;
        let used = sample.used? as f64;
        (days >= DAYS_PER_WEEK as f64).then(|| used / days)
    };
    let ran_out = || samples.iter().find(|sample| sample.period != last.period && sample.is_used_up());
    pace(last).or_else(|| pace(ran_out()?))
}

/// What the next days are expected to be like.
struct Expectation {
    /// Checks of each of the last seven days, the last first, as they are expected to come again.
    week: [f64; DAYS_PER_WEEK],
    /// Share of a day's checks in each of its hours, the hour that ends now first.
    hours: [f64; HOURS_PER_DAY],
    /// How far a day differs from what was expected of it: a standard deviation, in checks.
    deviation: f64,
    /// How far the level may be wrong, in checks a day.
    drift: f64,
    /// Checks a day at the pace of a spike that is not expected to go on, for the earliest moment.
    spike: Option<f64>,
}

impl Expectation {
    #[expect(clippy::cast_precision_loss, reason = "24 and 14 at most")]
    fn of_days(
        days: &[Option<f64>],
        hours: &[Option<f64>],
        longer_pace: Option<f64>,
        now: DateTime<Utc>,
    ) -> Self {
        let known: Vec<f64> = days.iter().flatten().copied().collect();
        let cap = if known.len() >= 4 { SPIKE * median(&known) } else { f64::INFINITY };
        let cap = if cap > 0.0 { cap } else { f64::INFINITY };
        let level = new_level(days);
        let spike = days[0].filter(|checks| *checks > cap && level <= 1.0);
        // A spike tells nothing of other days, unless it is a new level.
        let is_usual = |checks: &f64| *checks <= cap || level > 1.0;
        let days: Vec<_> = days.iter().map(|day| day.filter(is_usual)).collect();
        let usual = mean(&days.iter().flatten().copied().collect::<Vec<_>>()).unwrap_or_default();
        let usual = usual.max(of_unknown_weekdays(&days, longer_pace));
        let mut week = [0.0; DAYS_PER_WEEK];
        for (day, expected) in week.iter_mut().enumerate() {
            *expected = match (days[day], days[day + DAYS_PER_WEEK]) {
                // The newer week tells more.
                (Some(newer), Some(older)) => (2.0 * newer + older) / 3.0,
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => usual,
            };
        }
        if level != 1.0 {
            for (day, expected) in week.iter_mut().enumerate() {
                *expected = if day < 2 { days[day].unwrap_or(*expected) } else { *expected * level };
            }
        }
        let doubt = match known.len() {
            DAYS.. => 0.05,
            DAYS_PER_WEEK.. => 0.1,
            // Not every weekday was seen, but a workday or the sum of a longer time was.
            _ if longer_pace.is_some() || saw_workday(&days, now) => 0.4,
            _ => (WORKDAYS_AFTER_WEEKEND - 1.0) / DEVIATIONS,
        };
        let usual = week.iter().sum::<f64>() / DAYS_PER_WEEK as f64;
        Self {
            week,
            hours: day_shape(hours),
            // Even where all days are alike, single checks come by chance.
            deviation: deviation(&days).unwrap_or(usual / 2.0).max(usual.sqrt()),
            drift: usual * doubt,
            spike,
        }
    }

    /// Every day alike, and half as much or half more as likely.
    #[expect(clippy::cast_precision_loss, reason = "24")]
    fn rough(pace: f64) -> Self {
        Self {
            week: [pace; DAYS_PER_WEEK],
            hours: [1.0 / HOURS_PER_DAY as f64; HOURS_PER_DAY],
            deviation: pace / 2.0,
            drift: pace * 0.4,
            spike: None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "hours of 400 days")]
    fn outlook(&self, left: u64, last: &UsageSample) -> Outlook {
        let (left, now, end) = (left as f64, last.taken_at, last.resets_at());
        let (mut earliest, mut likely, mut latest) = (None, None, None);
        let mut checks = 0.0;
        for hour in 0..LONGEST_DAYS * HOURS_PER_DAY {
            let begins = now + TimeDelta::hours(i64::try_from(hour).unwrap_or_default());
            if latest.is_some() || end.is_some_and(|end| begins >= end) {
                break;
            }
            let rate = self.rate(hour);
            let ahead = (hour + 1) as f64 / HOURS_PER_DAY as f64;
            let doubt = DEVIATIONS * (ahead.sqrt() * self.deviation + ahead * self.drift);
            let spike = self.spike.map_or(0.0, |pace| pace * ahead);
            if earliest.is_none() && (checks + rate + doubt).max(spike) >= left {
                earliest = Some(begins);
            }
            if likely.is_none() && rate > 0.0 && checks + rate >= left {
                let into = ((left - checks) / rate * MS_PER_HOUR).max(0.0);
                #[expect(clippy::cast_possible_truncation, reason = "within an hour")]
                let into = TimeDelta::milliseconds(into as i64);
                likely = Some(begins + into);
            }
            if checks + rate - doubt >= left {
                latest = Some(begins + TimeDelta::hours(1));
            }
            checks += rate;
        }
        // The last hour may reach over the end.
        let before_end = |time: &DateTime<Utc>| end.is_none_or(|end| *time < end);
        match likely.filter(before_end) {
            Some(at) => Outlook::RunsOut {
                at,
                earliest: earliest.unwrap_or(at).min(at),
                latest: latest.filter(before_end).map(|latest| latest.max(at)),
            },
            None => Outlook::Lasts { until: end, earliest: earliest.filter(before_end) },
        }
    }

    /// Checks expected in an hour, the next one being 0: its day is like the same weekday, its hour like that hour of days.
    fn rate(&self, hour: usize) -> f64 {
        let day = DAYS_PER_WEEK - 1 - hour / HOURS_PER_DAY % DAYS_PER_WEEK;
        self.week[day] * self.hours[HOURS_PER_DAY - 1 - hour % HOURS_PER_DAY]
    }
}

/// Checks of a day whose weekday was not seen, so that the whole week has the longer pace.
#[expect(clippy::cast_precision_loss, reason = "seven at most")]
fn of_unknown_weekdays(days: &[Option<f64>], longer_pace: Option<f64>) -> f64 {
    let seen: Vec<f64> =
        (0..DAYS_PER_WEEK).filter_map(|day| days[day].or(days[day + DAYS_PER_WEEK])).collect();
    let unseen = DAYS_PER_WEEK - seen.len();
    match longer_pace {
        Some(pace) if unseen > 0 => (pace * DAYS_PER_WEEK as f64 - seen.iter().sum::<f64>()) / unseen as f64,
        _ => 0.0,
    }
}

/// Whether any of the known days is mostly a workday (UTC). The first one ends now.
fn saw_workday(days: &[Option<f64>], now: DateTime<Utc>) -> bool {
    let mut middle = now - TimeDelta::hours(12);
    days.iter().any(|day| {
        let is_workday = !matches!(middle.weekday(), Weekday::Sat | Weekday::Sun);
        middle -= TimeDelta::days(1);
        day.is_some() && is_workday
    })
}

/// By how much the last two days are above or below the same weekdays a week before, if both are in the same direction.
fn new_level(days: &[Option<f64>]) -> f64 {
    let change = |day: usize| {
        let before = days[day + DAYS_PER_WEEK].filter(|before| *before > 0.0)?;
        days[day].map(|checks| checks / before)
    };
    let (Some(last), Some(before)) = (change(0), change(1)) else { return 1.0 };
    let level = if last > 1.0 { last.min(before).max(1.0) } else { last.max(before).min(1.0) };
    let is_same = (1.0 / NEW_LEVEL..=NEW_LEVEL).contains(&level);
    if is_same { 1.0 } else { level.clamp(1.0 / LARGEST_LEVEL, LARGEST_LEVEL) }
}

/// How far days differ from the same weekday a week before; with too few weeks, from their mean.
#[expect(clippy::cast_precision_loss, reason = "14 at most")]
fn deviation(days: &[Option<f64>]) -> Option<f64> {
    let (newer, older) = days.split_at(DAYS_PER_WEEK);
    let pairs: Vec<f64> = newer.iter().zip(older).filter_map(|(a, b)| Some((*a)? - (*b)?)).collect();
    if pairs.len() >= 4 {
        // The difference of two days varies twice as much as one of them.
        return Some((pairs.iter().map(|gap| gap * gap).sum::<f64>() / pairs.len() as f64 / 2.0).sqrt());
    }
    let known: Vec<f64> = days.iter().flatten().copied().collect();
    let usual = mean(&known).filter(|_| known.len() >= 2)?;
    let squares: f64 = known.iter().map(|checks| (checks - usual).powi(2)).sum();
    Some((squares / (known.len() - 1) as f64).sqrt())
}

/// Share of each hour of the day, over all days that are known.
#[expect(clippy::cast_precision_loss, reason = "24 at most")]
fn day_shape(hours: &[Option<f64>]) -> [f64; HOURS_PER_DAY] {
    let mut shape = [0.0; HOURS_PER_DAY];
    for (place, share) in shape.iter_mut().enumerate() {
        let same: Vec<f64> = hours.iter().skip(place).step_by(HOURS_PER_DAY).flatten().copied().collect();
        // The middle one: a spike of an hour is no habit. With few days, their mean.
        *share = if same.len() >= 4 { median(&same) } else { mean(&same).unwrap_or_default() };
    }
    let whole: f64 = shape.iter().sum();
    if whole > 0.0 { shape.map(|share| share / whole) } else { [1.0 / HOURS_PER_DAY as f64; HOURS_PER_DAY] }
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
    }
}
