//! E-mails: an mbox with many, an .eml with one.
//!
//! mail-parser takes headers apart (addresses, dates, content types, RFC 2231). Parts, transfer encodings and charsets are read
//! here, since letters break their rules in ways that must not cost a letter its body: mail-parser gives up base64 at the first
//! foreign sign, keeps no address of a link, and takes a charset at its word. (0.11 is its last for our Rust; 1.0 needs 1.98.)

mod body;
mod charset;
mod header;
mod letter;
mod mbox;
mod parts;
mod pgp;
mod returned;
mod tnef;
mod transfer;

use std::{
    collections::VecDeque,
    io::{self, Read},
};

use domain::FileAccount;

use self::mbox::Style;
use super::Parse;
use crate::{
    Place, Record, RecordError,
    limits::{MAIL_MAX_BYTES, RECORD_MAX_BYTES},
    window::{Line, Window},
};

/// The e-mails of a file.
pub(super) struct Mails<R> {
    window: Window<R>,
    columns: Vec<String>,
    is_mbox: bool,
    /// How separators are written, as the first of them is.
    style: Option<Style>,
    count: u64,
    has_begun: bool,
    /// Whether the line before was blank, or there was none.
    after_blank: bool,
    /// How much of the letter is still to come by its Content-Length, once its header is over.
    told: Told,
    is_over: bool,
    /// Of the letter read last: it can be several records.
    ready: VecDeque<Result<Record, RecordError>>,
    account: FileAccount,
}

/// What a letter's header says of the length of its body: mboxcl writes it, and then leaves "From " in a text as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Told {
    /// The header is read; its Content-Length, if there was one already.
    Header(Option<usize>),
    /// So many bytes of the body are still to come.
    Body(usize),
    #[default]
    Nothing,
}

/// One e-mail as it was found.
struct Found {
    bytes: Vec<u8>,
    /// A line was too long to be kept.
    has_long_line: bool,
    /// There was more of it than is looked at.
    is_cut: bool,
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
        Self {
            window: Window::new(read),
            columns: letter::COLUMNS.map(str::to_owned).to_vec(),
            is_mbox,
            style: None,
            count: 0,
            has_begun: !is_mbox,
            after_blank: true,
            told: Told::default(),
            is_over: false,
            ready: VecDeque::new(),
            account: FileAccount::default(),
        }
    }

    /// Reads up to the next separator, or to the end. `None` when there is nothing but blank lines.
    fn find(&mut self) -> io::Result<Option<Found>> {
        let mut found =
            Found { bytes: Vec::new(), has_long_line: false, is_cut: false, line: self.window.line() };
        loop {
            match self.window.next_line(RECORD_MAX_BYTES)? {
                Line::Over => {
                    self.is_over = true;
                    let is_empty = found.bytes.trim_ascii().is_empty();
                    return Ok((!is_empty || found.has_long_line).then_some(found));
                }
                Line::TooLong => {
                    found.has_long_line = true;
                    self.after_blank = false;
                    self.told = Told::Nothing;
                }
                Line::Held { length, whole } => {
                    let separates = self.separates(length, whole)? && !self.is_within(whole)?;
                    let line = &self.window.held()[..length];
                    self.after_blank = line.trim_ascii().is_empty();
                    self.told = if separates { Told::Header(None) } else { self.told.behind(line, whole) };
                    if !separates {
                        found.keep(line, self.is_mbox);
                    }
                    self.window.consume(whole);
                    let is_empty = found.bytes.trim_ascii().is_empty() && !found.has_long_line;
                    if separates && self.has_begun && !is_empty {
                        return Ok(Some(found));
                    }
                    // What stands ahead of the first separator is a letter too, if it is anything.
                    if separates || (is_empty && !self.has_begun) {
                        self.has_begun |= separates;
                        found.line = self.window.line();
                    }
                }
            }
        }
    }

    /// Whether the line that is held separates letters: the next one is looked at as well.
    fn separates(&mut self, length: usize, whole: usize) -> io::Result<bool> {
        if !self.is_mbox || !self.window.held()[..length].starts_with(b"From") {
            return Ok(false);
        }
        let next_ends = |held: &[u8]| {
            held.len() > whole + 500
                || memchr::memchr2(b'\n', b'\r', &held[whole.min(held.len())..]).is_some()
        };
        while !next_ends(self.window.held()) && self.window.more()? {}
        let held = self.window.held();
        let next = held[whole..].split(|&byte| byte == b'\n' || byte == b'\r').next().unwrap_or_default();
        let line = &held[..length];
        let Some(first) = self.style else {
            self.style = mbox::begins_with(line, next);
            return Ok(self.style.is_some());
        };
        Ok(mbox::separates(first, line, next, self.after_blank))
    }

    /// Whether the line that is held, which looks like a separator, is a part of the letter by its Content-Length: then what
    /// comes behind so many bytes is a separator, or the end. Lengths are often wrong.
    fn is_within(&mut self, whole: usize) -> io::Result<bool> {
        let Told::Body(left) = self.told else { return Ok(false) };
        if left < whole || left > MAIL_MAX_BYTES {
            return Ok(false);
        }
        // A blank line ahead of the separator, with its carriage return, and "From ".
        while self.window.held().len() < left + 9 && self.window.more()? {}
        let Some(behind) = self.window.held().get(left..) else { return Ok(false) };
        let rest = behind.trim_ascii_start();
        let is_whole_line =
            self.window.held()[..left].ends_with(b"\n") || behind.first().is_none_or(u8::is_ascii_whitespace);
        Ok(is_whole_line && (rest.is_empty() || rest.starts_with(b"From ")))
    }

    fn read_next(&mut self) -> Option<()> {
        let found = match self.find() {
            Ok(found) => found?,
            Err(error) => {
                self.is_over = true;
                let place = Place::message(self.count + 1, self.window.line());
                self.ready.push_back(Err(RecordError::io(place, &error)));
                return Some(());
            }
        };
        self.count += 1;
        let place = Place::message(self.count, found.line);
        if found.has_long_line {
            let problem = "has a line that is longer than 1 MiB, as no e-mail has";
            self.ready.push_back(Err(RecordError::new(place, problem)));
            return Some(());
        }
        if found.is_cut {
            self.account.mend(
                "letters longer than 4 MiB",
                "What comes after it was not looked at",
                1,
                &place,
            );
        }
        let bytes = if !self.is_mbox { without_emlx(&found.bytes) } else { &found.bytes };
        self.ready.extend(letter::records(&place, bytes, &mut self.account));
        Some(())
    }
}

