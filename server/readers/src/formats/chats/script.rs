//! Chats that are exported as lines of text. How lines are taken is the same for all; what a line is, each app's script knows.

use std::{collections::VecDeque, io::Read};

use super::Entry;
use crate::{
    Place, RecordError,
    limits::RECORD_MAX_BYTES,
    window::{Line, Window},
};

/// How an app writes.
pub(super) trait Script: Send {
    /// Takes a line without its end; `number` is where it is in the file.
    fn take(&mut self, line: &str, number: u64, out: &mut Out) -> Option<RecordError>;

    /// A line was longer than a record may be.
    fn take_too_long(&mut self, number: u64, out: &Out);

    /// Nothing follows the message that is open.
    fn close(&mut self, out: &mut Out) -> Option<RecordError>;
}

/// What has been read.
#[derive(Default)]
pub(super) struct Out {
    pub(super) ready: VecDeque<(Place, Entry)>,
    /// How many messages have begun.
    pub(super) count: u64,
}

impl Out {
    /// The place of a message that would begin at a line.
    pub(super) fn next_place(&self, number: u64) -> Place {
        Place::entry(self.count + 1, number)
    }
}

/// The messages of a chat.
pub(super) struct Lines<R> {
    window: Window<R>,
    script: Box<dyn Script>,
    out: Out,
    is_over: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(window: Window<R>, script: impl Script + 'static) -> Self {
        Self { window, script: Box::new(script), out: Out::default(), is_over: false }
    }

    pub(super) fn next(&mut self) -> Option<Result<(Place, Entry), RecordError>> {
        loop {
            if let Some(ready) = self.out.ready.pop_front() {
                return Some(Ok(ready));
            }
            if self.is_over {
                return None;
            }
            if let Some(error) = self.read_line() {
                return Some(Err(error));
            }
        }
    }

    fn read_line(&mut self) -> Option<RecordError> {
        let number = self.window.line();
        match self.window.next_line(RECORD_MAX_BYTES) {
            Ok(Line::Held { length, whole }) => {
                let text = String::from_utf8_lossy(&self.window.held()[..length]).into_owned();
                self.window.consume(whole);
                self.script.take(&text, number, &mut self.out)
            }
            Ok(Line::TooLong) => {
                self.script.take_too_long(number, &self.out);
                None
            }
            Ok(Line::Over) => {
                self.is_over = true;
                self.script.close(&mut self.out)
            }
            Err(error) => {
                self.is_over = true;
                Some(RecordError::io(self.out.next_place(number), &error))
            }
        }
    }
}
