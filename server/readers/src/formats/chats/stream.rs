//! The elements of the lists in a JSON file that hold messages, one by one, wherever they stand.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
};

use crate::{Place, RecordError, error::TOO_LONG, limits::RECORD_MAX_BYTES, window::Window};

/// Deepest nesting that is followed.
const DEPTH_MAX: usize = 60;

/// Most texts around the messages that are remembered, and most bytes of each.
const AROUND_MAX: usize = 200;
const TEXT_MAX: usize = 300;

/// Longest name or text that is looked at.
const STRING_MAX: usize = 4_096;

/// An element of a list of messages.
pub(super) struct Element {
    pub(super) place: Place,
    pub(super) bytes: Vec<u8>,
    /// Texts of the objects around it, by their path: `name`, `channel.name`, `chats.list.name`.
    pub(super) around: BTreeMap<String, String>,
}

/// An object or list that is open.
struct Frame {
    is_list: bool,
    /// Name of the member that is read, in an object.
    name: String,
    expects_name: bool,
}

pub(super) struct Elements<R> {
    window: Window<R>,
    stack: Vec<Frame>,
    around: BTreeMap<String, String>,
    /// Objects in lists that hold no messages, by path.
    passed: BTreeMap<String, u64>,
    /// Paths of lists in whose objects there are messages.
    holders: BTreeSet<String>,
    count: u64,
    has_begun: bool,
    is_over: bool,
}

impl<R: Read> Elements<R> {
    pub(super) fn new(read: R) -> Self {
        Self {
            window: Window::new(read),
            stack: Vec::new(),
            around: BTreeMap::new(),
            passed: BTreeMap::new(),
            holders: BTreeSet::new(),
            count: 0,
            has_begun: false,
            is_over: false,
        }
    }

    /// The first 64 KiB, as far as they are UTF-8.
    pub(super) fn head(&mut self) -> io::Result<String> {
        while self.window.held().len() < 64 * 1024 && self.window.more()? {}
        let held = self.window.held();
        Ok(String::from_utf8_lossy(&held[..held.len().min(64 * 1024)]).into_owned())
    }

    pub(super) fn into_window(self) -> Window<R> {
        self.window
    }

    /// Objects that were passed over, by the path of their list.
    pub(super) fn passed(&self) -> impl Iterator<Item = (&str, u64)> {
        self.passed.iter().map(|(path, count)| (path.as_str(), *count))
    }

    /// The next element of a list of which `is_wanted` says yes.
    pub(super) fn next(
        &mut self,
        is_wanted: impl Fn(&[&str]) -> bool,
    ) -> Option<Result<Element, RecordError>> {
        if self.is_over {
            return None;
        }
        match self.advance(&is_wanted) {
            Ok(Some(Ok(element))) => Some(Ok(element)),
            Ok(Some(Err(error))) => {
                self.is_over = error.is_fatal;
                Some(Err(error))
            }
            Ok(None) => {
                self.is_over = true;
                None
            }
            Err(error) => {
                self.is_over = true;
                Some(Err(RecordError::io(self.place(), &error)))
            }
        }
    }

    fn place(&self) -> Place {
        Place::entry(self.count.max(1), self.window.line())
    }

    fn fatal(&self, words: &str) -> io::Result<Option<Result<Element, RecordError>>> {
        Ok(Some(Err(RecordError::fatal(self.place(), words))))
    }

    fn path(&self) -> Vec<&str> {
        let names = self.stack.iter().filter(|frame| !frame.is_list).map(|frame| frame.name.as_str());
        names.filter(|name| !name.is_empty()).collect()
    }

    fn advance(
        &mut self,
        is_wanted: &impl Fn(&[&str]) -> bool,
    ) -> io::Result<Option<Result<Element, RecordError>>> {
        loop {
            self.skip_blanks()?;
            let Some(&byte) = self.window.held().first() else {
                if self.stack.is_empty() {
                    return Ok(None);
                }
                return self.fatal(
                    "the file ends in the middle; was it copied as a whole? What came before was read",
                );
            };
            if self.stack.is_empty() && self.has_begun && !matches!(byte, b'{' | b'[') {
                return self.fatal("something else follows the end of the JSON");
            }
            match byte {
                b'{' if self.is_in_list(is_wanted) => {
                    self.count += 1;
                    let place = self.place();
                    self.note_holders();
                    return Ok(Some(self.element(place)?));
                }
                b'{' | b'[' => {
                    if byte == b'{' && self.stack.last().is_some_and(|frame| frame.is_list) {
                        let path = self.path().join(".");
                        let is_new = !path.is_empty() && !self.holders.contains(&path);
                        if is_new && (self.passed.len() < 30 || self.passed.contains_key(&path)) {
                            *self.passed.entry(path).or_default() += 1;
                        }
                    }
                    if self.stack.len() >= DEPTH_MAX {
                        return self.fatal("lists and objects are nested more than 60 deep, as in no export");
                    }
                    self.has_begun = true;
                    self.stack.push(Frame {
                        is_list: byte == b'[',
                        name: String::new(),
                        expects_name: byte == b'{',
                    });
                    self.window.consume(1);
                }
                b'}' | b']' => {
                    self.stack.pop();
                    self.forget();
                    self.window.consume(1);
                }
                b',' => {
                    if let Some(frame) = self.stack.last_mut() {
                        frame.expects_name = !frame.is_list;
                    }
                    self.window.consume(1);
                }
                b':' => self.window.consume(1),
                b'"' => {
                    let text = self.string()?;
                    match self.stack.last_mut() {
                        Some(frame) if frame.expects_name => {
                            frame.name = text;
                            frame.expects_name = false;
                        }
                        Some(frame) if !frame.is_list => self.remember(text),
                        _ => {}
                    }
                }
                _ => self.word()?,
            }
        }
    }

