//! How a file's bytes stand for characters.

use std::{
    fmt,
    io::{self, Read},
    str::FromStr,
};

use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE};

use self::dos::DosPage;
pub(crate) use self::stray::StrayRows;
use crate::unpack::invalid;

mod choose;
mod dos;
mod fit;
mod stray;

/// A character encoding by its name in the WHATWG's standard: "UTF-8", "UTF-16LE", "windows-1252" and 37 others; or a code page
/// of DOS: "IBM850", "IBM437", "IBM852".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(Kind);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Standard(&'static encoding_rs::Encoding),
    Dos(&'static DosPage),
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Kind {}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Standard(encoding) => encoding.name(),
            Self::Dos(page) => page.name,
        }
    }
}

/// A name that stands for no encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no encoding that is known here; try utf-8, utf-16le, windows-1252 or windows-1251")]
pub struct UnknownEncoding(String);

impl Encoding {
    /// UTF-8, with or without a byte order mark.
    pub const UTF_8: Self = Self::standard(UTF_8);
    /// What Windows wrote in western Europe and America before Unicode; also reads ISO 8859-1.
    pub const WINDOWS_1252: Self = Self::standard(encoding_rs::WINDOWS_1252);

    /// Those to offer; `FromStr` knows the others.
    pub const COMMON: [Self; 9] = [
        Self::standard(UTF_8),
        Self::standard(UTF_16LE),
        Self::standard(UTF_16BE),
        Self::standard(encoding_rs::WINDOWS_1252),
        Self::standard(encoding_rs::WINDOWS_1250),
        Self::standard(encoding_rs::WINDOWS_1251),
        Self::standard(encoding_rs::SHIFT_JIS),
        Self::standard(encoding_rs::GB18030),
        Self::standard(encoding_rs::EUC_KR),
    ];

    const fn standard(encoding: &'static encoding_rs::Encoding) -> Self {
        Self(Kind::Standard(encoding))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether characters are two or four bytes.
    pub(crate) fn is_utf16(self) -> bool {
        self == Self::standard(UTF_16LE) || self == Self::standard(UTF_16BE)
    }

    /// Guesses from the first bytes of a file, and from whole lines of its middle and end: byte order mark, zeros, what XML
    /// declares, validity as UTF-8, frequencies.
    pub(crate) fn detect(head: &[u8], lines: &[u8]) -> Self {
        if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(head) {
            return Self::standard(encoding);
        }
        if let Some(encoding) = utf16_by_zeros(head).or_else(|| declared_by_xml(head)) {
            return Self::standard(encoding);
        }
        if choose::reads_as_utf8(head, lines) { Self::UTF_8 } else { choose::choose(head, lines) }
    }

    /// What is odd about a text that was read in this encoding: that it was encoded twice.
    pub(crate) fn oddness(self, text: &str) -> Option<String> {
        if self != Self::UTF_8 {
            return None;
        }
        choose::twice_encoded(text).map(|(found, meant)| {
            format!(
                "it was encoded twice in places (\"{found}\" stands where \"{meant}\" was meant): a program took UTF-8 for \
                 windows-1252 before; it is read as it stands, so export it again if you can"
            )
        })
    }

    /// Length of the byte order mark that `head` starts with, if it is one of this encoding.
    pub(crate) fn mark_length(self, head: &[u8]) -> usize {
        match encoding_rs::Encoding::for_bom(head) {
            Some((encoding, length)) if Self::standard(encoding) == self => length,
            _ => 0,
        }
    }

    /// The first bytes of a file as text, for guessing.
    pub(crate) fn decode_head(self, head: &[u8]) -> String {
        let text = match self.0 {
            Kind::Standard(encoding) => encoding.decode_without_bom_handling(head).0.into_owned(),
            Kind::Dos(page) => return page.decode(head),
        };
        // A character that the head cuts in two is not the file's mistake.
        text.trim_end_matches('\u{fffd}').to_owned()
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(label: &str) -> Result<Self, UnknownEncoding> {
        let label = match label.trim().to_ascii_lowercase().as_str() {
            "utf16le" => "utf-16le".to_owned(),
            "utf16be" => "utf-16be".to_owned(),
            other => other.to_owned(),
        };
        let of_dos =
            |page: &&DosPage| page.name.eq_ignore_ascii_case(&label) || page.labels.contains(&label.as_str());
        if let Some(page) = dos::PAGES.iter().find(of_dos) {
            return Ok(Self(Kind::Dos(page)));
        }
        let known = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes());
        known.map(Self::standard).ok_or(UnknownEncoding(label))
    }
}

/// UTF-16 without a mark: every second byte of western text is zero.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let pairs = head[..head.len().min(4096)].chunks_exact(2);
    let count = pairs.len();
    let (mut first, mut second) = (0, 0);
    for pair in pairs {
        first += usize::from(pair[0] == 0);
        second += usize::from(pair[1] == 0);
    }
    if count < 2 {
        None
    } else if second * 10 >= count * 4 && first * 20 <= count {
        Some(UTF_16LE)
    } else if first * 10 >= count * 4 && second * 20 <= count {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// `<?xml version="1.0" encoding="…"?>`
fn declared_by_xml(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = head.trim_ascii_start();
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let declaration = &head[..head.iter().position(|&byte| byte == b'>')?];
    let declaration = std::str::from_utf8(declaration).ok()?;
    let rest = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let label = rest[1..].split(quote).next()?;
    // What declares itself UTF-16 in single bytes is not.
    encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())
        .filter(|encoding| encoding.is_ascii_compatible())
}

/// Turns what is read through it into UTF-8. UTF-8 is passed on as it is, unless it is asked to be mended.
pub(crate) struct Decoded<R> {
    read: R,
    decoder: Option<Decoder>,
    /// Of a code page of DOS; then there is no decoder.
    page: Option<&'static DosPage>,
    raw: Vec<u8>,
    raw_start: usize,
    raw_end: usize,
    is_over: bool,
    is_done: bool,
}

/// How much is decoded at once, in bytes.
const STEP: usize = 16 * 1024;

impl<R: Read> Decoded<R> {
    /// Passes UTF-8 on unchecked; the caller checks.
    pub(crate) fn new(read: R, encoding: Encoding) -> Self {
        let is_plain = encoding == Encoding::UTF_8;
        let mut decoded = Self::mended(read, encoding);
        if is_plain {
            decoded.decoder = None;
        }
        decoded
    }

