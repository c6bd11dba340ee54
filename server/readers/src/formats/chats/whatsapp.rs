//! WhatsApp's "Export chat": text, written in the way of the phone's language.
//!
//! Android: `31/12/2024, 21:05 - Ana: text`; iOS: `[31.12.24, 21:05:11] Ana: text`; with AM and PM, `a. m.`, dots, dashes, or the
//! year ahead. Lines without a date go on with the message before.

use std::{collections::VecDeque, io::Read};

use super::{Entry, NOTICE, WORDLESS, Written};
use crate::{
    Place, RecordError,
    error::TOO_LONG,
    limits::RECORD_MAX_BYTES,
    window::{Line, Window},
};

/// Where the day stands in a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    DayFirst,
    MonthFirst,
    /// Nothing speaks for one of them.
    Unknown,
}

/// The start of a message: its date and time, and what follows.
struct Stamp<'a> {
    numbers: [u32; 3],
    year_first: bool,
    time: String,
    rest: &'a str,
}

/// Signs for the direction of writing, which WhatsApp puts before dates and notices.
fn without_marks(line: &str) -> String {
    line.chars()
        .filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}'))
        .map(|c| if matches!(c, '\u{202f}' | '\u{a0}') { ' ' } else { c })
        .collect()
}

fn stamp(line: &str) -> Option<Stamp<'_>> {
    let is_bracketed = line.starts_with('[');
    let text = line.strip_prefix('[').unwrap_or(line);
    let (date, after) = text.split_at(text.find([',', ' '])?);
    let parts: Vec<&str> = date.split(['/', '.', '-']).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<u32> =
        parts.iter().filter_map(|part| (part.len() <= 4).then(|| part.parse().ok()).flatten()).collect();
    let numbers: [u32; 3] = (parts.len() == 3).then(|| numbers.try_into().ok()).flatten()?;
    let after = after.trim_start_matches([',', ' ']);
    let (time, rest) = if is_bracketed {
        let (time, rest) = after.split_once(']')?;
        (time, rest.trim_start())
    } else {
        after.split_once(" - ").or_else(|| after.strip_suffix(" -").map(|time| (time, "")))?
    };
    let time = clock(time)?;
    Some(Stamp { numbers, year_first: parts[0].len() == 4, time, rest })
}

/// A time of day as 21:05:11.
fn clock(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let digits_end = lower.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(lower.len());
    let (digits, half) = lower.split_at(digits_end);
    let digits = digits.trim_end_matches('.');
    let half: String = half.chars().filter(|c| c.is_alphabetic()).collect();
    let numbers: Option<Vec<u32>> = digits.split([':', '.']).map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| (2..=3).contains(&numbers.len()))?;
    let hour = match half.as_str() {
        "" | "uhr" => numbers[0],
        "am" => numbers[0] % 12,
        "pm" => numbers[0] % 12 + 12,
        _ => return None,
    };
    let second = numbers.get(2).copied().unwrap_or(0);
    (hour < 24 && numbers[1] < 60 && second < 60).then(|| format!("{hour:02}:{:02}:{second:02}", numbers[1]))
}

impl Stamp<'_> {
    /// The day as 2024-12-31; as it stands, where it could be two.
    fn day(&self, order: Order) -> String {
        let [one, two, three] = self.numbers;
        let (year, month, day) = match order {
            _ if self.year_first => (one, two, three),
            Order::DayFirst => (three, two, one),
            Order::MonthFirst => (three, one, two),
            Order::Unknown if one == two => (three, one, two),
            Order::Unknown => return format!("{one}/{two}/{}", four_digits(three)),
        };
        format!("{:04}-{month:02}-{day:02}", four_digits(year))
    }
}

fn four_digits(year: u32) -> u32 {
    if year < 100 { 2_000 + year } else { year }
}

