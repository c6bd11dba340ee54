//! From terms as written to what they ask.

use std::net::IpAddr;

use chrono::Datelike;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ipnet::IpNet;

use super::error::Problem;
use super::lex::{Lexeme, Quotes, lex};
use super::links;
use super::print::quoted;
use super::text::IndexText;
use super::{
    Age, Days, Key, Moment, Pattern, ReasonTest, ScoreTest, SearchError, SearchQuery, Term, TermKind, Unit,
};
use crate::language::{Language, TAGS};

/// Most terms of one search: a pasted paragraph. A database has limits of its own.
pub const TERMS_MAX: usize = 200;

/// Longest value or phrase, in characters: a pasted line of a script without spaces, or a long address.
pub const VALUE_MAX_CHARS: usize = 2_000;

/// Most stars in one pattern: the time to compare grows with their number's power.
const STARS_MAX: usize = 3;

/// Longest time that `age:` speaks of, in seconds: a hundred years.
const AGE_MAX_SECONDS: i64 = 100 * 366 * 86_400;

/// What to write where nothing better is known.
const EXAMPLE: &str = "\"free money\"";

pub(super) fn query(input: &str) -> Result<SearchQuery, Vec<SearchError>> {
    let mut query = SearchQuery::default();
    let mut errors = Vec::new();
    for lexeme in lex(input) {
        match term(&lexeme) {
            Ok(None) => {}
            Ok(Some(_)) if query.terms.len() == TERMS_MAX => {
                errors.push(too_many((lexeme.span.0, input.trim_end().len())));
                break;
            }
            Ok(Some(term)) => query.terms.push(term),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(query) } else { Err(errors) }
}

fn too_many(span: (usize, usize)) -> SearchError {
    let reason = format!("A search has at most {TERMS_MAX} terms; the rest of this one is too much.");
    SearchError { span, reason, instead: EXAMPLE.to_owned(), replaced: span, replacement: String::new() }
}

/// What one term asks; `None` where it is made of signs alone, which the index does not know.
pub(super) fn term(lexeme: &Lexeme) -> Result<Option<Term>, SearchError> {
    let at = |span| move |problem| placed(lexeme, span, problem);
    if lexeme.value.chars().nth(VALUE_MAX_CHARS).is_some() {
        return Err(too_long(lexeme));
    }
    if lexeme.quotes == Quotes::Open {
        let instead = as_phrase(lexeme.value.trim_end());
        return Err(at(lexeme.value_span)(Problem::new("The closing quote is missing.", instead)));
    }
    let kind = match &lexeme.key {
        None if IndexText::of(&lexeme.value).is_empty() => return Ok(None),
        None => text(lexeme).map_err(at(lexeme.span))?,
        Some((written, span)) => match Key::find(written) {
            Some(key) if lexeme.value.is_empty() => {
                let reason = format!("Write a value after “{written}:”.");
                return Err(at(lexeme.span)(Problem::example(reason, key.example())));
            }
            Some(key) => value(key, &lexeme.value).map_err(at(lexeme.value_span))?,
            None => return Err(at(*span)(unknown(written, &lexeme.value))),
        },
    };
    Ok(Some(Term { negated: lexeme.negated, kind }))
}

/// A problem, at its place in the search.
fn placed(lexeme: &Lexeme, span: (usize, usize), problem: Problem) -> SearchError {
    let Problem { reason, instead, is_example } = problem;
    let written = lexeme.key.as_ref().map_or(String::new(), |(key, _)| format!("{key}:"));
    let put_right = match lexeme.quotes {
        _ if is_example => None,
        Quotes::Open if lexeme.key.is_some() => Some(format!("{written}{instead}")),
        Quotes::Open if IndexText::of(&lexeme.value).is_empty() => None,
        _ => Some(instead.clone()),
    };
    let replacement = put_right.filter(|term| query(term).is_ok()).unwrap_or_else(|| {
        let text = format!("{written}{}", lexeme.value);
        if IndexText::of(&text).is_empty() { String::new() } else { quoted(text.trim_end()) }
    });
    // The minus stays, if there is something to leave out.
    let start = lexeme.span.0 + usize::from(lexeme.negated && !replacement.is_empty());
    SearchError { span, reason, instead, replaced: (start, lexeme.span.1), replacement }
}

fn too_long(lexeme: &Lexeme) -> SearchError {
    let reason = format!("This is longer than {VALUE_MAX_CHARS} characters.");
    let example = lexeme.key.as_ref().and_then(|(key, _)| Key::find(key)).map_or(EXAMPLE, Key::example);
    let problem = Problem::example(reason, example);
    let beginning: String = lexeme.value.chars().take(VALUE_MAX_CHARS).collect();
    SearchError { replacement: as_phrase(&beginning), ..placed(lexeme, lexeme.value_span, problem) }
}

/// A key that is one slip away from another.
fn unknown(written: &str, value: &str) -> Problem {
    let reason = format!("Unknown filter “{written}:”. A text with a colon needs quotes.");
    let Some(key) = Key::nearest(written) else { return Problem::example(reason, EXAMPLE) };
    let meant = match value.contains(char::is_whitespace) {
        true => format!("{key}:{}", quoted(value)),
        false => format!("{key}:{value}"),
    };
    match self::value(key, value) {
        Ok(_) => Problem::new(reason, meant),
        Err(_) => Problem::example(reason, key.example()),
    }
}

fn text(lexeme: &Lexeme) -> Result<TermKind, Problem> {
    let text = &lexeme.value;
    if lexeme.quotes == Quotes::Closed {
        return Ok(TermKind::Phrase(text.clone()));
    }
    match text.strip_suffix('*') {
        Some(start) if !start.contains('*') => {
            match start.chars().filter(|char| char.is_alphanumeric()).count() {
                // Of a script without spaces, one character is a word.
                0 | 1 if IndexText::of(start).text().is_ascii() => {
                    Err(Problem::example("A star needs at least two letters before it.", "cas*"))
                }
                _ => Ok(TermKind::Prefix(start.to_owned())),
            }
        }
        None if !text.contains('*') => Ok(TermKind::Word(text.clone())),
        _ => Err(Problem::new(
            "A star stands at the end of a word, for any ending; text with a star stands in quotes.",
            as_phrase(text),
        )),
    }
}

/// The text as a phrase, to offer instead; an example where it could not be searched for.
fn as_phrase(text: &str) -> String {
    if IndexText::of(text).is_empty() { EXAMPLE.to_owned() } else { quoted(text) }
}

fn value(key: Key, text: &str) -> Result<TermKind, Problem> {
    let text = text.trim();
    match key {
        Key::Is => word(key, text).map(TermKind::Is),
        Key::Label => word(key, text).map(TermKind::Label),
        Key::App => word(key, text).map(TermKind::App),
        Key::Score => score(text).map(TermKind::Score),
        Key::Email => email(text).map(TermKind::Email),
        Key::Ip => ip(text).map(TermKind::Ip),
        Key::Link => links::typed(text)
            .map(TermKind::Link)
            .ok_or_else(|| Problem::example(format!("“{text}” is no host, as in a link."), key.example())),
        Key::Site => pattern(key, text).map(TermKind::Site),
        Key::From => word(key, text).map(TermKind::From),
        Key::Judged => word(key, text).map(TermKind::Judged),
        Key::Import => match text.parse() {
            Ok(number) if number > 0 => Ok(TermKind::Import(number)),
            _ => Err(Problem::example(format!("“{text}” is no number of an import."), key.example())),
        },
        Key::Rule if text == "*" => Ok(TermKind::Rule(None)),
        Key::Rule => match text.parse() {
            Ok(number) if number > 0 => Ok(TermKind::Rule(Some(number))),
            _ => Err(Problem::example(format!("“{text}” is no number of a rule."), key.example())),
        },
        Key::Reason => Ok(TermKind::Reason(ReasonTest::read(text))),
        Key::Token => Ok(TermKind::Token(text.to_owned())),
        Key::Lang => language(text).map(TermKind::Lang),
        Key::By => Ok(TermKind::By(text.to_owned())),
        Key::After => moment(key, text).map(TermKind::After),
        Key::Before => moment(key, text).map(TermKind::Before),
        Key::Age => age(key, text).map(TermKind::Age),
        Key::Labelled if text.starts_with(['<', '>']) => age(key, text).map(TermKind::Labelled),
        Key::Labelled => labelled_on(text),
        Key::Id => Ok(TermKind::Id(text.to_owned())),
    }
    .and_then(|kind| match text {
        "" => Err(Problem::example(format!("Write a value after “{key}:”."), key.example())),
        _ => Ok(kind),
    })
}

/// A tag of those that detections are marked with, or the language's English name.
fn language(text: &str) -> Result<String, Problem> {
    let is_meant = |tag: &&&str| {
        tag.eq_ignore_ascii_case(text)
            || Language::of_tag(tag).is_some_and(|known| known.name.eq_ignore_ascii_case(text))
    };
    TAGS.iter().find(is_meant).map(|tag| (*tag).to_owned()).ok_or_else(|| {
        let reason = format!("“{text}” is none of the languages that are told apart: {}.", TAGS.join(", "));
        Problem::example(reason, Key::Lang.example())
    })
}

/// A day, or a first and a last one; or two times, the first of which is in and the second is not.
fn labelled_on(text: &str) -> Result<TermKind, Problem> {
    let no_day = || {
        let reason = format!("“{text}” is not a length of time (7d) and not a date (2025-02-01).");
        Problem::example(reason, Key::Labelled.example())
    };
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to) = (point(from).ok_or_else(no_day)?, point(to).ok_or_else(no_day)?);
    let swapped = || Problem::new("The earlier one comes first.", format!("labelled:{to}..{from}"));
    match (from, to) {
        (Moment::Day(from), Moment::Day(to)) => {
            Days::new(from, to).map(TermKind::LabelledOn).ok_or_else(swapped)
        }
        (Moment::Time(from), Moment::Time(to)) if from < to => Ok(TermKind::LabelledBetween(from, to)),
        (Moment::Time(from), Moment::Time(to)) if from > to => Err(swapped()),
        _ => Err(no_day()),
    }
}

