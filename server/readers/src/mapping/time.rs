//! Times as files have them.

use chrono::{DateTime, NaiveDate, NaiveTime};
use domain::DayOrder;

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeProblem {
    /// Day and month could stand either way.
    Ambiguous,
    /// It looks like no time.
    Unknown,
}

/// Longest text that is taken for a time, in bytes.
const LONGEST: usize = 64;

/// A time in seconds since the UNIX epoch. Without an offset it is UTC. Understands seconds, milliseconds and microseconds
/// since the epoch, RFC 3339, RFC 2822, and common ways of writing a date, with the names of months in ten languages. `order`
/// is which of two numbers is the day where that is not plain.
pub(crate) fn unix_seconds(text: &str, order: Option<DayOrder>) -> Result<i64, TimeProblem> {
    let text = text.trim();
    if text.len() > LONGEST || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(TimeProblem::Unknown);
    }
    if let Some(seconds) = plain(text.as_bytes()) {
        return Ok(seconds);
    }
    if let Ok(number) = text.parse::<f64>() {
        return epoch(number).or_else(|problem| compact(text).ok_or(problem));
    }
    match with_offset(text) {
        Some(seconds) => Ok(seconds),
        None => Parts::of(text)?.seconds(order),
    }
}

/// Days from Excel's first, 30 December 1899, to the epoch of UNIX; and those that are taken for a time: of 1954 to 2119.
const EXCEL_TO_UNIX: f64 = 25_569.0;
const EXCEL_DAYS: std::ops::Range<f64> = 20_000.0..80_000.0;

/// The time of a number of days as Excel counts them, in seconds since the UNIX epoch: `45292.5` is noon of 1 January 2024.
/// Many a number is as large: it counts in a column of times alone.
pub(crate) fn excel_seconds(text: &str) -> Option<i64> {
    let days = text.trim().replace(',', ".").parse::<f64>().ok().filter(|days| EXCEL_DAYS.contains(days))?;
    Some(((days - EXCEL_TO_UNIX) * 86_400.0).round() as i64)
}

/// Whether a text is a time, if only one knew which number is the day.
pub(crate) fn is_time(text: &str) -> bool {
    !matches!(unix_seconds(text, None), Err(TimeProblem::Unknown))
}

/// Whether day and month of a text could stand either way.
pub(crate) fn is_ambiguous(text: &str) -> bool {
    unix_seconds(text, None) == Err(TimeProblem::Ambiguous)
}

/// Which of two numbers is the day, by all dates of a column that read one way only. `Err` where they contradict each other,
/// `Ok(None)` where none of them tells. Beside it, one that tells.
pub(crate) fn day_order<'a>(cells: impl Iterator<Item = &'a str>) -> Result<Option<(DayOrder, &'a str)>, ()> {
    let mut found: Option<(DayOrder, &str)> = None;
    for cell in cells {
        let Some(order) = tells_order(cell) else { continue };
        match found {
            Some((known, _)) if known != order => return Err(()),
            Some(_) => {}
            None => found = Some((order, cell)),
        }
    }
    Ok(found)
}

fn tells_order(cell: &str) -> Option<DayOrder> {
    let read = |order| unix_seconds(cell, Some(order)).ok();
    // Only dates of two numbers and a year can be ambiguous; of those, one that is not tells.
    let parts = Parts::of(cell.trim()).ok().filter(|parts| parts.is_ordered())?;
    let (first, second) = (parts.numbers[0], parts.numbers[1]);
    let order = match (first > 12, second > 12) {
        (true, false) => DayOrder::DayFirst,
        (false, true) => DayOrder::MonthFirst,
        _ => return None,
    };
    read(order).map(|_| order)
}

/// `2025-02-15 11:32[:00]`, with a blank or a T: what most files have, read without looking for anything else.
fn plain(text: &[u8]) -> Option<i64> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        digits
            .iter()
            .try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    };
    let is = |at: usize, byte: u8| text.get(at) == Some(&byte);
    let has_shape = is(4, b'-') && is(7, b'-') && (is(10, b' ') || is(10, b'T')) && is(13, b':');
    if !has_shape || !(text.len() == 16 || (text.len() == 19 && is(16, b':'))) {
        return None;
    }
    let seconds = if text.len() == 19 { number(17, 19)? } else { 0 };
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    Some(date.and_hms_opt(number(11, 13)?, number(14, 16)?, seconds)?.and_utc().timestamp())
}

