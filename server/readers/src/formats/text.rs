//! Plain text: one message a line, or messages separated by blank lines.

use std::io::{self, Read};

use domain::FileAccount;

use super::{NOT_UTF8, Parse};
use crate::{
    Place, Record, RecordError,
    encoding::StrayRows,
    error::TOO_LONG,
    limits::RECORD_MAX_BYTES,
    window::{Line, Window},
};

/// The one column of plain text.
const COLUMN: &str = "message";

/// One message a line; blank lines are none.
pub(super) struct Lines<R> {
    window: Window<R>,
    columns: [String; 1],
    is_over: bool,
    stray: StrayRows,
    account: FileAccount,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(read: R) -> Self {
        Self {
            window: Window::new(read),
            columns: [COLUMN.to_owned()],
            is_over: false,
            stray: StrayRows::default(),
            account: FileAccount::default(),
        }
    }
}

impl<R: Read + Send> Parse for Lines<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn account(&self) -> FileAccount {
        self.account.clone()
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        while !self.is_over {
            let place = Place::line(self.window.line());
            match self.window.next_line(RECORD_MAX_BYTES) {
                Ok(Line::Held { length, whole }) => {
                    let line = self.window.held()[..length].to_vec();
                    self.window.consume(whole);
                    if !line.trim_ascii().is_empty() {
                        return Some(self.message(place, &line));
                    }
                }
                Ok(Line::TooLong) => return Some(Err(RecordError::new(place, TOO_LONG))),
                Ok(Line::Over) => return None,
                Err(error) => return self.failed(place, &error),
            }
        }
        None
    }
}

impl<R> Lines<R> {
    fn message(&mut self, place: Place, text: &[u8]) -> Result<Record, RecordError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        if let Ok(text) = std::str::from_utf8(text) {
            return Ok(Record::new(place, [text]));
        }
        let Some(decoded) = self.stray.decode_text(text) else {
            let raw = String::from_utf8_lossy(text).into_owned();
            return Err(RecordError::new(place, NOT_UTF8).with_fields(vec![raw.clone()]).with_raw(raw));
        };
        let (kind, why) = self.stray.words();
        self.account.mend(&kind, why, 1, &place);
        Ok(Record::new(place, [decoded]))
    }

    fn failed(&mut self, place: Place, error: &io::Error) -> Option<Result<Record, RecordError>> {
        self.is_over = true;
        Some(Err(RecordError::io(place, error)))
    }
}

/// Messages separated by blank lines.
pub(super) struct Paragraphs<R> {
    lines: Lines<R>,
}

impl<R: Read> Paragraphs<R> {
    pub(super) fn new(read: R) -> Self {
        Self { lines: Lines::new(read) }
    }

    /// The next block: its text, or why it cannot be had.
    fn block(&mut self, text: &mut Vec<u8>) -> io::Result<(Place, bool)> {
        let window = &mut self.lines.window;
        let mut place = Place::line(window.line());
        let mut is_too_long = false;
        loop {
            match window.next_line(RECORD_MAX_BYTES)? {
                Line::Over => return Ok((place, is_too_long)),
                Line::TooLong => is_too_long = true,
                Line::Held { length, whole } => {
                    let line = &window.held()[..length];
                    let is_blank = line.trim_ascii().is_empty();
                    if !is_blank && text.len() + length > RECORD_MAX_BYTES {
                        is_too_long = true;
                    } else if !is_blank && !is_too_long {
                        if !text.is_empty() {
                            text.push(b'\n');
                        }
                        text.extend_from_slice(line);
                    }
                    window.consume(whole);
                    if is_blank && (is_too_long || !text.is_empty()) {
                        return Ok((place, is_too_long));
                    }
                    if is_blank {
                        place = Place::line(window.line());
                    }
                }
            }
        }
    }
}

impl<R: Read + Send> Parse for Paragraphs<R> {
    fn columns(&self) -> &[String] {
        &self.lines.columns
    }

    fn account(&self) -> FileAccount {
        self.lines.account.clone()
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        if self.lines.is_over {
            return None;
        }
        let mut text = Vec::new();
        match self.block(&mut text) {
            Ok((place, true)) => Some(Err(RecordError::new(place, TOO_LONG))),
            Ok((_, false)) if text.is_empty() => None,
            Ok((place, false)) => Some(self.lines.message(place, &text)),
            Err(error) => {
                let place = Place::line(self.lines.window.line());
                self.lines.failed(place, &error)
            }
        }
    }
}
