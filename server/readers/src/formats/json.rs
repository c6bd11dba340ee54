//! JSON that is more than a value a line: values one after the other, arrays, and lists within objects, read element by
//! element.
//!
//! serde_json's stream of values wants them one after the other, without brackets and commas, and keeps what it reads as long
//! as a value lasts. So the ends of elements are found here, by strings and brackets alone, and each is read by serde_json.

use std::io::{self, Read};

use super::{
    ndjson::{Value, Values},
    path::{Path, Step},
};
use crate::{Place, RecordError, error::TOO_LONG, limits::RECORD_MAX_BYTES, window::Window};

/// The values at a path, one after the other.
pub(super) struct Walker<R> {
    window: Window<R>,
    path: Path,
    /// The arrays and objects around what is held, from the outermost on: whether it is an array, and how many steps of the
    /// path lead into it.
    around: Vec<(bool, usize)>,
    is_over: bool,
    /// Whether there was an array around everything.
    has_arrays: bool,
    count: u64,
}

/// Longest name of a member, in bytes.
const NAME_MAX_BYTES: usize = 64 * 1024;

/// What comes next.
enum Next {
    /// A value that so many steps of the path lead to.
    Value(usize),
    /// A value that no path leads to.
    Other,
    /// An array or object ended.
    Ended,
    Over,
}

impl<R: Read> Walker<R> {
    pub(super) fn new(read: R, path: Path) -> Self {
        Self {
            window: Window::new(read),
            path,
            around: Vec::new(),
            is_over: false,
            has_arrays: false,
            count: 0,
        }
    }

    fn place(&self) -> Place {
        Place::entry(self.count.max(1), self.window.line())
    }