/// One of a fixed list of words.
fn word<T: std::str::FromStr>(key: Key, text: &str) -> Result<T, Problem> {
    text.to_ascii_lowercase().parse().map_err(|_| {
        let reason = format!("“{text}” is none of {}.", key.values().join(", "));
        Problem::example(reason, key.example())
    })
}

fn score(text: &str) -> Result<ScoreTest, Problem> {
    let number = |text: &str| match text.parse::<f64>() {
        // Adding zero turns -0 into 0, which prints and reads back alike.
        Ok(number) if (0.0..=100.0).contains(&number) => Ok(number + 0.0),
        _ => {
            let reason = format!("“{text}” is not a score. Scores are numbers from 0 to 100.");
            Err(Problem::example(reason, Key::Score.example()))
        }
    };
    if let Some((low, high)) = text.split_once("..") {
        let (low, high) = (number(low)?, number(high)?);
        return if low <= high {
            Ok(ScoreTest::Between(low, high))
        } else {
            Err(Problem::new("The lower score comes first.", format!("score:{high}..{low}")))
        };
    }
    if let Some(rest) = text.strip_prefix(">=") {
        number(rest).map(ScoreTest::AtLeast)
    } else if let Some(rest) = text.strip_prefix("<=") {
        number(rest).map(ScoreTest::AtMost)
    } else if let Some(rest) = text.strip_prefix('>') {
        number(rest).map(ScoreTest::Over)
    } else if let Some(rest) = text.strip_prefix('<') {
        number(rest).map(ScoreTest::Under)
    } else {
        number(text).map(ScoreTest::Exactly)
    }
}