/// `20250215`
fn compact(text: &str) -> Option<i64> {
    let date = (text.len() == 8).then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok())??;
    Some(date.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// A time that says how far from UTC it is. Looked at first, as trying every format on every row takes longer than all else.
fn with_offset(text: &str) -> Option<i64> {
    let time = if text.contains(',') || text.starts_with(|c: char| c.is_alphabetic()) {
        DateTime::parse_from_rfc2822(text).ok()
    } else if text.ends_with(['Z', 'z']) || text.get(16..).is_some_and(|rest| rest.contains(['+', '-'])) {
        DateTime::parse_from_rfc3339(text).ok().or_else(|| DateTime::parse_from_rfc2822(text).ok())
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
        n if n < 1e20 => number / 1e9,
        _ => return Err(TimeProblem::Unknown),
    };
    Ok(seconds.floor() as i64)
}

/// What a date and time are made of.
#[derive(Debug, Default)]
struct Parts {
    /// Numbers of the date, at most three.
    numbers: Vec<u32>,
    /// Whether one has four digits, and which.
    long: Option<usize>,
    /// The month, where it is named.
    month: Option<u32>,
    /// The sign between the numbers.
    sign: Option<char>,
    hour: u32,
    minute: u32,
    second: u32,
    is_afternoon: Option<bool>,
    /// Seconds east of UTC.
    offset: i64,
}

impl Parts {
    fn of(text: &str) -> Result<Self, TimeProblem> {
        if text.len() > LONGEST {
            return Err(TimeProblem::Unknown);
        }
        let text = text.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
        let mut parts = Self::default();
        let mut has_time = false;
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            if first.is_ascii_digit() {
                rest = if has_time { parts.number(rest)? } else { parts.clock(rest, &mut has_time)? };
            } else if first.is_alphabetic() {
                let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                parts.word(&rest[..end])?;
                rest = &rest[end..];
            } else if has_time && matches!(first, '+' | '-' | '\u{2212}') && !parts.numbers.is_empty() {
                rest = parts.east(&rest[first.len_utf8()..], first == '+')?;
            } else {
                match first {
                    '/' | '-' | '.' if parts.sign.is_none() && parts.numbers.len() == 1 => {
                        parts.sign = Some(first)
                    }
                    '/' | '-' | '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '(' | ')' | '\'' => {}
                    _ => return Err(TimeProblem::Unknown),
                }
                rest = &rest[first.len_utf8()..];
            }
        }
        if parts.numbers.len() + usize::from(parts.month.is_some()) == 3 {
            Ok(parts)
        } else {
            Err(TimeProblem::Unknown)
        }
    }

    /// A number of the date.
    fn number<'a>(&mut self, text: &'a str) -> Result<&'a str, TimeProblem> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let number = text[..end].parse().map_err(|_| TimeProblem::Unknown)?;
        if end == 8 && self.numbers.is_empty() {
            self.numbers = vec![number / 10_000, number / 100 % 100, number % 100];
            self.long = Some(0);
            return Ok(&text[end..]);
        }
        if self.numbers.len() == 3 || !matches!(end, 1 | 2 | 4) {
            return Err(TimeProblem::Unknown);
        }
        if end == 4 {
            self.long = Some(self.numbers.len());
        }
        self.numbers.push(number);
        let rest = &text[end..];
        let ordinal =
            ["st", "nd", "rd", "th", "er", "º", "ª"].into_iter().find_map(|ending| rest.strip_prefix(ending));
        Ok(ordinal.filter(|rest| !rest.starts_with(char::is_alphabetic)).unwrap_or(rest))
    }

    /// A time of day if it is one, else a number of the date.
    fn clock<'a>(&mut self, text: &'a str, has_time: &mut bool) -> Result<&'a str, TimeProblem> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(text.len());
        let mut numbers = text[..end].split(':');
        let (Some(hour), Some(minute)) = (numbers.next(), numbers.next()) else { return self.number(text) };
        let number = |word: &str| word.parse::<u32>().map_err(|_| TimeProblem::Unknown);
        (self.hour, self.minute) = (number(hour)?, number(minute)?);
        self.second = numbers.next().map_or(Ok(0), number)?;
        *has_time = true;
        let rest = &text[end..];
        let fraction =
            rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        Ok(fraction.unwrap_or(rest))
    }

    /// How far east of UTC: `0100`, `01:00`, `1`.
    fn east<'a>(&mut self, text: &'a str, is_east: bool) -> Result<&'a str, TimeProblem> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(text.len());
        let digits = text[..end].replace(':', "");
        let number: i64 = digits.parse().map_err(|_| TimeProblem::Unknown)?;
        let (hours, minutes) = if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
        self.offset = (hours * 3600 + minutes * 60) * if is_east { 1 } else { -1 };
        Ok(&text[end..])
    }

    fn word(&mut self, word: &str) -> Result<(), TimeProblem> {
        match word {
            "am" | "pm" | "午前" | "午後" | "上午" | "下午" => {
                self.is_afternoon = Some(matches!(word, "pm" | "午後" | "下午"));
            }
            "t" | "utc" | "gmt" | "z" | "at" | "um" | "uhr" | "de" | "of" | "г" | "年" | "月" | "日"
            | "alle" | "à" => {}
            "mardi" | "martes" | "martedì" | "maandag" => {}
            _ => match (ZONES.iter().find(|(name, _)| *name == word), month_named(word)) {
                (Some((_, hours)), _) => self.offset = hours * 3600,
                (None, Some(month)) if self.month.is_none() => self.month = Some(month),
                // Named days say nothing more.
                _ if is_weekday(word) => {}
                _ => return Err(TimeProblem::Unknown),
            },
        }
        Ok(())
    }

    /// Whether it is up to the order which number is the day.
    fn is_ordered(&self) -> bool {
        self.month.is_none() && self.long != Some(0) && self.sign != Some('.')
    }

    fn date(&self, order: Option<DayOrder>) -> Result<(u32, u32, u32), TimeProblem> {
        match (self.month, &self.numbers[..]) {
            (Some(month), [year, day]) if self.long == Some(0) => Ok((*year, month, *day)),
            (Some(month), [day, year]) => Ok((*year, month, *day)),
            (None, [year, month, day]) if self.long == Some(0) => Ok((*year, *month, *day)),
            (None, [day, month, year]) if self.sign == Some('.') => Ok((*year, *month, *day)),
            (None, [first, second, year]) => match (first, second, order) {
                (first, second, _) if first == second => Ok((*year, *first, *second)),
                (1..=12, 1..=12, None) => Err(TimeProblem::Ambiguous),
                (1..=12, 1..=12, Some(DayOrder::DayFirst)) => Ok((*year, *second, *first)),
                (1..=12, ..) => Ok((*year, *first, *second)),
                _ => Ok((*year, *second, *first)),
            },
            _ => Err(TimeProblem::Unknown),
        }
    }

    fn seconds(&self, order: Option<DayOrder>) -> Result<i64, TimeProblem> {
        let hour = match (self.is_afternoon, self.hour) {
            (Some(true), hour @ 1..=11) => hour + 12,
            (Some(false), 12) => 0,
            (Some(_), 13..) => return Err(TimeProblem::Unknown),
            (_, hour) => hour,
        };
        let (year, month, day) = self.date(order)?;
        let year = match (self.long, year) {
            (Some(_), year) => year,
            (None, 0..70) => 2000 + year,
            (None, year) => 1900 + year,
        };
        let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        let time = date.and_then(|date| date.and_hms_opt(hour, self.minute, self.second));
        time.map(|time| time.and_utc().timestamp() - self.offset).ok_or(TimeProblem::Unknown)
    }
}

