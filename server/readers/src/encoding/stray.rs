//! Rows of a file in UTF-8 that are no UTF-8.

use super::{Encoding, choose::choose, fit::fit};
use crate::formats::rows::Fields;

/// Rows in another encoding, as when files were joined: all of them together tell which it is. And rows with a character that
/// was cut or damaged, in whose place U+FFFD is put.
pub(crate) struct StrayRows {
    sample: Vec<u8>,
    encoding: Encoding,
    is_damaged: bool,
}

/// Bytes of such rows that are weighed.
const SAMPLE_BYTES: usize = 8 * 1024;

/// How much sense a row must make in another encoding.
const SENSE: f64 = 0.5;

impl Default for StrayRows {
    fn default() -> Self {
        Self { sample: Vec::new(), encoding: Encoding::WINDOWS_1252, is_damaged: false }
    }
}

impl StrayRows {
    /// The row's text and where its fields end; `None` when it makes no sense in any way.
    pub(crate) fn decode(&mut self, fields: &Fields) -> Option<(String, Vec<usize>)> {
        self.is_damaged = false;
        if !has_utf8(&fields.text)
            && !is_cut(&fields.text)
            && let Some(read) = self.in_another(fields)
        {
            return Some(read);
        }
        self.is_damaged = true;
        (damages(&fields.text) == 1)
            .then(|| joined(fields, |field| String::from_utf8_lossy(field).into_owned()))
    }

    fn in_another(&mut self, fields: &Fields) -> Option<(String, Vec<usize>)> {
        let before = self.sample.len();
        // Once enough of them were seen, they are what they are.
        let encoding = if before < SAMPLE_BYTES {
            self.sample.extend_from_slice(&fields.text[..fields.text.len().min(SAMPLE_BYTES - before)]);
            choose(&self.sample, &[])
        } else {
            self.encoding
        };
        let read = joined(fields, |field| encoding.decode_head(field));
        // One damaged character is none of another encoding.
        if read.0.contains('\u{fffd}') || fit(&read.0) < SENSE {
            self.sample.truncate(before);
            return None;
        }
        self.encoding = encoding;
        Some(read)
    }

    /// A text that is all of a row.
    pub(crate) fn decode_text(&mut self, text: &[u8]) -> Option<String> {
        let fields = Fields { text: text.to_vec(), ends: vec![text.len()] };
        self.decode(&fields).map(|(text, _)| text)
    }

    /// What the last row is, and why it is read so.
    pub(crate) fn words(&self) -> (String, &'static str) {
        if self.is_damaged {
            let why = "It was cut or damaged; U+FFFD stands in its place";
            return ("rows with a character that is no UTF-8".to_owned(), why);
        }
        let kind = format!("rows in {} among those in UTF-8", self.encoding.name());
        (
            kind,
            "They are no UTF-8, but make sense so; files were joined, or a field was copied from elsewhere",
        )
    }
}

fn joined(fields: &Fields, decode: impl Fn(&[u8]) -> String) -> (String, Vec<usize>) {
    let (mut text, mut ends) = (String::with_capacity(fields.text.len() * 2), Vec::new());
    for field in fields.iter() {
        text.push_str(&decode(field));
        ends.push(text.len());
    }
    (text, ends)
}

/// Whether there are characters of several bytes in UTF-8.
fn has_utf8(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

/// Whether a character of four bytes lost some of them; in single bytes these would make no word.
fn is_cut(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| chunk.invalid().len() > 1 && chunk.invalid()[0] >= 0xf0)
}

/// Places that are no UTF-8.
fn damages(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count()
}
