//! A JSON array, element by element; also the first array of objects in an object.
//!
//! serde_json's stream of values wants them one after the other, without brackets and commas, and keeps what it reads as long
//! as a value lasts. So the ends of elements are found here, by strings and brackets alone, and each is read by serde_json.

use std::io::{self, Read};

use super::ndjson::{Value, Values, value};
use crate::{Place, RecordError, error::TOO_LONG, limits::RECORD_MAX_BYTES, window::Window};

/// Where the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Ahead of the array.
    Before,
    /// In it, ahead of an element or the end.
    Within,
    /// Behind it.
    Over,
}

/// The elements of an array.
pub(super) struct Elements<R> {
    window: Window<R>,
    state: State,
    count: u64,
}

impl<R: Read> Elements<R> {
    pub(super) fn new(read: R) -> Self {
        Self { window: Window::new(read), state: State::Before, count: 0 }
    }

    fn place(&self) -> Place {
        Place::entry(self.count.max(1), self.window.line())
    }

    fn next_element(&mut self) -> io::Result<Option<Value>> {
        if self.state == State::Before
            && let Some(only) = self.enter()?
        {
            return Ok(Some(only));
        }
        if self.state == State::Over {
            return Ok(None);
        }
        self.window.skip_blanks()?;
        match self.window.held().first() {
            Some(b']') => {
                self.state = State::Over;
                return Ok(None);
            }
            Some(b',') if self.count > 0 => {
                self.window.consume(1);
                self.window.skip_blanks()?;
            }
            None => return Ok(Some(self.cut())),
            Some(_) => {}
        }
        self.count += 1;
        let place = self.place();
        Ok(Some(match self.element()? {
            End::At(length) => {
                let found = value(place, self.window.held()[..length].trim_ascii());
                self.window.consume(length);
                found
            }
            End::TooFar => Err(RecordError::new(place, TOO_LONG)),
            End::Never => self.cut(),
        }))
    }

    /// The file ended before the array did.
    fn cut(&mut self) -> Value {
        self.state = State::Over;
        let problem = "the file ends within the array; was it copied as a whole? What came before was read";
        Err(RecordError::fatal(self.place(), problem))
    }

    /// Goes to the first element: behind the first bracket that is not in a string. An object without one is itself the
    /// only record.
    fn enter(&mut self) -> io::Result<Option<Value>> {
        self.window.skip_blanks()?;
        self.state = State::Over;
        if self.window.held().first() != Some(&b'{') {
            if self.window.held().first() == Some(&b'[') {
                self.window.consume(1);
                self.state = State::Within;
                return Ok(None);
            }
            let problem = "no JSON array begins here; choose another format";
            return Ok(Some(Err(RecordError::fatal(self.place(), problem))));
        }
        let mut at = 0;
        let mut scan = Scan::default();
        loop {
            let Some(&byte) = self.window.held().get(at) else {
                if at > RECORD_MAX_BYTES {
                    let problem = "there is no array of objects within the first MiB; choose another format";
                    return Ok(Some(Err(RecordError::fatal(self.place(), problem))));
                }
                if !self.window.more()? {
                    let only = self.window.held().trim_ascii();
                    return Ok(Some(value(Place::entry(1, self.window.line()), only)));
                }
                continue;
            };
            if byte == b'[' && !scan.is_in_string && self.is_before_object(at + 1)? {
                self.window.consume(at + 1);
                self.state = State::Within;
                return Ok(None);
            }
            scan.step(byte);
            at += 1;
        }
    }

    /// Whether the next significant byte begins an object.
    fn is_before_object(&mut self, mut at: usize) -> io::Result<bool> {
        loop {
            match self.window.held().get(at).copied() {
                Some(byte) if byte.is_ascii_whitespace() && at < RECORD_MAX_BYTES => at += 1,
                Some(byte) => return Ok(byte == b'{'),
                None if !self.window.more()? => return Ok(false),
                None => {}
            }
        }
    }

    /// Finds the end of the element that begins with what is held. What is too long is let go.
    fn element(&mut self) -> io::Result<End> {
        let mut at = 0;
        let mut is_too_long = false;
        let mut scan = Scan::default();
        loop {
            let held = self.window.held();
            while let Some(&byte) = held.get(at) {
                if scan.ends_element(byte) {
                    if is_too_long || at > RECORD_MAX_BYTES {
                        self.window.consume(at);
                        return Ok(End::TooFar);
                    }
                    return Ok(End::At(at));
                }
                scan.step(byte);
                at += 1;
            }
            if at > RECORD_MAX_BYTES {
                is_too_long = true;
                self.window.consume(at);
                at = 0;
            }
            if !self.window.more()? {
                return Ok(End::Never);
            }
        }
    }
}

enum End {
    /// After so many bytes.
    At(usize),
    /// Beyond the limit; it has been passed over.
    TooFar,
    /// The file ends first.
    Never,
}

/// How deep in brackets, and whether in a string.
#[derive(Default)]
struct Scan {
    depth: u64,
    is_in_string: bool,
    is_escaped: bool,
}

impl Scan {
    /// Whether a byte stands behind the element.
    fn ends_element(&self, byte: u8) -> bool {
        self.depth == 0 && !self.is_in_string && matches!(byte, b',' | b']')
    }

    fn step(&mut self, byte: u8) {
        if self.is_in_string {
            if self.is_escaped {
                self.is_escaped = false;
            } else if byte == b'\\' {
                self.is_escaped = true;
            } else if byte == b'"' {
                self.is_in_string = false;
            }
            return;
        }
        match byte {
            b'"' => self.is_in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

impl<R: Read + Send> Values for Elements<R> {
    fn next(&mut self) -> Option<Value> {
        match self.next_element() {
            Ok(next) => next,
            Err(error) => {
                self.state = State::Over;
                Some(Err(RecordError::io(self.place(), &error)))
            }
        }
    }
}
