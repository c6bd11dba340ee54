//! WhatsApp's "Export chat": text, written in the way of the phone's language.
//!
//! Android: `31/12/2024, 21:05 - Ana: text`; iOS: `[31.12.24, 21:05:11] Ana: text`; with AM and PM, `a. m.`, dots, dashes, or the
//! year ahead. Lines without a date go on with the message before.

use super::{
    Entry, NOTICE, WORDLESS, Written,
    remarks::{self, Seen},
    script::{Out, Script},
};
use crate::{Place, RecordError, error::TOO_LONG, limits::RECORD_MAX_BYTES};

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
    has_dots: bool,
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
    let (numbers, year_first, separator, after) = date(line.strip_prefix('[').unwrap_or(line))?;
    let behind = after.trim_start_matches([',', '،', ' ']);
    let (time, rest) = if is_bracketed {
        let (time, rest) = behind.split_once(']')?;
        (time, rest.trim_start())
    } else if separator == '년' {
        behind.split_once(", ")?
    } else {
        behind.split_once(" - ").or_else(|| behind.strip_suffix(" -").map(|time| (time, "")))?
    };
    let time = clock(time).filter(|_| behind.len() < after.len())?;
    Some(Stamp { numbers, year_first, has_dots: separator == '.', time, rest })
}

/// Three numbers, whether the first is a year, what stands between them, and what follows.
pub(super) fn date(text: &str) -> Option<([u32; 3], bool, char, &str)> {
    let (mut numbers, mut year_first, mut separator, mut rest) = ([0; 3], false, '/', text);
    for (index, slot) in numbers.iter_mut().enumerate() {
        let (value, digits, after) = number(rest)?;
        *slot = value;
        rest = after;
        year_first |= index == 0 && digits == 4;
        if index < 2 {
            let mut chars = rest.chars();
            let sign =
                chars.next().filter(|sign| matches!(sign, '/' | '.' | '-' | '년' | '월' | '年' | '月'))?;
            separator = if index == 0 { sign } else { separator };
            rest = chars.as_str().trim_start_matches(' ');
        }
    }
    Some((numbers, year_first, separator, rest.strip_prefix(['.', '일', '日']).unwrap_or(rest)))
}

/// A number of up to four digits, western or Arabic ones, how many they are, and what follows.
fn number(text: &str) -> Option<(u32, usize, &str)> {
    let (mut value, mut digits, mut end) = (0, 0, 0);
    for (at, char) in text.char_indices() {
        let Some(digit) = digit(char) else { break };
        value = value * 10 + digit;
        digits += 1;
        end = at + char.len_utf8();
        if digits > 4 {
            return None;
        }
    }
    (digits > 0).then(|| (value, digits, &text[end..]))
}

