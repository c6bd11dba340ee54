//! Times in words, the same on the server and in the browser.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::Zone;

/// How long ago (or ahead) a moment is: `5 s ago`, `3 min ago`, `2 h ago`, `4 days ago`, then the date (UTC).
pub fn relative(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    relative_in(&Zone::default(), then, now)
}

/// The same with the date of a zone.
pub fn relative_in(zone: &Zone, then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - then).num_seconds();
    let distance = seconds.unsigned_abs();
    let words = match distance {
        0..=1 => return "just now".to_owned(),
        2..=59 => format!("{distance} s"),
        60..=3_599 => format!("{} min", distance / 60),
        3_600..=86_399 => format!("{} h", distance / 3_600),
        86_400..=172_799 => "1 day".to_owned(),
        172_800..=1_209_599 => format!("{} days", distance / 86_400),
        _ => return zone.local(then).format("%-d %b %Y").to_string(),
    };
    if seconds >= 0 { format!("{words} ago") } else { format!("in {words}") }
}

/// The exact moment: `15 Feb 2025, 11:32:18 UTC`.
pub fn exact(time: DateTime<Utc>) -> String {
    time.format("%-d %b %Y, %H:%M:%S UTC").to_string()
}

/// The moment to the minute: `24 Nov, 14:00 UTC`.
pub fn minute(time: DateTime<Utc>) -> String {
    minute_in(&Zone::default(), time)
}

/// The same as clocks of a zone show it: `24 Nov, 15:00 UTC+1`.
pub fn minute_in(zone: &Zone, time: DateTime<Utc>) -> String {
    format!("{} {}", zone.local(time).format("%-d %b, %H:%M"), zone.offset_words(time))
}

/// A day as a heading: `Today`, `Yesterday`, `Mon 16 Nov`, with the year where it is another.
pub fn day_heading(day: NaiveDate, today: NaiveDate) -> String {
    match (today - day).num_days() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        _ if day.year() == today.year() => day.format("%a %-d %b").to_string(),
        _ => day.format("%a %-d %b %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn distances_are_rounded_down_to_one_unit() {
        let now = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
        for (seconds, words) in [
            (0, "just now"),
            (5, "5 s ago"),
            (119, "1 min ago"),
            (7_300, "2 h ago"),
            (90_000, "1 day ago"),
            (200_000, "2 days ago"),
            (-65, "in 1 min"),
            (40 * 86_400, "6 Jan 2025"),
        ] {
            assert_eq!(relative(now - TimeDelta::seconds(seconds), now), words);
        }
    }

    #[test]
    fn a_date_is_that_of_the_zone() {
        let late = DateTime::from_timestamp(1_739_575_800, 0).unwrap(); // 14 Feb 2025, 23:30 UTC
        let east = Zone::new("Europe/Berlin", 60, Vec::new());
        let now = late + TimeDelta::days(60);
        assert_eq!(relative_in(&east, late, now), "15 Feb 2025");
        assert_eq!(relative(late, now), "14 Feb 2025");
        assert_eq!(minute_in(&east, late), "15 Feb, 00:30 UTC+1");
        assert_eq!(minute(late), "14 Feb, 23:30 UTC");
    }

    #[test]
    fn days_have_headings() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (then, words) in [
            ("2025-02-15", "Today"),
            ("2025-02-14", "Yesterday"),
            ("2025-01-01", "Wed 1 Jan"),
            ("2024-12-31", "Tue 31 Dec 2024"),
        ] {
            assert_eq!(day_heading(day(then), day("2025-02-15")), words);
        }
    }
}