fn email(text: &str) -> Result<Pattern, Problem> {
    if text.contains(['@', '*']) {
        return pattern(Key::Email, text);
    }
    let pattern = if text.contains('.') { format!("*@{text}") } else { format!("{text}@*") };
    let instead = Term { negated: false, kind: TermKind::Email(Pattern::new(&pattern)) };
    Err(Problem::new("An e-mail address has an @; a star stands for any characters.", instead.to_string()))
}

fn pattern(key: Key, text: &str) -> Result<Pattern, Problem> {
    let pattern = Pattern::new(text);
    if pattern.as_str().matches('*').count() > STARS_MAX {
        return Err(Problem::example(format!("More than {STARS_MAX} stars are too many."), key.example()));
    }
    Ok(pattern)
}

fn ip(text: &str) -> Result<IpNet, Problem> {
    let net = match text.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address.to_canonical())),
        Err(_) => text.parse::<IpNet>().map(|net| canonical(net.trunc())),
    };
    net.map_err(|_| {
        let reason = format!("“{text}” is neither an address nor a network.");
        let example = if text.contains(':') { "ip:2001:db8::/32" } else { Key::Ip.example() };
        Problem::example(reason, example)
    })
}

/// A network of mapped IPv4 addresses is one of IPv4, as its addresses are.
fn canonical(net: IpNet) -> IpNet {
    let IpNet::V6(mapped) = net else { return net };
    let v4 = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(96));
    v4.and_then(|(ip, length)| IpNet::new(ip.into(), length).ok()).unwrap_or(net)
}

