//! A time zone: what a day is to somebody who lives there.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A time zone with its offsets, as a page needs them: from when on which holds. Without any it is UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    name: String,
    /// Minutes east of UTC before the first change.
    first: i32,
    /// Seconds since the UNIX epoch and the minutes east of UTC from then on, in order.
    changes: Vec<(i64, i32)>,
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), first: 0, changes: Vec::new() }
    }
}

impl Zone {
    /// A zone by its name of the IANA database, such as `Europe/Berlin`; minutes east of UTC, and from which seconds since the UNIX
    /// epoch on they hold, in order.
    pub fn new(name: &str, first: i32, changes: Vec<(i64, i32)>) -> Self {
        Self { name: name.to_owned(), first, changes }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether days are those of UTC.
    pub fn is_utc(&self) -> bool {
        self.first == 0 && self.changes.is_empty()
    }

    /// How far its clocks are ahead of UTC at a moment.
    fn ahead(&self, time: DateTime<Utc>) -> TimeDelta {
        let before = self.changes.partition_point(|(from, _)| *from <= time.timestamp());
        let minutes = before.checked_sub(1).map_or(self.first, |last| self.changes[last].1);
        TimeDelta::minutes(i64::from(minutes))
    }

    /// What its clocks show at a moment.
    pub fn local(&self, time: DateTime<Utc>) -> NaiveDateTime {
        time.naive_utc().checked_add_signed(self.ahead(time)).unwrap_or(time.naive_utc())
    }

    /// The day that it is at a moment.
    pub fn day(&self, time: DateTime<Utc>) -> NaiveDate {
        self.local(time).date()
    }

    /// The first moment of a day. Where clocks skip midnight, that is when they do.
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        self.moment(day.and_time(NaiveTime::MIN))
    }

    /// The first moment at which clocks show a time; where they skip it, the moment at which they do.
    pub fn moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let offsets = [self.first].into_iter().chain(self.changes.iter().map(|(_, minutes)| *minutes));
        let back = |minutes: i32| local.checked_sub_signed(TimeDelta::minutes(i64::from(minutes)));
        let shown =
            offsets.filter_map(back).map(|time| time.and_utc()).filter(|time| self.local(*time) == local);
        let skipped = || {
            let at = |(from, _): &(i64, i32)| DateTime::from_timestamp(*from, 0);
            self.changes.iter().filter_map(at).find(|from| self.local(*from) > local)
        };
        shown.min().or_else(skipped).unwrap_or(local.and_utc())
    }

    /// How a moment is written there: `15 Feb 2025, 12:32:18`.
    pub fn exact(&self, time: DateTime<Utc>) -> String {
        format!("{} {}", self.local(time).format("%-d %b %Y, %H:%M:%S"), self.offset_words(time))
    }

    /// The offset at a moment: `UTC`, `UTC+1`, `UTC+5:30`.
    pub fn offset_words(&self, time: DateTime<Utc>) -> String {
        let minutes = self.ahead(time).num_minutes();
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let sign = if minutes < 0 { '−' } else { '+' };
        match (hours, rest) {
            (0, 0) => "UTC".to_owned(),
            (_, 0) => format!("UTC{sign}{hours}"),
            _ => format!("UTC{sign}{hours}:{rest:02}"),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Central Europe in 2025: summer from 30 March to 26 October, both at 01:00 UTC.
    pub(crate) fn berlin() -> Zone {
        let change = |text, minutes| (time(text).timestamp(), minutes);
        Zone::new(
            "Europe/Berlin",
            60,
            vec![change("2025-03-30T01:00:00Z", 120), change("2025-10-26T01:00:00Z", 60)],
        )
    }

    #[test]
    fn a_day_has_the_offset_of_that_day() {
        let zone = berlin();
        assert_eq!(zone.day(time("2025-01-14T22:59:59Z")), day("2025-01-14"));
        assert_eq!(zone.day(time("2025-01-14T23:00:00Z")), day("2025-01-15"));
        assert_eq!(zone.day(time("2025-07-14T22:00:00Z")), day("2025-07-15"));
        for (of, start) in [
            ("2025-03-30", "2025-03-29T23:00:00Z"),
            ("2025-03-31", "2025-03-30T22:00:00Z"),
            ("2025-10-26", "2025-10-25T22:00:00Z"),
            ("2025-10-27", "2025-10-26T23:00:00Z"),
        ] {
            assert_eq!(zone.start_of(day(of)), time(start), "{of}");
        }
        assert_eq!(zone.exact(time("2025-07-14T22:00:00Z")), "15 Jul 2025, 00:00:00 UTC+2");
        assert_eq!(Zone::default().exact(time("2025-07-14T22:00:00Z")), "14 Jul 2025, 22:00:00 UTC");
    }

    #[test]
    fn times_that_clocks_skip_or_show_twice_are_one_moment() {
        let zone = berlin();
        let moment = |text: &str| zone.moment(text.parse().unwrap());
        assert_eq!(moment("2025-03-30T02:30:00"), time("2025-03-30T01:00:00Z"));
        assert_eq!(moment("2025-10-26T02:30:00"), time("2025-10-26T00:30:00Z"), "the first of the two");
        // Beirut skips the first hour of a day.
        let beirut = Zone::new("Asia/Beirut", 120, vec![(time("2025-03-29T22:00:00Z").timestamp(), 180)]);
        assert_eq!(beirut.start_of(day("2025-03-30")), time("2025-03-29T22:00:00Z"));
        assert_eq!(beirut.day(time("2025-03-29T21:59:59Z")), day("2025-03-29"));
    }

    #[test]
    fn half_hours_are_offsets_too() {
        let kolkata = Zone::new("Asia/Kolkata", 330, Vec::new());
        assert_eq!(kolkata.start_of(day("2025-02-01")), time("2025-01-31T18:30:00Z"));
        assert_eq!(kolkata.offset_words(time("2025-02-01T00:00:00Z")), "UTC+5:30");
        assert_eq!(
            Zone::new("America/New_York", -300, Vec::new()).offset_words(time("2025-02-01T00:00:00Z")),
            "UTC−5"
        );
    }
}
