//! A stretch of a file that is held while a record is looked for in it.

use std::io::{self, Read};

use memchr::{memchr2, memchr2_iter};

/// How much is read at once, in bytes.
const STEP: usize = 64 * 1024;

/// Reads ahead and keeps what has not been consumed, so that a record can be looked at as a whole. It grows as far as the
/// caller asks for [`Window::more`], who therefore bounds it.
pub(crate) struct Window<R> {
    read: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_over: bool,
    line: u64,
    /// Whether the byte consumed last was a carriage return, so that a line feed after it ends no further line.
    after_return: bool,
}

/// A line that was looked for.
pub(crate) enum Line {
    /// It is the first `length` bytes of what is held; `whole` with its end.
    Held {
        /// Bytes of the line without its end.
        length: usize,
        /// Bytes with its end.
        whole: usize,
    },
    /// It was longer than allowed; nothing of it is held any more, reading goes on behind it.
    TooLong,
    /// There are no more lines.
    Over,
}

impl<R: Read> Window<R> {
    pub(crate) fn new(read: R) -> Self {
        Self { read, buffer: Vec::new(), start: 0, end: 0, is_over: false, line: 1, after_return: false }
    }

    /// What is held and not consumed.
    pub(crate) fn held(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Number of the line that the first held byte is in, from 1. Lines end with `\n`, `\r\n` or `\r`.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Reads further bytes behind those that are held. False when there are no more.
    pub(crate) fn more(&mut self) -> io::Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        if self.start > 0 && self.buffer.len() - self.end < STEP {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < STEP {
            let length = (self.buffer.len() * 2).max(2 * STEP);
            self.buffer.resize(length, 0);
        }
        loop {
            match self.read.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.is_over = true;
                    return Ok(false);
                }
                Ok(count) => {
                    self.end += count;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Lets go of the first bytes held, and counts the lines that they end.
    pub(crate) fn consume(&mut self, count: usize) {
        let gone = &self.buffer[self.start..self.start + count];
        let mut ended = 0;
        for index in memchr2_iter(b'\n', b'\r', gone) {
            let before = if index == 0 { self.after_return } else { gone[index - 1] == b'\r' };
            ended += u64::from(gone[index] == b'\r' || !before);
        }
        if let Some(&last) = gone.last() {
            self.after_return = last == b'\r';
        }
        self.line += ended;
        self.start += count;
    }

    /// Lets go of line ends.
    pub(crate) fn skip_line_ends(&mut self) -> io::Result<()> {
        self.skip(|byte| matches!(byte, b'\n' | b'\r'))
    }

    /// Lets go of what stands between the values of a JSON: blanks, line ends, commas, byte order marks, comments.
    pub(crate) fn skip_json_blanks(&mut self) -> io::Result<()> {
        loop {
            self.skip(|byte| byte.is_ascii_whitespace() || byte == b',')?;
            while self.held().len() < 3 && self.more()? {}
            if self.held().starts_with(b"\xef\xbb\xbf") {
                self.consume(3);
            } else if self.held().starts_with(b"//") {
                self.skip_line()?;
            } else if self.held().starts_with(b"/*") {
                self.skip_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Lets go of everything up to and with `*/`.
    fn skip_comment(&mut self) -> io::Result<()> {
        loop {
            let held = self.held();
            let end = memchr::memmem::find(held, b"*/");
            let count = end.map_or(held.len().saturating_sub(1), |at| at + 2);
            self.consume(count);
            if end.is_some() || !self.more()? {
                return Ok(());
            }
        }
    }

    fn skip(&mut self, is_skipped: fn(u8) -> bool) -> io::Result<()> {
        loop {
            let held = self.held();
            let count = held.iter().position(|&byte| !is_skipped(byte)).unwrap_or(held.len());
            let is_done = count < held.len();
            self.consume(count);
            if is_done || !self.more()? {
                return Ok(());
            }
        }
    }

    /// Looks for the end of the line that begins with what is held.
    pub(crate) fn next_line(&mut self, longest: usize) -> io::Result<Line> {
        let mut looked_at = 0;
        loop {
            if let Some(at) = memchr2(b'\n', b'\r', &self.held()[looked_at..]) {
                let length = looked_at + at;
                if self.held()[length] == b'\n' {
                    return Ok(self.line_of(length, length + 1, longest));
                }
                if self.held().len() == length + 1 {
                    self.more()?;
                }
                let pair = self.held().get(length + 1) == Some(&b'\n');
                return Ok(self.line_of(length, length + 1 + usize::from(pair), longest));
            }
            looked_at = self.held().len();
            if looked_at > longest {
                self.skip_line()?;
                return Ok(Line::TooLong);
            }
            if !self.more()? {
                return Ok(match looked_at {
                    0 => Line::Over,
                    length => Line::Held { length, whole: length },
                });
            }
        }
    }

    fn line_of(&mut self, length: usize, whole: usize, longest: usize) -> Line {
        if length > longest {
            self.consume(whole);
            return Line::TooLong;
        }
        Line::Held { length, whole }
    }

    /// Lets go of everything up to and with the next line end, however far that is.
    pub(crate) fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let held = self.held();
            let end = memchr2(b'\n', b'\r', held);
            let count = end.map_or(held.len(), |at| at + 1);
            self.consume(count);
            if end.is_some() {
                return self.finish_pair();
            }
            if !self.more()? {
                return Ok(());
            }
        }
    }

    /// Lets go of the line feed of a `\r\n` of which the carriage return is gone.
    fn finish_pair(&mut self) -> io::Result<()> {
        if self.after_return {
            if self.held().is_empty() {
                self.more()?;
            }
            if self.held().first() == Some(&b'\n') {
                self.consume(1);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every boundary is met.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn lines(read: impl Read, longest: usize) -> Vec<(u64, Option<String>)> {
        let mut window = Window::new(read);
        let mut found = Vec::new();
        loop {
            let number = window.line();
            match window.next_line(longest).unwrap() {
                Line::Held { length, whole } => {
                    found.push((number, Some(String::from_utf8_lossy(&window.held()[..length]).into())));
                    window.consume(whole);
                }
                Line::TooLong => found.push((number, None)),
                Line::Over => return found,
            }
        }
    }

    #[test]
    fn lines_end_in_three_ways_and_are_counted_whatever_the_buffer() {
        let text = b"a\nb\r\nc\rd\n\r\ne";
        let expected = [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, ""), (6, "e")]
            .map(|(number, line)| (number, Some(line.to_owned())));
        assert_eq!(lines(&text[..], 9), expected);
        assert_eq!(lines(Drip(text), 9), expected);
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_the_next_one_read() {
        let text = format!("a\n{}\r\nb\n", "x".repeat(300_000));
        let expected = [(1, Some("a".to_owned())), (2, None), (3, Some("b".to_owned()))];
        assert_eq!(lines(text.as_bytes(), 1000), expected);
        assert_eq!(lines(Drip(text.as_bytes()), 1000), expected);
    }
}