fn moment(key: Key, text: &str) -> Result<Moment, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "today" => return Ok(Moment::Today),
        "yesterday" => return Ok(Moment::Yesterday),
        _ => {}
    }
    point(text).ok_or_else(|| {
        let sign = if key == Key::After { '<' } else { '>' };
        if let Ok(age) = span(sign == '>', text) {
            return Problem::new(format!("“{text}” is a length of time, not a date."), format!("age:{age}"));
        }
        let reason = format!("“{text}” is not a date.");
        Problem::example(reason, key.example())
    })
}

/// A day or a time.
fn point(text: &str) -> Option<Moment> {
    let upper = text.to_ascii_uppercase();
    let day = || NaiveDate::parse_from_str(&upper, "%Y-%m-%d").ok().map(Moment::Day);
    let exact =
        || DateTime::parse_from_rfc3339(&upper).ok().map(|time| Moment::Time(time.with_timezone(&Utc)));
    let without_zone = || {
        let read = |format| NaiveDateTime::parse_from_str(&upper, format).ok();
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].into_iter().find_map(read).map(Moment::Local)
    };
    // Only these years have four digits, and so print as they are read.
    day().or_else(exact).or_else(without_zone).filter(|moment| (0..=9999).contains(&moment.start().year()))
}

fn age(key: Key, text: &str) -> Result<Age, Problem> {
    // Without a sign it is the last so many days.
    let (longer, length) = match text.strip_prefix('>') {
        Some(length) => (true, length),
        None => (false, text.strip_prefix('<').unwrap_or(text)),
    };
    span(longer, length).map_err(|reason| Problem::example(format!("“{text}” {reason}"), key.example()))
}

/// A length of time: a number and its unit. The error is what is wrong with it.
fn span(longer: bool, text: &str) -> Result<Age, &'static str> {
    let no_time = "is not a length of time. Write a number with s, m, h, d or w (seconds to weeks).";
    let (digits, unit) = text.char_indices().last().map(|(at, _)| text.split_at(at)).ok_or(no_time)?;
    let unit: Unit = unit.to_ascii_lowercase().parse().map_err(|_| no_time)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_time);
    }
    let too_long = "is more than a hundred years.";
    let count = digits.parse().map_err(|_| too_long)?;
    let age = Age { longer, count, unit };
    if age.span().num_seconds() > AGE_MAX_SECONDS { Err(too_long) } else { Ok(age) }
}