fn digit(char: char) -> Option<u32> {
    let zero = match char {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    Some(u32::from(char) - u32::from(zero))
}

/// A time of day as 21:05:11: with words ahead of it ("klo 10.15", "오전 10:15"), or behind ("10:15 PM").
pub(super) fn clock(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let (ahead, rest) = lower.split_at(lower.find(|char| digit(char).is_some())?);
    let end = rest.find(|c: char| digit(c).is_none() && c != ':' && c != '.').unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    let of_letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let (ahead, behind) = (of_letters(ahead), of_letters(behind));
    let numbers: Option<Vec<u32>> = digits
        .trim_end_matches('.')
        .split([':', '.'])
        .map(|part| number(part).filter(|(_, _, rest)| rest.is_empty()).map(|(number, ..)| number))
        .collect();
    let numbers = numbers.filter(|numbers| (2..=3).contains(&numbers.len()))?;
    let half = match ahead.as_str() {
        "" | "à" | "às" | "a" | "klo" | "kl" | "om" | "um" | "at" | "o" | "в" => behind,
        _ if behind.is_empty() => ahead,
        _ => return None,
    };
    let hour = match half.as_str() {
        "" | "uhr" => numbers[0],
        "am" | "오전" | "上午" | "午前" | "凌晨" | "早上" | "ص" | "πμ" => numbers[0] % 12,
        "pm" | "오후" | "下午" | "午後" | "晚上" | "中午" | "م" | "μμ" => numbers[0] % 12 + 12,
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
    let has_dots = stamps.iter().any(|stamp| stamp.has_dots);
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

/// What WhatsApp's lines are.
pub(super) struct Whatsapp {
    order: Order,
    seen: Seen,
    open: Option<Open>,
}

struct Open {
    place: Place,
    name: Option<String>,
    date: String,
    text: String,
    /// Behind the name is the sign that the app puts ahead of what it writes itself.
    is_marked: bool,
    is_too_long: bool,
}

impl Whatsapp {
    /// `head` is how the file begins.
    pub(super) fn new(head: &str) -> Self {
        Self { order: order(head), seen: seen(head), open: None }
    }
}

impl Script for Whatsapp {
    fn take(&mut self, line: &str, number: u64, out: &mut Out) -> Option<RecordError> {
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
        let error = self.close(out);
        let place = out.next_place(number);
        out.count += 1;
        let (name, text) = match said(stamp.rest) {
            Some((name, text)) => (Some(name).filter(|name| !self.seen.is_notice(name)), text),
            None => (None, stamp.rest),
        };
        let is_marked = line.split_once(": ").is_some_and(|(_, text)| text.starts_with('\u{200e}'));
        let date = format!("{} {}", stamp.day(self.order), stamp.time);
        self.open = Some(Open { place, name, date, text: text.to_owned(), is_marked, is_too_long: false });
        error
    }

    fn take_too_long(&mut self, _number: u64, _out: &Out) {
        if let Some(open) = &mut self.open {
            open.is_too_long = true;
        }
    }

    fn close(&mut self, out: &mut Out) -> Option<RecordError> {
        let open = self.open.take()?;
        if open.is_too_long {
            return Some(RecordError::new(open.place, TOO_LONG));
        }
        let (kept, is_cut) = remarks::without_remarks(&open.text);
        let entry = match open.name {
            None => NOTICE,
            Some(_) if remarks::is_deleted(&open.text) => {
                Entry::Aside("deleted messages", "Their text is gone")
            }
            Some(_) if kept.trim().is_empty() || self.seen.is_omitted(kept) => WORDLESS,
            Some(_) if !is_cut && remarks::is_notice(kept, open.is_marked) => NOTICE,
            Some(name) => {
                let text = kept.to_owned();
                Entry::Written(Written { text, name, date: open.date, is_cut, ..Written::default() })
            }
        };
        out.ready.push_back((open.place, entry));
        None
    }
}

/// Who says what in a line behind its date; nobody, in most notices.
fn said(rest: &str) -> Option<(String, &str)> {
    let (name, text) = rest.split_once(": ").or_else(|| rest.strip_suffix(':').map(|name| (name, "")))?;
    Some((name.trim().trim_start_matches('~').trim().to_owned(), text))
}

fn seen(head: &str) -> Seen {
    let mut seen = Seen::default();
    for line in head.lines().map(without_marks) {
        if let Some((name, text)) = stamp(&line).and_then(|stamp| said(stamp.rest)) {
            seen.add(&name, text);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::{super::script::Lines, *};
    use crate::window::Window;

    fn read(text: &str) -> Vec<String> {
        let mut lines = Lines::new(Window::new(text.as_bytes()), Whatsapp::new(text));
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
            "31/12/2024 à 21:05 - Ana: hi\nyou\n",
            "31.12.2024 klo 21.05 - Ana: hi\nyou\n",
            "2024년 12월 31일 오후 9:05, Ana : hi\nyou\n",
            "[2024. 12. 31. 오후 9:05:00] Ana: hi\nyou\n",
            "[2024/12/31 下午9:05:00] Ana: hi\nyou\n",
            "\u{200f}٣١\u{200f}/١٢\u{200f}/٢٠٢٤، ٩:٠٥ م - Ana: hi\nyou\n",
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
    fn what_the_app_wrote_is_nobodys_word() {
        let text = "13/5/24, 10:00 - Ann: hi\n13/5/24, 10:00 - Ann changed the subject from \"A: b\" to \"C: d\"\n\
                    13/5/24, 10:00 - You created group \"Deal: pills\"\n13/5/24, 10:01 - Bob: \u{200e}Missed voice call\n\
                    13/5/24, 10:01 - Bob: edited \u{200e}<This message was edited>\n13/5/24, 10:01 - Bob: look \u{200e}<attached: 1.jpg>\n\
                    13/5/24, 10:02 - Bob: IMG-20240501-WA0001.jpg (file attached)\ncaption\n13/5/24, 10:03 - Bob: <Medya dahil edilmedi>\n\
                    13/5/24, 10:03 - Bob: Mensagem apagada\n";
        let found: Vec<_> = read(text).into_iter().map(|line| line.replace("2024-05-13 10:0", "")).collect();
        let notice = "notices of the app";
        assert_eq!(
            found,
            [
                "0:00 Ann: hi",
                notice,
                notice,
                notice,
                "1:00 Bob: edited",
                "1:00 Bob: look",
                "2:00 Bob: caption",
                "messages without a text",
                "deleted messages"
            ]
        );
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
