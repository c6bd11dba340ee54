//! Ranges of whole days, and the columns that a chart cuts them into.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Zone;
use crate::search::{Moment, Term, TermKind};

/// Longest range of a chart, in days: two years.
pub const DAYS_MAX: i64 = 731;

/// Up to so many days a chart shows hours; up to so many more, days; then weeks. No chart has more than some hundred columns.
const DAYS_OF_HOURS: i64 = 3;
const DAYS_OF_DAYS: i64 = 100;

/// Whole days, the first and the last included. Charts count days of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    from: NaiveDate,
    to: NaiveDate,
}

/// How long a column of a chart is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week from Monday on; the first and the last one may be cut.
    Week,
}

/// A column of a chart: a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its first moment.
    pub start: DateTime<Utc>,
    /// The first moment behind it.
    pub end: DateTime<Utc>,
    /// Which kind it is.
    pub step: Step,
}

impl Days {
    /// The days from one to another; `None` when they are in the wrong order.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// So many days that end with this one; at least one.
    pub fn up_to(to: NaiveDate, days: i64) -> Self {
        Self { from: to.checked_sub_signed(TimeDelta::days(days.max(1) - 1)).unwrap_or(to), to }
    }

    /// The first day.
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day.
    pub fn to(self) -> NaiveDate {
        self.to
    }

    /// How many they are.
    pub fn count(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// As many days right before them.
    #[must_use]
    pub fn before(self) -> Self {
        let back = TimeDelta::days(self.count());
        let moved = |day: NaiveDate| day.checked_sub_signed(back).unwrap_or(day);
        Self { from: moved(self.from), to: moved(self.to) }
    }

    /// As many days some weeks before, the least so that the two do not overlap: each day stands beside one of its own weekday.
    #[must_use]
    pub fn weeks_before(self) -> Self {
        let back = TimeDelta::days((self.count() + 6) / 7 * 7);
        let moved = |day: NaiveDate| day.checked_sub_signed(back).unwrap_or(day);
        Self { from: moved(self.from), to: moved(self.to) }
    }

    /// The first moment.
    pub fn start(self) -> DateTime<Utc> {
        midnight(self.from)
    }

    /// The first moment behind them.
    pub fn end(self) -> DateTime<Utc> {
        midnight(self.to) + TimeDelta::days(1)
    }

    /// The first moment, and the first one behind them, for somebody in a zone.
    pub fn in_zone(self, zone: &Zone) -> (DateTime<Utc>, DateTime<Utc>) {
        let behind = self.to.succ_opt().unwrap_or(self.to);
        (zone.start_of(self.from), zone.start_of(behind))
    }

    /// How a chart of checks cuts them.
    pub fn step(self) -> Step {
        if self.count() <= DAYS_OF_HOURS { Step::Hour } else { self.long_step() }
    }

    /// How a chart of rarer things cuts them: at least a day.
    pub fn long_step(self) -> Step {
        if self.count() <= DAYS_OF_DAYS { Step::Day } else { Step::Week }
    }

    /// The columns, first to last; together they are these days.
    pub fn slots(self, step: Step) -> Vec<Slot> {
        let mut slots = Vec::new();
        let (mut start, end) = (self.start(), self.end());
        while start < end {
            let length = match step {
                Step::Hour => TimeDelta::hours(1),
                Step::Day => TimeDelta::days(1),
                Step::Week => TimeDelta::days(7 - i64::from(start.weekday().num_days_from_monday())),
            };
            let slot = Slot { start, end: (start + length).min(end), step };
            start = slot.end;
            slots.push(slot);
        }
        slots
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}..{}", self.from, self.to)
        }
    }
}

impl Slot {
    /// What a person calls it: `12 Feb`, `12 Feb, 09:00`, `10–16 Feb`.
    pub fn name(self) -> String {
        let last = self.end - TimeDelta::seconds(1);
        match self.step {
            Step::Hour => self.start.format("%-d %b, %H:00").to_string(),
            _ if self.end - self.start <= TimeDelta::days(1) => self.start.format("%a %-d %b %Y").to_string(),
            _ if self.start.month() == last.month() => {
                format!("{}–{}", self.start.format("%-d"), last.format("%-d %b %Y"))
            }
            _ => format!("{} – {}", self.start.format("%-d %b"), last.format("%-d %b %Y")),
        }
    }

    /// The terms that leave what was logged in it.
    pub fn terms(self) -> [Term; 2] {
        between(self.start, self.end)
    }

    /// The days that it touches.
    pub fn days(self) -> Days {
        let last = self.end - TimeDelta::milliseconds(1);
        Days { from: self.start.date_naive(), to: last.date_naive() }
    }
}

/// The terms that leave what was logged at `start` or later and before `end`: the same for everybody, whatever their zone.
pub fn between(start: DateTime<Utc>, end: DateTime<Utc>) -> [Term; 2] {
    let term = |kind| Term { negated: false, kind };
    [term(TermKind::After(Moment::Time(start))), term(TermKind::Before(Moment::Time(end)))]
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn ranges_follow_each_other_without_a_gap() {
        let days = Days::new(day("2025-02-10"), day("2025-02-16")).unwrap();
        assert_eq!(days.count(), 7);
        assert_eq!(days.before(), Days::new(day("2025-02-03"), day("2025-02-09")).unwrap());
        assert_eq!(days.before().end(), days.start());
        assert_eq!(days.weeks_before(), days.before());
        let month = Days::up_to(day("2025-03-02"), 30);
        assert_eq!(month.weeks_before().to(), day("2025-01-26"), "a Sunday, as the second of March");
        assert_eq!(month.weeks_before().count(), 30);
        assert_eq!(Days::up_to(day("2025-02-16"), 7), days);
        assert_eq!(Days::new(day("2025-02-16"), day("2025-02-10")), None);
    }

    #[test]
    fn columns_cover_the_days_and_no_chart_has_too_many() {
        for count in [1, 2, 3, 4, 7, 30, 90, 100, 101, 366, DAYS_MAX] {
            let days = Days::up_to(day("2025-02-16"), count);
            for step in [days.step(), days.long_step()] {
                let slots = days.slots(step);
                assert!(slots.len() <= 106, "{count} days: {} columns", slots.len());
                assert_eq!((slots[0].start, slots[slots.len() - 1].end), (days.start(), days.end()));
                assert!(slots.windows(2).all(|pair| pair[0].end == pair[1].start));
            }
        }
    }

    #[test]
    fn a_column_has_a_name_and_a_search() {
        let first = |count, step| Days::up_to(day("2025-03-02"), count).slots(step)[0];
        let search = |slot: Slot| slot.terms().map(|term| term.to_string()).join(" ");
        let hour = first(1, Step::Hour);
        assert_eq!(hour.name(), "2 Mar, 00:00");
        assert_eq!(search(hour), "after:2025-03-02T00:00:00Z before:2025-03-02T01:00:00Z");
        let one = first(3, Step::Day);
        assert_eq!(one.name(), "Fri 28 Feb 2025");
        assert_eq!(search(one), "after:2025-02-28T00:00:00Z before:2025-03-01T00:00:00Z");
        assert_eq!(first(7, Step::Week).name(), "24 Feb – 2 Mar 2025");
        assert_eq!(first(14, Step::Week).name(), "17–23 Feb 2025");
    }
}
