//! Times as files have them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeProblem {
    /// Day and month could stand either way.
    Ambiguous,
    /// It looks like no time.
    Unknown,
}

/// Dates that read one way only.
const DATES: [&str; 4] = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %b %Y"];

/// Times of day, which may follow a date.
const TIMES: [&str; 4] = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p"];

/// A time in seconds since the UNIX epoch. Without an offset it is UTC. Understands seconds, milliseconds and microseconds
/// since the epoch, RFC 3339, RFC 2822, and common ways of writing a date.
pub(crate) fn unix_seconds(text: &str) -> Result<i64, TimeProblem> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return epoch(number);
    }
    if let Some(seconds) = with_offset(text) {
        return Ok(seconds);
    }
    let text = text.trim_end_matches(" UTC").trim_end_matches(" GMT");
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) if time.contains(':') && date.contains(['-', '/', '.']) => (date, time.trim()),
        _ => (text, "00:00"),
    };
    let time = TIMES.iter().find_map(|format| NaiveTime::parse_from_str(time, format).ok());
    let time = time.ok_or(TimeProblem::Unknown)?;
    Ok(NaiveDateTime::new(day(date)?, time).and_utc().timestamp())
}

/// A time that says how far from UTC it is. Looked at first, as trying every format on every row takes longer than all else.
fn with_offset(text: &str) -> Option<i64> {
    const FORMATS: [&str; 3] =
        ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
    let time = if text.contains(',') || text.starts_with(|c: char| c.is_alphabetic()) {
        DateTime::parse_from_rfc2822(text).ok()
    } else if text.ends_with(['Z', 'z']) || text.get(16..).is_some_and(|rest| rest.contains(['+', '-'])) {
        let other = || FORMATS.iter().find_map(|format| DateTime::parse_from_str(text, format).ok());
        DateTime::parse_from_rfc3339(text)
            .ok()
            .or_else(other)
            .or_else(|| DateTime::parse_from_rfc2822(text).ok())
    } else {
        None
    };
    time.map(|time| time.timestamp())
}

/// From 1973 to 5138 in seconds, the same in milliseconds and microseconds: the ranges do not meet.
fn epoch(number: f64) -> Result<i64, TimeProblem> {
    let seconds = match number.abs() {
        n if n < 1e8 => return Err(TimeProblem::Unknown),
        n if n < 1e11 => number,
        n if n < 1e14 => number / 1e3,
        n if n < 1e17 => number / 1e6,
        _ => return Err(TimeProblem::Unknown),
    };
    Ok(seconds.floor() as i64)
}

fn day(text: &str) -> Result<NaiveDate, TimeProblem> {
    if let Some(date) = DATES.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok()) {
        return Ok(date);
    }
    let numbers: Vec<u32> = text.split(['/', '-']).map_while(|part| part.parse().ok()).collect();
    let [first, second, year] = numbers[..] else { return Err(TimeProblem::Unknown) };
    let year = if year < 100 { 2000 + year } else { year };
    let date = |month: u32, day: u32| {
        i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .ok_or(TimeProblem::Unknown)
    };
    match (first, second) {
        (1..=12, 1..=12) if first != second => Err(TimeProblem::Ambiguous),
        (1..=12, _) => date(first, second),
        _ => date(second, first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_ways_that_files_write_them() {
        for text in [
            "1739619120",
            "1739619120.5",
            "1739619120123",
            "1739619120123456",
            "2025-02-15T11:32:00Z",
            "2025-02-15T12:32:00.25+01:00",
            "2025-02-15T12:32:00+0100",
            "2025-02-15 11:32",
            "2025-02-15 11:32:00",
            "2025-02-15 11:32:00 UTC",
            "2025-02-15 12:32:00 +0100",
            "15.02.2025 11:32",
            "2/15/2025 11:32:00 AM",
            "15/02/2025 11:32",
            "Sat, 15 Feb 2025 11:32:00 +0000",
            "Sat, 15 Feb 2025 12:32:00 +0100",
            "15 Feb 2025 12:32:00 +0100",
        ] {
            assert_eq!(unix_seconds(text), Ok(1_739_619_120), "{text}");
        }
        assert_eq!(unix_seconds("2025-02-15"), Ok(1_739_577_600));
    }

    #[test]
    fn what_could_be_two_days_is_not_guessed() {
        assert_eq!(unix_seconds("3/4/2025 10:00"), Err(TimeProblem::Ambiguous));
        assert_eq!(unix_seconds("4/4/2025"), unix_seconds("2025-04-04"));
        for text in ["", "yesterday", "12", "0000-00-00 00:00:00", "2025-13-45", "99999999999999999999"] {
            assert_eq!(unix_seconds(text), Err(TimeProblem::Unknown), "{text}");
        }
    }
}