/// Which order the first lines speak for: a number beyond twelve, dots, or that time does not run backwards.
fn order(head: &str) -> Order {
    let lines: Vec<String> = head.lines().map(without_marks).collect();
    let stamps: Vec<Stamp<'_>> =
        lines.iter().filter_map(|line| stamp(line)).filter(|stamp| !stamp.year_first).collect();
    let beyond = |index: usize| stamps.iter().any(|stamp| stamp.numbers[index] > 12);
    let runs = |day: usize, month: usize| {
        let days = stamps.iter().map(|stamp| (stamp.numbers[2], stamp.numbers[month], stamp.numbers[day]));
        days.collect::<Vec<_>>().is_sorted()
    };
    let has_dots = lines.iter().any(|line| {
        stamp(line).is_some()
            && line.trim_start_matches('[').get(..3).is_some_and(|start| start.contains('.'))
    });
    match (beyond(0), beyond(1)) {
        (true, false) => Order::DayFirst,
        (false, true) => Order::MonthFirst,
        _ if has_dots => Order::DayFirst,
        _ => match (runs(0, 1), runs(1, 0)) {
            (true, false) => Order::DayFirst,
            (false, true) => Order::MonthFirst,
            _ => Order::Unknown,
        },
    }
}

/// Whether a file begins so: its first line is dated, and somebody says something.
pub(super) fn begins(head: &str) -> bool {
    let mut lines = head.lines().filter(|line| !line.trim().is_empty()).map(without_marks);
    let first_is_dated = lines.next().is_some_and(|line| stamp(&line).is_some());
    let says = |line: &String| stamp(line).is_some_and(|stamp| stamp.rest.contains(": "));
    first_is_dated && head.lines().take(200).map(without_marks).filter(says).count() > 0
}

/// The messages of an exported chat.
pub(super) struct Lines<R> {
    window: Window<R>,
    order: Order,
    ready: VecDeque<(Place, Entry)>,
    open: Option<Open>,
    count: u64,
    is_over: bool,
}

struct Open {
    place: Place,
    name: Option<String>,
    date: String,
    text: String,
    is_too_long: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(window: Window<R>, head: &str) -> Self {
        Self { window, order: order(head), ready: VecDeque::new(), open: None, count: 0, is_over: false }
    }

    pub(super) fn next(&mut self) -> Option<Result<(Place, Entry), RecordError>> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(Ok(ready));
            }
            if self.is_over {
                return None;
            }
            let line = self.window.line();
            match self.window.next_line(RECORD_MAX_BYTES) {
                Ok(Line::Held { length, whole }) => {
                    let text = String::from_utf8_lossy(&self.window.held()[..length]).into_owned();
                    self.window.consume(whole);
                    if let Some(error) = self.take(&text, line) {
                        return Some(Err(error));
                    }
                }
                Ok(Line::TooLong) => {
                    if let Some(open) = &mut self.open {
                        open.is_too_long = true;
                    }
                }
                Ok(Line::Over) => {
                    self.is_over = true;
                    if let Some(error) = self.close() {
                        return Some(Err(error));
                    }
                }
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(RecordError::io(Place::entry(self.count + 1, line), &error)));
                }
            }
        }
    }

    fn take(&mut self, line: &str, number: u64) -> Option<RecordError> {
        let bare = without_marks(line);
        let Some(stamp) = stamp(&bare) else {
            if let Some(open) = &mut self.open {
                open.is_too_long |= open.text.len() + line.len() > RECORD_MAX_BYTES;
                if !open.is_too_long {
                    open.text.push('\n');
                    open.text.push_str(line);
                }
            }
            return None;
        };
        let error = self.close();
        self.count += 1;
        let (name, text) =
            match stamp.rest.split_once(": ").or_else(|| stamp.rest.strip_suffix(':').map(|name| (name, "")))
            {
                Some((name, text)) => (Some(name.trim().trim_start_matches('~').trim().to_owned()), text),
                None => (None, stamp.rest),
            };
        let date = format!("{} {}", stamp.day(self.order), stamp.time);
        let place = Place::entry(self.count, number);
        self.open = Some(Open { place, name, date, text: text.to_owned(), is_too_long: false });
        error
    }

    fn close(&mut self) -> Option<RecordError> {
        let open = self.open.take()?;
        if open.is_too_long {
            return Some(RecordError::new(open.place, TOO_LONG));
        }
        let text = open.text.trim_end().to_owned();
        let entry = match open.name {
            None => NOTICE,
            Some(_) if is_deleted(&text) => Entry::Aside("deleted messages", "Their text is gone"),
            Some(_) if text.trim().is_empty() || is_omitted(&text) => WORDLESS,
            Some(name) => Entry::Written(Written { text, name, date: open.date, ..Written::default() }),
        };
        self.ready.push_back((open.place, entry));
        None
    }
}