    /// Puts U+FFFD for what is wrong also in UTF-8.
    pub(crate) fn mended(read: R, encoding: Encoding) -> Self {
        let (decoder, page) = match encoding.0 {
            Kind::Standard(encoding) => (Some(encoding.new_decoder_without_bom_handling()), None),
            Kind::Dos(page) => (None, Some(page)),
        };
        Self {
            read,
            decoder,
            page,
            raw: vec![0; STEP],
            raw_start: 0,
            raw_end: 0,
            is_over: false,
            is_done: false,
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(page) = self.page {
            // No character of these pages has more than three bytes in UTF-8.
            let most = (buffer.len() / 3).min(STEP);
            let count = self.read.read(&mut self.raw[..most])?;
            let text = page.decode(&self.raw[..count]);
            buffer[..text.len()].copy_from_slice(text.as_bytes());
            return Ok(text.len());
        }
        let Some(decoder) = &mut self.decoder else { return self.read.read(buffer) };
        if buffer.len() < 16 {
            return Err(invalid(format!("text cannot be decoded into {} bytes", buffer.len())));
        }
        // A decoder must not be asked again after its last bytes.
        while !self.is_done {
            if self.raw_start == self.raw_end && !self.is_over {
                self.raw_start = 0;
                self.raw_end = 0;
                self.raw_end = self.read.read(&mut self.raw)?;
                self.is_over = self.raw_end == 0;
            }
            let raw = &self.raw[self.raw_start..self.raw_end];
            let (result, read, written, _) = decoder.decode_to_utf8(raw, buffer, self.is_over);
            self.raw_start += read;
            self.is_done = self.is_over && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, is_little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn encodings_are_detected() {
        let name = |bytes: &[u8]| Encoding::detect(bytes, &[]).name();
        assert_eq!(name(b"plain"), "UTF-8");
        assert_eq!(name("naïve".as_bytes()), "UTF-8");
        assert_eq!(name(b"\xef\xbb\xbfx"), "UTF-8");
        assert_eq!(name(b"\xff\xfea\0"), "UTF-16LE");
        assert_eq!(name(&utf16("hello there", true)), "UTF-16LE");
        assert_eq!(name(&utf16("hello there", false)), "UTF-16BE");
        assert_eq!(name(b"Caf\xe9 cr\xe8me br\xfbl\xe9e, d\xe9j\xe0 vu \x80 5"), "windows-1252");
        let (cyrillic, ..) = encoding_rs::WINDOWS_1251.encode("Здравствуйте, купите наши часы по скидке");
        assert_eq!(name(&cyrillic), "windows-1251");
        assert_eq!(name(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>"), "windows-1252");
        // One broken byte among many good ones is a mistake, not an encoding.
        assert_eq!(
            name("äöüäöü \u{20ac}".as_bytes().iter().copied().chain([0xff]).collect::<Vec<_>>().as_slice()),
            "UTF-8"
        );
    }

    #[test]
    fn bytes_become_utf8_whatever_the_buffer() {
        let text = "a\u{e9}\u{20ac}\u{1f600}\n".repeat(5000);
        for is_little in [true, false] {
            let encoding = if is_little { "utf-16le" } else { "utf-16be" }.parse().unwrap();
            let bytes = utf16(&text, is_little);
            let mut decoded = Decoded::new(bytes.as_slice(), encoding);
            let mut out = Vec::new();
            let mut buffer = [0; 17];
            loop {
                let count = decoded.read(&mut buffer).unwrap();
                if count == 0 {
                    break;
                }
                out.extend_from_slice(&buffer[..count]);
            }
            assert!(out == text.as_bytes());
        }
    }
}