/// Zones that are written by name, and hours east of UTC.
const ZONES: [(&str, i64); 11] = [
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("cet", 1),
    ("cest", 2),
    ("msk", 3),
];

/// Names of months from January on: what they begin with in English, German, French, Spanish, Portuguese, Italian, Dutch,
/// Polish and Russian.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen", "sty", "янв"],
    &["feb", "fév", "fev", "lut", "фев"],
    &["mar", "mär", "mrz", "maa", "mrt", "мар"],
    &["apr", "avr", "abr", "kwi", "апр"],
    &["may", "mai", "mag", "mei", "maj", "mayo", "май", "мая"],
    &["jun", "juin", "giu", "cze", "июн"],
    &["jul", "juil", "lug", "lip", "июл"],
    &["aug", "aoû", "aou", "ago", "sie", "авг"],
    &["sep", "set", "wrz", "сен"],
    &["oct", "okt", "out", "ott", "paź", "paz", "окт"],
    &["nov", "lis", "ноя"],
    &["dec", "dez", "déc", "dic", "gru", "дек"],
];

fn month_named(word: &str) -> Option<u32> {
    if word.chars().count() > 12 || word.chars().count() < 3 {
        return None;
    }
    let index = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)))?;
    u32::try_from(index + 1).ok()
}

