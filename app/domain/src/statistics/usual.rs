//! Whether a day is unusual: what was checked so far, beside the same weekday of the weeks before up to the same time of day.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Tally, real};
use crate::Zone;

/// Weeks that are looked back at.
pub const WEEKS: usize = 8;

/// Weeks without which nobody can tell what is usual.
const ENOUGH: usize = 3;

/// How many standard deviations of a count (its square root, as for a Poisson process) beyond the least and the most of the weeks before
/// a count must lie to be unusual: few calls for nothing, and small numbers never.
const BEYOND: f64 = 3.0;

/// How a count stands beside what is usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// There are too few weeks to tell.
    Unknown,
    /// Within what the weeks before had.
    Usual,
    /// More than in any of them.
    More,
    /// Less than in any of them.
    Less,
}

/// Today so far, and the same stretch of the weeks before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySoFar {
    /// When the day began.
    pub began: DateTime<Utc>,
    /// Checks since then.
    pub today: Tally,
    /// Name of the weekday, such as `Monday`.
    pub weekday: String,
    /// The same weekday up to the same time, a week ago first; only weeks that the log has whole.
    pub before: Vec<Tally>,
}

impl DaySoFar {
    /// Today's stretch for somebody in a zone, and those of the weeks before.
    pub fn stretches(zone: &Zone, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let here: NaiveDateTime = zone.local(now);
        let back = |weeks: usize| {
            let shift = TimeDelta::weeks(i64::try_from(weeks).unwrap_or_default());
            let then = here.checked_sub_signed(shift)?;
            Some((zone.start_of(then.date()), zone.moment(then)))
        };
        (0..=WEEKS).filter_map(back).collect()
    }

    /// Puts what was counted by hours beside today. An hour that a stretch cuts counts by the share of it that lies within; a week that
    /// began before `whole_since` is left out.
    pub fn new(
        zone: &Zone,
        now: DateTime<Utc>,
        today: Tally,
        hours: &[(DateTime<Utc>, Tally)],
        whole_since: Option<DateTime<Utc>>,
    ) -> Self {
        let mut stretches = Self::stretches(zone, now).into_iter();
        let began = stretches.next().map_or(now, |(began, _)| began);
        let is_known = |began: DateTime<Utc>| whole_since.is_some_and(|since| since <= began);
        let before = stretches.filter(|(began, _)| is_known(*began)).map(|stretch| within(hours, stretch));
        Self { began, today, weekday: zone.day(now).format("%A").to_string(), before: before.collect() }
    }

    /// How all checks stand.
    pub fn checks(&self) -> Compared {
        Compared::new(self.today.sum(), self.before.iter().map(|tally| tally.sum()))
    }

    /// How spam stands.
    pub fn spam(&self) -> Compared {
        Compared::new(self.today.spam, self.before.iter().map(|tally| tally.spam))
    }

    /// The answer in a few words.
    pub fn headline(&self) -> &'static str {
        match (self.checks().standing, self.spam().standing) {
            (Standing::Unknown, _) => "Not enough history yet",
            (_, Standing::More) => "Unusual: more spam than usual",
            (Standing::More, _) => "Unusual: more checks than usual",
            (Standing::Less, _) => "Unusual: fewer checks than usual",
            (_, Standing::Less) => "Unusual: less spam than usual",
            _ => "A usual day so far",
        }
    }

    /// Whether somebody should look.
    pub fn is_unusual(&self) -> bool {
        [self.checks(), self.spam()].iter().any(|one| matches!(one.standing, Standing::More | Standing::Less))
    }

    /// What it was compared with, in a sentence.
    pub fn basis(&self) -> String {
        match self.before.len() {
            0 => format!("There is no {} before this one in the log to compare with.", self.weekday),
            1 => format!("Compared with last {}, up to this time of day.", self.weekday),
            weeks => format!("Compared with the last {weeks} {}s, up to this time of day.", self.weekday),
        }
    }
}

/// A count beside those of the weeks before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// How it stands.
    pub standing: Standing,
    /// The middle one of the weeks before, the least and the most; `None` without any.
    pub usual: Option<(u64, u64, u64)>,
}

