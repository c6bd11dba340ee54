//! Logs of IRC: a line each, with a time ahead, as irssi, WeeChat, mIRC, ZNC and HexChat write them.

use super::{logs::Said, whatsapp::clock};
use crate::mapping::time::unix_seconds;

/// Lines that are looked at, and how many of ten must be of a log where no line says that it is one.
const LINES: usize = 60;
const TENTHS: usize = 9;

const BEGINNINGS: [&str; 4] =
    ["--- Log opened ", "Session Start: ", "**** BEGIN LOGGING AT ", "**** ENDING LOGGING AT "];

/// Whether a text begins as logs do.
pub(super) fn begins(head: &str) -> bool {
    let lines = || head.lines().filter(|line| !line.trim().is_empty()).take(LINES);
    let is_message = |line: &&str| matches!(said(line), Said::Message { .. });
    let messages = lines().filter(is_message).count();
    if lines().next().is_some_and(|line| BEGINNINGS.iter().any(|start| line.starts_with(start))) {
        return messages > 0;
    }
    let is_known = |line: &&str| matches!(said(line), Said::Message { .. } | Said::Notice);
    let known = lines().filter(is_known).count();
    // Times, names and texts with tabs between them are a table as well: only WeeChat has arrows where names stand.
    let has_mark = |line: &str| {
        line.contains('<') && !line.contains('\t') || line.contains("\t-->\t") || line.contains("\t<--\t")
    };
    let is_first_known = lines().next().is_some_and(|line| is_known(&line));
    messages > 1 && is_first_known && known * 10 >= lines().count() * TENTHS && lines().any(has_mark)
}

/// What a line is.
pub(super) fn said(line: &str) -> Said {
    let line = line.trim_end_matches('\r');
    if let Some(day) = day(line) {
        return day;
    }
    if ["Session Ident:", "Session Close:", "Session Time:"].iter().any(|start| line.starts_with(start)) {
        return Said::Head;
    }
    let Some((time, rest)) = stamp(line) else { return Said::More };
    let rest = rest.strip_prefix('\t').unwrap_or(rest);
    if let Some((nick, text)) = rest.split_once('\t').filter(|(nick, _)| !nick.trim().starts_with('<')) {
        return of_columns(&time, nick.trim(), text);
    }
    let rest = rest.trim_start();
    if let Some((nick, text)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        return match nick_of(nick) {
            Some(name) => Said::Message { name, time, text: text.trim_start().to_owned() },
            None => Said::More,
        };
    }
    match rest.strip_prefix("* ") {
        Some(action) => acted(&time, action),
        None if ["-!-", "***", "* ", "-->", "<--", "--", "==="].iter().any(|sign| rest.starts_with(sign)) => {
            Said::Notice
        }
        None => Said::More,
    }
}

/// WeeChat's nick and text, and HexChat's star.
fn of_columns(time: &str, nick: &str, text: &str) -> Said {
    match nick {
        "*" => acted(time, text),
        "-->" | "<--" | "--" | "=!=" | "" => Said::Notice,
        nick => match nick_of(nick) {
            Some(name) => Said::Message { name, time: time.to_owned(), text: text.to_owned() },
            None => Said::More,
        },
    }
}

/// Behind a star stands what somebody does, or what happens.
fn acted(time: &str, action: &str) -> Said {
    const HAPPENS: [&str; 14] = [
        "has joined",
        "has left",
        "has quit",
        "joined #",
        "left #",
        "parts #",
        "sets mode",
        "gives channel",
        "is now known as",
        "changes topic",
        "has changed the topic",
        "was kicked",
        "has kicked",
        "now talking",
    ];
    let lower = action.to_ascii_lowercase();
    match action.split_once(' ') {
        Some((nick, text)) if !HAPPENS.iter().any(|words| lower.contains(words)) => match nick_of(nick) {
            Some(name) => Said::Message { name, time: time.to_owned(), text: text.to_owned() },
            None => Said::Notice,
        },
        _ => Said::Notice,
    }
}

/// A nick without the sign of an operator.
fn nick_of(nick: &str) -> Option<String> {
    let nick = nick.trim().trim_start_matches(['@', '+', '%', '&', '~', '!']);
    let is_sound = !nick.is_empty()
        && nick.len() <= 64
        && !nick.contains(char::is_whitespace)
        && !nick.contains(['<', '/']);
    is_sound.then(|| nick.to_owned())
}

/// The time ahead of a line, with its day where that stands there, and what follows.
fn stamp(line: &str) -> Option<(String, &str)> {
    let (time, rest) = match line.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => line.split_at(end_of_time(line)?),
    };
    let (day, hours) = time.trim().rsplit_once([' ', 'T']).unwrap_or(("", time.trim()));
    let hours = clock(hours.trim_end_matches('Z')).filter(|_| hours.contains(':') && day.len() < 30)?;
    let is_day = |day: &str| day.is_empty() || unix_seconds(day, None).is_ok() || is_month_and_day(day);
    let day = day.trim();
    is_day(day).then(|| match day {
        _ if day.is_empty() || is_month_and_day(day) => (hours, rest),
        day => (format!("{day} {hours}"), rest),
    })
}

/// "May 01", without a year: the line above the log has it.
fn is_month_and_day(day: &str) -> bool {
    day.split_once(' ').is_some_and(|(month, day)| {
        month.len() == 3
            && month.bytes().all(|byte| byte.is_ascii_alphabetic())
            && day.trim().parse::<u8>().is_ok()
    })
}

/// Where the time ahead of a line ends: behind its last digit that follows a colon.
fn end_of_time(line: &str) -> Option<usize> {
    let colon = line.get(..line.len().min(24)).unwrap_or(line).find(':')?;
    let rest = &line[colon..];
    Some(colon + rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len()))
}

/// A line that says which day it is.
fn day(line: &str) -> Option<Said> {
    const WORDS: [&str; 5] = [
        "--- Log opened ",
        "--- Day changed ",
        "Session Start: ",
        "**** BEGIN LOGGING AT ",
        "--- Log closed ",
    ];
    let ends = line.starts_with("**** ENDING LOGGING AT ");
    let rest = WORDS.iter().find_map(|words| line.strip_prefix(words));
    if ends {
        return Some(Said::Head);
    }
    // "Wed May 01 10:00:00 2024", or without the time.
    let words: Vec<&str> = rest?.split_whitespace().collect();
    let (month, day, year) = (words.get(1)?, words.get(2)?, words.last()?);
    let seconds = unix_seconds(&format!("{day} {month} {year}"), None).ok()?;
    let date = chrono::DateTime::from_timestamp(seconds, 0)?;
    Some(Said::Day(date.format("%Y-%m-%d").to_string()))
}