/// What stands for a picture or a file that was not exported, in the languages that say so.
fn is_omitted(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "omitted",
        "weggelassen",
        "ausgeschlossen",
        "omitido",
        "omitida",
        "omis",
        "omise",
        "omesso",
        "omessa",
        "weggelaten",
        "pomini\u{119}to",
        "\u{43e}\u{43f}\u{443}\u{449}\u{435}\u{43d}",
    ];
    let lower = text.trim().to_lowercase();
    let bare = lower.trim_matches(['<', '>', '\u{200e}']);
    lower.len() < 60
        && !lower.contains('\n')
        && (WORDS.iter().any(|word| bare.ends_with(word))
            && (lower.starts_with(['<', '\u{200e}']) || bare.split_whitespace().count() <= 3)
            || bare.starts_with("attached:")
            || lower.ends_with("(file attached)"))
}

fn is_deleted(text: &str) -> bool {
    let lower = text.trim().trim_matches('\u{200e}').trim_end_matches('.').to_lowercase();
    matches!(
        lower.as_str(),
        "this message was deleted"
            | "you deleted this message"
            | "diese nachricht wurde gel\u{f6}scht"
            | "du hast diese nachricht gel\u{f6}scht"
            | "se elimin\u{f3} este mensaje"
            | "eliminaste este mensaje"
            | "ce message a \u{e9}t\u{e9} supprim\u{e9}"
            | "null"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut lines = Lines::new(Window::new(text.as_bytes()), text);
        let mut found = Vec::new();
        while let Some(Ok((_, entry))) = lines.next() {
            found.push(match entry {
                Entry::Written(written) => format!("{} {}: {}", written.date, written.name, written.text),
                Entry::Aside(kind, _) => kind.to_owned(),
            });
        }
        found
    }

    #[test]
    fn phones_write_in_many_ways() {
        for text in [
            "31/12/2024, 21:05 - Ana: hi\nyou\n",
            "[31/12/2024, 21:05:00] Ana: hi\nyou\n",
            "\u{200e}[31.12.24, 21:05:00] Ana: hi\nyou\n",
            "12/31/24, 9:05\u{202f}PM - Ana: hi\nyou\n",
            "[12/31/24, 9:05:00\u{202f}PM] ~\u{a0}Ana: hi\nyou\n",
            "31/12/24, 9:05 p.\u{a0}m. - Ana: hi\nyou\n",
            "2024-12-31, 21:05 - Ana: hi\nyou\n",
            "31.12.24, 21:05 - Ana: hi\nyou\n",
            "31-12-2024 21:05 - Ana: hi\nyou\n",
        ] {
            assert!(begins(text), "{text}");
            assert_eq!(read(text), ["2024-12-31 21:05:00 Ana: hi\nyou"], "{text}");
        }
    }

    #[test]
    fn notices_and_files_are_left_out() {
        let text = "1/2/24, 10:00 - Messages and calls are end-to-end encrypted.\n1/2/24, 10:01 - Ana: <Media omitted>\n\
                    1/2/24, 10:02 - Ana: http://a.example: look\n13/2/24, 10:02 - Bo: This message was deleted\n";
        assert_eq!(
            read(text),
            [
                "notices of the app",
                "messages without a text",
                "2024-02-01 10:02:00 Ana: http://a.example: look",
                "deleted messages"
            ]
        );
        assert!(!begins("Just a text: with a colon\n"));
        assert!(!begins("2024-12-31, 21:05 something happened\n"));
    }

    #[test]
    fn a_day_that_could_be_two_stays_as_it_is() {
        assert_eq!(read("3/4/24, 10:00 - Ana: hi\n"), ["3/4/2024 10:00:00 Ana: hi"]);
        assert_eq!(
            read("3/4/24, 10:00 - Ana: hi\n1/5/24, 10:00 - Ana: ho\n")[1],
            "2024-05-01 10:00:00 Ana: ho"
        );
    }
}