impl Compared {
    fn new(count: u64, before: impl Iterator<Item = u64>) -> Self {
        let mut before: Vec<u64> = before.collect();
        before.sort_unstable();
        let (Some(least), Some(most)) = (before.first().copied(), before.last().copied()) else {
            return Self { standing: Standing::Unknown, usual: None };
        };
        let beyond = |count: u64| BEYOND * real(count.max(1)).sqrt();
        let standing = match real(count) {
            _ if before.len() < ENOUGH => Standing::Unknown,
            count if count > real(most) + beyond(most) => Standing::More,
            count if count < real(least) - beyond(least) => Standing::Less,
            _ => Standing::Usual,
        };
        Self { standing, usual: Some((before[before.len() / 2], least, most)) }
    }

    /// What is usual, in words.
    pub fn words(&self) -> String {
        let grouped = crate::paging::grouped;
        match self.usual {
            None => "nothing to compare with".to_owned(),
            Some((middle, least, most)) if least == most => format!("usually {} by now", grouped(middle)),
            Some((middle, least, most)) => {
                format!("usually {} by now ({} to {})", grouped(middle), grouped(least), grouped(most))
            }
        }
    }
}

/// What hours have within a stretch.
fn within(hours: &[(DateTime<Utc>, Tally)], (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Tally {
    let hour_ms = TimeDelta::hours(1).num_milliseconds();
    let (mut spam, mut ham) = (0.0, 0.0);
    for (hour, tally) in hours {
        let end = *hour + TimeDelta::hours(1);
        let inside = (end.min(to) - (*hour).max(from)).num_milliseconds();
        if inside > 0 {
            let share = inside as f64 / hour_ms as f64;
            spam += share * real(tally.spam);
            ham += share * real(tally.ham);
        }
    }
    Tally { spam: whole(spam), ham: whole(ham) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sums of counts stay far below 2^52"
)]
fn whole(sum: f64) -> u64 {
    sum.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// So many checks in each hour of the weeks before, and as many of them spam.
    fn steady(now: DateTime<Utc>, weeks: i64, spam: u64, ham: u64) -> Vec<(DateTime<Utc>, Tally)> {
        let first = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::weeks(weeks);
        (0..weeks * 7 * 24).map(|hour| (first + TimeDelta::hours(hour), Tally { spam, ham })).collect()
    }

    fn day(now: DateTime<Utc>, today: Tally, hours: &[(DateTime<Utc>, Tally)]) -> DaySoFar {
        DaySoFar::new(&Zone::default(), now, today, hours, hours.first().map(|(hour, _)| *hour))
    }

    #[test]
    fn a_part_of_a_day_is_compared_with_the_same_part() {
        // 14:30 on a Monday.
        let now = time("2025-03-24T14:30:00Z");
        let usual = day(now, Tally { spam: 15, ham: 45 }, &steady(now, 4, 1, 3));
        assert_eq!(usual.weekday, "Monday");
        assert_eq!(usual.before, [Tally { spam: 15, ham: 44 }; 4], "14 hours and a half");
        assert_eq!(usual.headline(), "A usual day so far");
        assert!(!usual.is_unusual());
        assert_eq!(usual.basis(), "Compared with the last 4 Mondays, up to this time of day.");
        let wave = DaySoFar { today: Tally { spam: 300, ham: 45 }, ..usual.clone() };
        assert_eq!(wave.headline(), "Unusual: more spam than usual");
        assert_eq!(wave.checks().words(), "usually 59 by now");
        let silence = DaySoFar { today: Tally::default(), ..usual };
        assert_eq!(silence.headline(), "Unusual: fewer checks than usual");
    }

    #[test]
    fn small_numbers_and_short_logs_are_never_unusual() {
        let now = time("2025-03-24T14:30:00Z");
        let short = day(now, Tally { spam: 900, ham: 0 }, &steady(now, 2, 1, 1));
        assert_eq!((short.before.len(), short.headline()), (2, "Not enough history yet"));
        let few = day(now, Tally { spam: 1, ham: 2 }, &steady(now, 5, 0, 0));
        assert_eq!((few.before.len(), few.headline()), (5, "A usual day so far"));
        let none = DaySoFar::new(&Zone::default(), now, Tally::default(), &[], None);
        assert_eq!(none.basis(), "There is no Monday before this one in the log to compare with.");
    }

    #[test]
    fn clocks_that_change_do_not_move_the_stretch() {
        let zone = crate::zone::tests::berlin();
        // Noon in summer; a week before, clocks were an hour behind.
        let stretches = DaySoFar::stretches(&zone, time("2025-04-02T10:00:00Z"));
        assert_eq!(stretches.len(), WEEKS + 1);
        assert_eq!(stretches[1], (time("2025-03-25T23:00:00Z"), time("2025-03-26T11:00:00Z")));
    }
}