impl Told {
    /// What is known behind a further line of a letter, which has `whole` bytes with its end.
    fn behind(self, line: &[u8], whole: usize) -> Self {
        match self {
            Self::Header(length) if line.trim_ascii().is_empty() => length.map_or(Self::Nothing, Self::Body),
            Self::Header(length) => {
                let name = line.get(..15).filter(|name| name.eq_ignore_ascii_case(b"content-length:"));
                let told = name.and_then(|_| std::str::from_utf8(&line[15..]).ok()?.trim().parse().ok());
                Self::Header(told.or(length))
            }
            Self::Body(left) if left >= whole => Self::Body(left - whole),
            Self::Body(_) | Self::Nothing => Self::Nothing,
        }
    }
}

impl Found {
    fn keep(&mut self, line: &[u8], is_mbox: bool) {
        if self.bytes.len() + line.len() >= MAIL_MAX_BYTES {
            self.is_cut = true;
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
        while self.ready.is_empty() && !self.is_over {
            self.read_next()?;
        }
        self.ready.pop_front()
    }

    fn account(&self) -> FileAccount {
        self.account.clone()
    }
}

/// The letter in a file of Apple Mail (.emlx): its length stands ahead of it, a list of properties behind it.
fn without_emlx(bytes: &[u8]) -> &[u8] {
    let Some(rest) = behind_length(bytes) else { return bytes };
    let is_end = |at: &usize| {
        rest[*at..].starts_with(b"\n<?xml") && memchr::memmem::find(&rest[*at..], b"<plist").is_some()
    };
    let end = memchr::memmem::rfind(rest, b"\n<?xml").filter(is_end);
    &rest[..end.unwrap_or(rest.len())]
}

/// What follows a first line that is nothing but a number.
fn behind_length(bytes: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(40)])?;
    let number = bytes[..end].trim_ascii();
    (!number.is_empty() && number.iter().all(u8::is_ascii_digit)).then(|| &bytes[end + 1..])
}

/// Whether a file begins as an mbox does.
pub(crate) fn begins_mbox(head: &[u8]) -> bool {
    mbox::begins(head).is_some()
}

/// Whether a file begins as an e-mail does: with a header that says who wrote it, and something that only mail says, or
/// the file is named as one.
pub(crate) fn begins_mail(head: &[u8], name: Option<&str>) -> bool {
    const OF_MAIL: [&str; 8] = [
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "delivered-to",
        "date",
        "dkim-signature",
        "subject",
    ];
    let head = behind_length(head).unwrap_or(head);
    let mut names = Vec::new();
    for line in head.trim_ascii_start().split(|&byte| byte == b'\n') {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        if matches!(line[0], b' ' | b'\t') && !names.is_empty() {
            continue;
        }
        if !header::is_field(line) {
            return false;
        }
        let colon = memchr::memchr(b':', line).unwrap_or(0);
        names.push(String::from_utf8_lossy(line[..colon].trim_ascii_end()).to_ascii_lowercase());
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let is_named = name.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with(".eml") || name.ends_with(".emlx")
    });
    (has("from") && OF_MAIL.iter().any(|name| has(name))) || (is_named && names.len() > 1)
}