    fn skip_blanks(&mut self) -> io::Result<()> {
        loop {
            let held = self.window.held();
            let blanks = held.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let is_done = blanks < held.len();
            self.window.consume(blanks);
            if is_done || !self.window.more()? {
                return Ok(());
            }
        }
    }

    fn is_in_list(&self, is_wanted: &impl Fn(&[&str]) -> bool) -> bool {
        self.stack.last().is_some_and(|frame| frame.is_list) && is_wanted(&self.path())
    }

    /// The lists around the messages are no lists of something else.
    fn note_holders(&mut self) {
        let path = self.path().join(".");
        for (at, _) in path.match_indices('.') {
            if !self.holders.contains(&path[..at]) {
                self.passed.remove(&path[..at]);
                self.holders.insert(path[..at].to_owned());
            }
        }
    }

    /// What was said of an element of a list says nothing of the next.
    fn forget(&mut self) {
        let path = self.path().join(".") + ".";
        if path.len() > 1 && self.stack.last().is_some_and(|frame| frame.is_list) {
            self.around.retain(|known, _| !known.starts_with(&path));
        }
    }

    fn remember(&mut self, text: String) {
        let path = self.path().join(".");
        if text.len() <= TEXT_MAX && (self.around.len() < AROUND_MAX || self.around.contains_key(&path)) {
            self.around.insert(path, text);
        }
    }

    /// Takes a string; of one that is too long only its end is looked for.
    fn string(&mut self) -> io::Result<String> {
        let mut raw = Vec::new();
        self.window.consume(1);
        let mut is_escaped = false;
        loop {
            let held = self.window.held();
            let end = held.iter().position(|&byte| {
                let ends = byte == b'"' && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                ends
            });
            let part = &held[..end.unwrap_or(held.len())];
            if raw.len() <= STRING_MAX {
                raw.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.window.consume(taken);
            if end.is_some() || !self.window.more()? {
                break;
            }
        }
        if raw.len() > STRING_MAX {
            return Ok(String::new());
        }
        let quoted = [b"\"", raw.as_slice(), b"\""].concat();
        Ok(serde_json::from_slice(&quoted).unwrap_or_default())
    }

    /// Takes a number, true, false, null, or whatever stands there.
    fn word(&mut self) -> io::Result<()> {
        loop {
            let held = self.window.held();
            let ends = |byte: &u8| {
                byte.is_ascii_whitespace() || matches!(byte, b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"')
            };
            let length = held.iter().position(ends);
            let taken = length.unwrap_or(held.len());
            self.window.consume(taken);
            if length.is_some() || !self.window.more()? {
                return Ok(());
            }
        }
    }

    /// Takes the object that is held.
    fn element(&mut self, place: Place) -> io::Result<Result<Element, RecordError>> {
        let (mut depth, mut at) = (0_usize, 0);
        let (mut is_text, mut is_escaped, mut is_too_long) = (false, false, false);
        loop {
            while let Some(&byte) = self.window.held().get(at) {
                at += 1;
                if is_text {
                    is_text = byte != b'"' || is_escaped;
                    is_escaped = byte == b'\\' && !is_escaped;
                    continue;
                }
                match byte {
                    b'"' => is_text = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 {
                    let bytes = self.window.held()[..at].to_vec();
                    self.window.consume(at);
                    if is_too_long || at > RECORD_MAX_BYTES {
                        return Ok(Err(RecordError::new(place, TOO_LONG)));
                    }
                    return Ok(Ok(Element { place, bytes, around: self.around.clone() }));
                }
            }
            if at > RECORD_MAX_BYTES {
                is_too_long = true;
                self.window.consume(at);
                at = 0;
            }
            if !self.window.more()? {
                let words =
                    "the file ends within this message; was it copied as a whole? What came before was read";
                return Ok(Err(RecordError::fatal(place, words)));
            }
        }
    }
}