    fn next_element(&mut self) -> io::Result<Option<Value>> {
        while !self.is_over {
            match self.next_value()? {
                Next::Over if self.around.is_empty() => self.is_over = true,
                Next::Over => return Ok(Some(self.cut())),
                Next::Ended => {}
                Next::Other => {
                    if matches!(self.element(true)?, End::Never) {
                        return Ok(Some(self.cut()));
                    }
                }
                Next::Value(steps) => {
                    if let Some(value) = self.value(steps)? {
                        return Ok(Some(value));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The value that begins with what is held: a record, something to go into, or nothing of interest.
    fn value(&mut self, steps: usize) -> io::Result<Option<Value>> {
        let first = self.window.held().first().copied();
        let step = self.path.0.get(steps);
        // Records may stand beside arrays of records.
        let is_beside = steps == 0 && self.path.0 == [Step::Each] && first == Some(b'{') && self.has_arrays;
        let is_record = step.is_none() || is_beside;
        match (first, step) {
            (Some(b'[' | b'{'), Some(step)) if !is_record && (first == Some(b'{') || *step == Step::Each) => {
                self.window.consume(1);
                self.has_arrays |= steps == 0 && first == Some(b'[');
                self.around.push((first == Some(b'['), steps));
                return Ok(None);
            }
            _ if !is_record => {
                return Ok(matches!(self.element(true)?, End::Never).then(|| self.cut()));
            }
            _ => {}
        }
        self.count += 1;
        let place = self.place();
        Ok(Some(match self.element(false)? {
            End::At(length) => {
                let found = self.window.held()[..length].trim_ascii().to_vec();
                self.window.consume(length);
                Ok((place, found))
            }
            End::TooFar => Err(RecordError::new(place, TOO_LONG)),
            End::Never => self.cut(),
        }))
    }

    /// Goes to the next value.
    fn next_value(&mut self) -> io::Result<Next> {
        self.window.skip_json_blanks()?;
        let Some(&byte) = self.window.held().first() else { return Ok(Next::Over) };
        let Some(&(is_array, steps)) = self.around.last() else {
            return Ok(match byte {
                // Brackets that nothing opened are passed over.
                b']' | b'}' | 0x1e => {
                    self.window.consume(1);
                    Next::Ended
                }
                _ => Next::Value(0),
            });
        };
        if byte == b']' || byte == b'}' {
            self.window.consume(1);
            self.around.pop();
            return Ok(Next::Ended);
        }
        if is_array {
            return Ok(Next::Value(steps + 1));
        }
        let Some(name) = member_name(&mut self.window)? else { return Ok(Next::Over) };
        let is_on_path = match &self.path.0[steps] {
            Step::Each => true,
            Step::Name(wanted) => *wanted == name,
        };
        self.window.skip_json_blanks()?;
        Ok(match self.window.held().first() {
            None => Next::Over,
            Some(_) if is_on_path => Next::Value(steps + 1),
            Some(_) => Next::Other,
        })
    }

    /// The file ended before an array or object did.
    fn cut(&mut self) -> Value {
        self.is_over = true;
        let problem = "the file ends within the array; was it copied as a whole? What came before was read";
        Err(RecordError::fatal(self.place(), problem))
    }

    /// Finds the end of the element that begins with what is held. What is too long, or only to be passed over, is let go.
    fn element(&mut self, is_passed_over: bool) -> io::Result<End> {
        let (mut at, mut is_too_long) = (0, false);
        let mut scan = Scan::new(self.around.is_empty());
        loop {
            let held = self.window.held();
            let mut is_found = false;
            while let Some(&byte) = held.get(at) {
                is_found = scan.is_behind_value(byte);
                if is_found {
                    break;
                }
                scan.step(byte);
                at += 1;
            }
            if !is_found && (is_passed_over || at > RECORD_MAX_BYTES) {
                is_too_long = true;
                self.window.consume(at);
                at = 0;
            }
            if !is_found && self.window.more()? {
                continue;
            }
            let is_whole = is_found || (scan.is_top && scan.is_complete());
            return Ok(match is_whole {
                false => End::Never,
                true if is_too_long || is_passed_over || at > RECORD_MAX_BYTES => {
                    self.window.consume(at);
                    End::TooFar
                }
                true => End::At(at),
            });
        }
    }
}

/// The name of the member that begins with what is held, and lets go of it and the colon behind it. `None` where there is none.
pub(super) fn member_name<R: Read>(window: &mut Window<R>) -> io::Result<Option<String>> {
    let (mut at, mut scan) = (0, Scan::default());
    loop {
        match window.held().get(at).copied() {
            Some(b':') if !scan.is_in_string() => break,
            Some(byte) if at < NAME_MAX_BYTES => {
                scan.step(byte);
                at += 1;
            }
            Some(_) => return Err(crate::unpack::invalid("the name of a member is longer than 64 KiB")),
            None => {
                if !window.more()? {
                    return Ok(None);
                }
            }
        }
    }
    let text = String::from_utf8_lossy(&window.held()[..at]).trim().to_owned();
    window.consume(at + 1);
    Ok(Some(serde_json::from_str(&text).unwrap_or_else(|_| text.trim_matches(['"', '\'']).to_owned())))
}

enum End {
    /// After so many bytes.
    At(usize),
    /// Beyond the limit; it has been passed over.
    TooFar,
    /// The file ends first.
    Never,
}

/// How deep in brackets, and whether in a string or comment.
#[derive(Default)]
pub(super) struct Scan {
    depth: u64,
    /// The quote that ends the string.
    string: Option<u8>,
    is_escaped: bool,
    /// Whether a value has begun, and whether it was an array, object or string that is over.
    has_begun: bool,
    is_closed: bool,
    /// Whether nothing is around it, so that a blank ends a number.
    is_top: bool,
}

impl Scan {
    /// Of a value; nothing is around it when `is_top`.
    pub(super) fn new(is_top: bool) -> Self {
        Self { is_top, ..Self::default() }
    }

    /// Whether a byte stands behind the value: a comma or bracket that is none of it, or, of values that follow each other
    /// without commas, whatever comes behind the first.
    pub(super) fn is_behind_value(&self, byte: u8) -> bool {
        if self.depth > 0 || self.string.is_some() {
            return false;
        }
        self.is_closed
            || matches!(byte, b',' | b']' | b'}')
            || (self.is_top && self.has_begun && byte.is_ascii_whitespace())
    }

    fn is_in_string(&self) -> bool {
        self.string.is_some()
    }

    /// Whether the value could end here.
    pub(super) fn is_complete(&self) -> bool {
        self.depth == 0 && self.string.is_none() && self.has_begun
    }

    pub(super) fn step(&mut self, byte: u8) {
        if let Some(quote) = self.string {
            if self.is_escaped {
                self.is_escaped = false;
            } else if byte == b'\\' {
                self.is_escaped = true;
            } else if byte == quote {
                self.string = None;
                self.is_closed = self.depth == 0;
            }
            return;
        }
        match byte {
            b'"' | b'\'' => self.string = Some(byte),
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_closed = self.depth == 0;
            }
            _ => {}
        }
        self.has_begun |= !byte.is_ascii_whitespace();
    }
}

impl<R: Read + Send> Values for Walker<R> {
    fn next(&mut self) -> Option<Value> {
        match self.next_element() {
            Ok(next) => next,
            Err(error) => {
                self.is_over = true;
                Some(Err(RecordError::io(self.place(), &error)))
            }
        }
    }
}
