//! E-mails: an mbox with many, an .eml with one. MIME is mail-parser's business: charsets, encoded words, HTML made text.

use std::io::{self, Read};

use mail_parser::{Message, MessageParser};

use super::Parse;
use crate::{
    Place, Record, RecordError,
    error::TOO_LONG,
    limits::{MAIL_MAX_BYTES, RECORD_MAX_BYTES},
    window::{Line, Window},
};

/// What is taken from an e-mail. `x-label` is where corpora say what it is.
const COLUMNS: [&str; 9] =
    ["subject", "name", "email", "date", "message", "ip", "user_agent", "message_id", "x-label"];

/// The e-mails of a file.
pub(super) struct Mails<R> {
    window: Window<R>,
    columns: Vec<String>,
    is_mbox: bool,
    count: u64,
    /// Whether the line before was blank, or there was none: only then a line "From " separates.
    after_blank: bool,
    is_over: bool,
}

/// One e-mail as it was found.
struct Found {
    bytes: Vec<u8>,
    /// A line was too long to be kept.
    has_long_line: bool,
    /// Where it begins.
    line: u64,
}

impl<R: Read> Mails<R> {
    pub(super) fn mbox(read: R) -> Self {
        Self::new(read, true)
    }

    pub(super) fn single(read: R) -> Self {
        Self::new(read, false)
    }

    fn new(read: R, is_mbox: bool) -> Self {
        let columns = COLUMNS.map(str::to_owned).to_vec();
        Self { window: Window::new(read), columns, is_mbox, count: 0, after_blank: true, is_over: false }
    }

    /// Reads up to the next separator, or to the end. `None` when there is nothing but blank lines.
    fn find(&mut self) -> io::Result<Option<Found>> {
        let mut found = Found { bytes: Vec::new(), has_long_line: false, line: self.window.line() };
        let mut has_begun = !self.is_mbox || self.count > 0;
        loop {
            match self.window.next_line(RECORD_MAX_BYTES)? {
                Line::Over => {
                    self.is_over = true;
                    let is_empty = !has_begun || found.bytes.trim_ascii().is_empty();
                    return Ok((!is_empty || found.has_long_line).then_some(found));
                }
                Line::TooLong => {
                    found.has_long_line = true;
                    self.after_blank = false;
                }
                Line::Held { length, whole } => {
                    let line = &self.window.held()[..length];
                    let separates = self.is_mbox && self.after_blank && is_separator(line);
                    self.after_blank = line.trim_ascii().is_empty();
                    if !separates && has_begun {
                        found.keep(line, self.is_mbox);
                    }
                    self.window.consume(whole);
                    if separates && has_begun {
                        return Ok(Some(found));
                    }
                    if separates {
                        has_begun = true;
                        found.line = self.window.line();
                    }
                }
            }
        }
    }
}

impl Found {
    fn keep(&mut self, line: &[u8], is_mbox: bool) {
        if self.bytes.len() + line.len() >= MAIL_MAX_BYTES {
            return;
        }
        // ">From " was "From " before it was put into an mbox.
        let quotes = line.iter().take_while(|&&byte| byte == b'>').count();
        let is_quoted = is_mbox && quotes > 0 && line[quotes..].starts_with(b"From ");
        self.bytes.extend_from_slice(if is_quoted { &line[1..] } else { line });
        self.bytes.push(b'\n');
    }
}

impl<R: Read + Send> Parse for Mails<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        if self.is_over {
            return None;
        }
        let found = match self.find() {
            Ok(found) => found?,
            Err(error) => {
                self.is_over = true;
                let place = Place::message(self.count + 1, self.window.line());
                return Some(Err(RecordError::io(place, &error)));
            }
        };
        self.count += 1;
        let place = Place::message(self.count, found.line);
        if found.has_long_line {
            return Some(Err(RecordError::new(
                place,
                "has a line that is longer than 1 MiB, as no e-mail has",
            )));
        }
        Some(record(place, &found.bytes))
    }
}

fn record(place: Place, bytes: &[u8]) -> Result<Record, RecordError> {
    let Some(mail) = MessageParser::default().parse(bytes) else {
        return Err(RecordError::new(place, "is no e-mail: it has no header"));
    };
    let sender = mail.from().or_else(|| mail.sender()).and_then(|address| address.first());
    let header = |name: &str| -> String {
        let raw = mail.header_raw(name).unwrap_or_default();
        raw.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut agent = header("User-Agent");
    if agent.is_empty() {
        agent = header("X-Mailer");
    }
    let fields = [
        mail.subject().unwrap_or_default().to_owned(),
        sender.and_then(|sender| sender.name()).unwrap_or_default().to_owned(),
        sender.and_then(|sender| sender.address()).unwrap_or_default().to_owned(),
        mail.date().filter(|date| date.is_valid()).map(mail_parser::DateTime::to_rfc3339).unwrap_or_default(),
        text(&mail),
        header("X-Originating-IP").trim_matches(['[', ']']).to_owned(),
        agent,
        mail.message_id().unwrap_or_default().to_owned(),
        header("X-Label"),
    ];
    let fields =
        fields.map(|field| if field.contains('\0') { field.replace('\0', "\u{fffd}") } else { field });
    if fields.iter().map(String::len).sum::<usize>() > RECORD_MAX_BYTES {
        return Err(RecordError::new(place, TOO_LONG));
    }
    Ok(Record::new(place, fields))
}

/// The parts that a reader would be shown, as text.
fn text(mail: &Message<'_>) -> String {
    let parts = (0..mail.text_body_count()).filter_map(|part| mail.body_text(part));
    let parts: Vec<_> = parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// "From ", a sender, a time: what begins an e-mail in an mbox. Sentences that begin so have no time in them.
fn is_separator(line: &[u8]) -> bool {
    line.starts_with(b"From ")
        && line.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit())
}

/// Whether a file begins as an mbox does.
pub(crate) fn begins_mbox(head: &[u8]) -> bool {
    let first = head.trim_ascii_start().split(|&byte| byte == b'\n').next();
    first.is_some_and(is_separator)
}

/// Whether a file begins as an e-mail does: with a header that says who wrote it, and something that only mail says, or
/// the file is named as one.
pub(crate) fn begins_mail(head: &[u8], name: Option<&str>) -> bool {
    const OF_MAIL: [&str; 7] =
        ["received", "return-path", "message-id", "mime-version", "delivered-to", "date", "dkim-signature"];
    let mut names = Vec::new();
    for line in head.trim_ascii_start().split(|&byte| byte == b'\n') {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        if matches!(line[0], b' ' | b'\t') && !names.is_empty() {
            continue;
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { return false };
        let name = &line[..colon];
        if name.is_empty() || !name.iter().all(|&byte| byte.is_ascii_graphic()) {
            return false;
        }
        names.push(String::from_utf8_lossy(name).to_ascii_lowercase());
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let is_named = name.is_some_and(|name| name.to_ascii_lowercase().ends_with(".eml"));
    (has("from") && OF_MAIL.iter().any(|name| has(name))) || (is_named && names.len() > 1)
}