/// Days of the week: what they begin with in the same languages.
const WEEKDAYS: [&str; 28] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "die", "mit", "don", "fre", "sam", "son", "lun", "mer",
    "jeu", "ven", "dim", "mié", "jue", "vie", "sáb", "dom", "seg", "ter", "qua", "qui", "sex",
];

fn is_weekday(word: &str) -> bool {
    let is_short = matches!(word, "mo" | "di" | "mi" | "do" | "fr" | "sa" | "so");
    is_short || (word.chars().count() <= 10 && WEEKDAYS.iter().any(|day| word.starts_with(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excel_counts_days() {
        assert_eq!(excel_seconds("45292.5"), unix_seconds("2024-01-01 12:00", None).ok());
        assert_eq!(excel_seconds("45292,25"), unix_seconds("2024-01-01 06:00", None).ok());
        assert_eq!(excel_seconds("45413.4270833333"), unix_seconds("2024-05-01 10:15", None).ok());
        for text in ["1714557600", "2024", "20240501", "12", "x"] {
            assert_eq!(excel_seconds(text), None, "{text}");
        }
    }

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
            "Feb 15, 2025 11:32 AM",
            "Saturday, February 15th, 2025 at 11:32 am",
            "15. Februar 2025 11:32 Uhr",
            "15 févr. 2025 à 11:32",
            "15 de febrero de 2025 11:32",
            "15 февр. 2025 11:32",
            "Sat Feb 15 11:32:00 2025",
            "Sat Feb 15 11:32:00 +0000 2025",
            "2025年2月15日 11:32",
            "2/15/25, 11:32 AM",
            "15-Feb-2025 11:32",
            "2025-02-15 11:32:00.000000",
            "2025-02-15, 11:32",
            "2025-02-15 06:32 EST",
        ] {
            assert_eq!(unix_seconds(text, None), Ok(1_739_619_120), "{text}");
        }
        assert_eq!(unix_seconds("2025-02-15", None), Ok(1_739_577_600));
    }

    #[test]
    fn what_could_be_two_days_is_not_guessed() {
        assert_eq!(unix_seconds("3/4/2025 10:00", None), Err(TimeProblem::Ambiguous));
        assert_eq!(unix_seconds("4/4/2025", None), unix_seconds("2025-04-04", None));
        for text in ["", "yesterday", "12", "0000-00-00 00:00:00", "2025-13-45", "99999999999999999999"] {
            assert_eq!(unix_seconds(text, None), Err(TimeProblem::Unknown), "{text}");
        }
    }

    #[test]
    fn a_column_tells_which_number_is_the_day() {
        let order = |cells: &[&'static str]| {
            day_order(cells.iter().copied()).map(|found| found.map(|(order, _)| order))
        };
        assert_eq!(order(&["01/03/2025 10:01", "13/03/2025"]), Ok(Some(DayOrder::DayFirst)));
        assert_eq!(order(&["01/03/2025", "03/13/25"]), Ok(Some(DayOrder::MonthFirst)));
        assert_eq!(order(&["01/03/2025", "2025-03-14", "14.03.2025", "hello"]), Ok(None));
        assert_eq!(order(&["13/03/2025", "03/13/2025"]), Err(()));
        let march = unix_seconds("2025-03-01 10:01", None);
        assert_eq!(unix_seconds("01/03/2025 10:01", Some(DayOrder::DayFirst)), march);
        assert_eq!(unix_seconds("3/1/2025 10:01", Some(DayOrder::MonthFirst)), march);
    }
}
