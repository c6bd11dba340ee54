//! Where letters begin in an mbox. There is no standard: see qmail's mbox(5), RFC 4155 and Jamie Zawinski's "mbox".

use super::header::is_field;

/// How the lines that separate letters are written in one file: as its first one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `From ann@example.com Tue Mar  4 08:11:00 2025`
    Dated,
    /// The same with a commit in place of the address, as git writes patches.
    Patch,
    /// `From ann@example.com`
    Address,
    /// `From ` and nothing else.
    Bare,
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// How a line is written, if it may separate letters.
pub(super) fn style(line: &[u8]) -> Option<Style> {
    let rest = match line.strip_prefix(b"From") {
        Some([]) => return Some(Style::Bare),
        Some([b' ', rest @ ..]) if line.len() < 1_000 => String::from_utf8_lossy(rest).to_ascii_lowercase(),
        _ => return None,
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let is_patch = |word: &&str| word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    match words.as_slice() {
        [] => Some(Style::Bare),
        [address] if address.contains('@') || *address == "-" => Some(Style::Address),
        [first, ..] if is_dated(&words) => Some(if is_patch(first) { Style::Patch } else { Style::Dated }),
        _ => None,
    }
}

/// A weekday behind the address, then month, time and year in any order.
fn is_dated(words: &[&str]) -> bool {
    let is_weekday = |word: &&str| WEEKDAYS.contains(&word.trim_end_matches(','));
    let Some(weekday) = words.iter().skip(1).position(is_weekday) else { return false };
    let date = &words[weekday + 2..];
    let date = &date[..date.len().min(7)];
    let is_time = |word: &&str| {
        let mut numbers = word.split(':');
        let mut is_number = || {
            numbers.next().is_some_and(|number| {
                matches!(number.len(), 1 | 2) && number.bytes().all(|b| b.is_ascii_digit())
            })
        };
        is_number() && is_number()
    };
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |word: &&str| word.get(..3).is_some_and(|start| MONTHS.contains(&start));
    date.iter().any(is_time) && date.iter().any(is_year) && date.iter().any(is_month)
}

/// Whether a line separates letters in a file whose first separator is of this style. `next` is the line behind it.
pub(super) fn separates(first: Style, line: &[u8], next: &[u8], after_blank: bool) -> bool {
    let fits = match style(line) {
        Some(Style::Dated) => true,
        Some(other) => other == first,
        None => false,
    };
    // Without a blank line ahead, or without a date, what follows must be the header of a letter beyond doubt.
    let needs_proof = !after_blank || !matches!(style(line), Some(Style::Dated | Style::Patch));
    fits && (is_header(next) || (!needs_proof && is_field(next)))
}

/// Whether a line is a field that begins a letter's header, quoted or not.
fn is_header(line: &[u8]) -> bool {
    const NAMES: [&str; 26] = [
        "from",
        "to",
        "cc",
        "date",
        "subject",
        "received",
        "return-path",
        "message-id",
        "delivered-to",
        "mime-version",
        "content-type",
        "reply-to",
        "sender",
        "status",
        "x-",
        "dkim-signature",
        "arc-",
        "authentication-results",
        "list-",
        "envelope-to",
        "in-reply-to",
        "references",
        "resent-",
        "content-transfer-encoding",
        "precedence",
        "authentication-",
    ];
    let name = String::from_utf8_lossy(&line[..line.len().min(80)]).to_ascii_lowercase();
    is_field(line)
        && name.split_once(':').is_some_and(|(name, _)| {
            let name = name.trim_end();
            NAMES.iter().any(|known| name == *known || (known.ends_with('-') && name.starts_with(known)))
        })
}

/// Whether a file begins as an mbox does.
pub(crate) fn begins(head: &[u8]) -> Option<Style> {
    let start = head.trim_ascii_start();
    let mut lines = start.split(|&byte| byte == b'\n' || byte == b'\r').filter(|line| !line.is_empty());
    begins_with(lines.next()?, lines.next().unwrap_or_default())
}

/// How separators are written in a file that begins with these lines. A date says enough: the first letter may have lost its
/// header.
pub(super) fn begins_with(first: &[u8], next: &[u8]) -> Option<Style> {
    style(first).filter(|found| *found == Style::Dated || is_header(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_have_a_date() {
        for line in [
            "From ann@example.com Tue Mar  4 08:11:00 2025",
            "From - Tue Mar 04 08:11:00 2025",
            "From 170000000000000001@xxx Tue Mar 04 08:11:00 +0000 2025",
            "From MAILER-DAEMON Fri Jul  8 12:08:34 2011",
            "From ann@example.com Tue Mar  4 08:11:00 PST 2025",
            "From ann@example.com Tue, 4 Mar 2025 08:11:00 +0000",
            "From \"Ann B\"@example.com Tue Mar  4 8:11 2025 remote from relay",
            "From ???@??? Tue Mar 04 08:11:00 2025",
        ] {
            assert_eq!(style(line.as_bytes()), Some(Style::Dated), "{line}");
        }
        for line in [
            "From 10:30 to 12:00 nobody can be reached, the lines are cut.",
            "From here on",
            "From Monday to Sun 10:00 we are closed",
            "Fromage",
            "From: ann@example.com",
        ] {
            assert_eq!(style(line.as_bytes()), None, "{line}");
        }
        assert_eq!(style(b"From "), Some(Style::Bare));
        assert_eq!(style(b"From ann@example.com"), Some(Style::Address));
        let patch = b"From 9f2c1e7d0b4a5c6d7e8f90112233445566778899 Mon Sep 17 00:00:00 2001";
        assert_eq!(style(patch), Some(Style::Patch));
        assert!(!separates(Style::Dated, patch, b"From: a@b", true));
        assert!(separates(Style::Patch, patch, b"From: a@b", true));
    }

    #[test]
    fn a_header_follows_a_separator() {
        let line = b"From ann@example.com Tue Mar  4 08:11:00 2025";
        assert!(separates(Style::Dated, line, b"Return-Path: <a@b>", false));
        assert!(separates(Style::Dated, line, b"Odd: x", true));
        assert!(!separates(Style::Dated, line, b"Odd: x", false));
        assert!(!separates(Style::Dated, line, b"as he wrote in", true));
        assert!(!separates(Style::Dated, b"From ", b"From: a@b", true));
        assert!(separates(Style::Bare, b"From ", b"From: a@b", true));
        assert!(!separates(Style::Bare, b"From ", b"Note: a", true));
    }
}
