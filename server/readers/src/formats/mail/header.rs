//! The header of a letter or part, made sound before mail-parser takes it apart: one charset, encoded words whole.
//!
//! mail-parser decodes encoded words one by one and takes raw bytes for UTF-8. Letters split characters between words, put
//! KOI8-R into the header without a word about it, and name charsets that are none: so those are decoded here.

use std::fmt::Write;

use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};

use super::{
    charset::{self, Hint},
    transfer,
};

/// Longest header that is looked at, in bytes: 256 KiB.
const HEAD_MAX: usize = 256 * 1024;

/// A header, taken apart.
pub(super) struct Header {
    fields: Option<Message<'static>>,
}

/// Splits a letter or part into its header and what follows it. A line that can be no field ends the header.
pub(super) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let is_folded = at > 0 && matches!(line[0], b' ' | b'\t');
        if line.trim_ascii().is_empty() && !(is_folded && continues(&bytes[at + line.len()..])) {
            return (&bytes[..at], &bytes[at + line.len()..]);
        }
        let is_from = line.starts_with(b"From ") || line.starts_with(b">From ");
        if !is_folded && !is_field(line) && !is_from && !line.trim_ascii().is_empty() {
            return (&bytes[..at], &bytes[at..]);
        }
        at += line.len();
    }
    (bytes, &[])
}

/// Whether a header goes on: a line of nothing but blanks within a folded field is no end.
fn continues(rest: &[u8]) -> bool {
    rest.split(|&byte| byte == b'\n')
        .next()
        .is_some_and(|line| matches!(line, [b' ' | b'\t', ..]) || is_field(line))
}

/// Whether a line is a field of a header: a name without blanks, a colon.
pub(super) fn is_field(line: &[u8]) -> bool {
    let colon = memchr::memchr(b':', line).unwrap_or(0);
    // Old programs put a blank ahead of the colon.
    let name = line[..colon].trim_ascii_end();
    !name.is_empty() && name.len() < 80 && name.iter().all(u8::is_ascii_graphic)
}

impl Header {
    /// Reads a header. `body` helps to find out its charset, where it does not say one.
    pub(super) fn read(head: &[u8], body: &[u8]) -> Self {
        let head = &head[..head.len().min(HEAD_MAX)];
        let mut sound = normal(head, body).into_bytes();
        sound.extend_from_slice(b"\n\n");
        let fields = MessageParser::default().parse_headers(&sound).map(Message::into_owned);
        Self { fields }
    }

    /// Whether there is no field in it.
    pub(super) fn is_empty(&self) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.headers().is_empty())
    }

    /// A field's text, on one line. Empty where there is none.
    pub(super) fn text(&self, name: &str) -> String {
        let raw = self.fields.as_ref().and_then(|fields| fields.header_raw(name)).unwrap_or_default();
        raw.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Type and subtype, in small letters. `None` where nothing is declared.
    pub(super) fn kind(&self) -> Option<(String, String)> {
        let kind = self.part()?.content_type()?;
        let subtype = kind.subtype().unwrap_or_default();
        Some((kind.ctype().trim().to_ascii_lowercase(), subtype.trim().to_ascii_lowercase()))
    }

    /// A parameter of the content's type.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.part()?.content_type()?.attribute(name)
    }

    /// The name of an attached file.
    pub(super) fn file_name(&self) -> Option<&str> {
        self.part()?.attachment_name()
    }

    /// Whether the part is said to be a file, and no text to read on.
    pub(super) fn is_attachment(&self) -> bool {
        self.part()
            .and_then(|part| part.content_disposition())
            .is_some_and(|disposition| disposition.ctype().eq_ignore_ascii_case("attachment"))
    }

    /// How the part's bytes are written.
    pub(super) fn transfer(&self) -> transfer::Transfer {
        transfer::Transfer::of(&self.text("Content-Transfer-Encoding"))
    }

    fn part(&self) -> Option<&mail_parser::MessagePart<'static>> {
        self.fields.as_ref()?.parts.first()
    }

    /// Subject, on one line.
    pub(super) fn subject(&self) -> String {
        let subject = self.fields.as_ref().and_then(Message::subject).unwrap_or_default();
        subject.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Name and address of who wrote it.
    pub(super) fn sender(&self) -> (String, String) {
        let Some(fields) = &self.fields else { return Default::default() };
        let names = [HeaderName::From, HeaderName::Sender, HeaderName::ReplyTo, HeaderName::ReturnPath];
        let all = names.iter().filter_map(|name| fields.header(name.clone()));
        for value in all {
            let (name, address) = match value {
                HeaderValue::Address(address) => first(address),
                HeaderValue::Text(text) => (None, Some(text.to_string())),
                _ => (None, None),
            };
            // "ann@example.com" without brackets, and names that are all there is.
            let (name, address) = match (name, address) {
                (Some(name), None) if name.contains('@') => (None, Some(name)),
                (name, address) if !address.as_ref().is_some_and(|address| address.contains('@')) => {
                    spelled_out(name, address)
                }
                other => other,
            };
            if name.is_some() || address.is_some() {
                return (name.unwrap_or_default(), address.unwrap_or_default());
            }
        }
        Default::default()
    }

    /// When it was written, as RFC 3339; as it stands, where it is no date.
    pub(super) fn date(&self) -> String {
        let date = self.fields.as_ref().and_then(Message::date).filter(|date| date.is_valid());
        date.map_or_else(|| self.text("Date"), mail_parser::DateTime::to_rfc3339)
    }

    /// Its id, without brackets.
    pub(super) fn id(&self) -> String {
        self.fields.as_ref().and_then(Message::message_id).unwrap_or_default().to_owned()
    }
}

fn first(address: &Address<'_>) -> (Option<String>, Option<String>) {
    let first = address.iter().next();
    let text =
        |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    (text(first.and_then(|first| first.name())), text(first.and_then(|first| first.address())))
}

/// An address that is hidden from those who gather them: "ann at example.com (Ann Lee)" in the archives of Mailman,
/// "Ann Lee <ann at example.com>" elsewhere.
fn spelled_out(name: Option<String>, address: Option<String>) -> (Option<String>, Option<String>) {
    if let Some(found) = address.as_deref().and_then(with_at_sign) {
        return (name, Some(found));
    }
    let Some(text) = &name else { return (name, address) };
    let (ahead, behind) = text.split_once('(').unwrap_or((text, ""));
    match with_at_sign(ahead) {
        Some(found) => {
            let behind = behind.trim().trim_end_matches(')').trim();
            (Some(behind.to_owned()).filter(|behind| !behind.is_empty()), Some(found))
        }
        None => (name, address),
    }
}

/// The address of "ann at example.com", where that is all.
fn with_at_sign(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let (local, at, domain) = (words.next()?, words.next()?, words.next()?);
    let is_at = matches!(at.to_ascii_lowercase().as_str(), "at" | "(at)" | "[at]" | "_at_");
    let is_domain = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    (is_at && is_domain && words.next().is_none()).then(|| format!("{local}@{domain}"))
}

/// A header in UTF-8, its encoded words decoded. In fields of addresses they are encoded again, each as a whole, since a
/// decoded name could hold a comma or a bracket.
fn normal(head: &[u8], body: &[u8]) -> String {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text.to_owned(),
        Err(_) => raw_bytes(head, body),
    };
    let mut out = String::with_capacity(text.len());
    for field in fields(&text) {
        let name = field.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_address = matches!(name.as_str(), "from" | "sender" | "reply-to" | "return-path");
        let field = field.trim_end();
        if field.starts_with("From ") || field.starts_with(">From ") {
            continue;
        }
        decode_words(field, is_address, &mut out);
        out.push('\n');
    }
    out
}

/// The fields with the lines that continue them.
fn fields(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > start && !line.starts_with([' ', '\t']) {
            fields.push(&text[start..at]);
            start = at;
        }
        at += line.len();
    }
    fields.push(&text[start..]);
    fields
}

/// A header with bytes that are no UTF-8: in the charset of the body, if it says one in which they are whole, else in the
/// one that they look like together with the body.
fn raw_bytes(head: &[u8], body: &[u8]) -> String {
    let lines = || head.split_inclusive(|&byte| byte == b'\n');
    let strange: Vec<u8> = lines().filter(|line| !line.is_ascii()).flatten().copied().collect();
    let lower = String::from_utf8_lossy(head).to_ascii_lowercase();
    let declared = lower.split_once("charset=").map(|(_, rest)| {
        rest.trim_start_matches(['"', ' '])
            .split(['"', ';', '\n', '\r', ' '])
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    let says =
        declared.filter(|label| !label.is_empty() && !label.contains("ascii") && !label.starts_with("utf"));
    if let Some(label) = says {
        return charset::decode(head, Hint { declared: Some(&label), domain: None });
    }
    let raw_body: Vec<u8> = body.iter().take(16 * 1024).copied().filter(|byte| *byte != 0).collect();
    let together = [strange.as_slice(), if raw_body.is_ascii() { &[] } else { &raw_body }].concat();
    let label = charset::likely(&together);
    charset::decode(head, Hint { declared: Some(label), domain: None })
}

/// An encoded word: `=?charset?B?data?=`.
struct Word<'a> {
    charset: &'a str,
    is_base64: bool,
    data: &'a str,
}

/// Reads the word that a text begins with, and gives what follows it.
fn word(text: &str) -> Option<(Word<'_>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let is_base64 = match rest.as_bytes().first()? {
        b'B' | b'b' => true,
        b'Q' | b'q' => false,
        _ => return None,
    };
    let rest = rest.get(1..)?.strip_prefix('?')?;
    let end = rest.find("?=")?;
    // "=?utf-8?Q?=41?=": the first "?=" may be that of an encoded sign.
    let end = match rest[end..].strip_prefix("?=").and_then(|after| after.get(..2)) {
        Some(hex) if end == 0 && !is_base64 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            rest[1..].find("?=").map_or(end, |next| next + 1)
        }
        _ => end,
    };
    if charset.len() > 60 || charset.contains(char::is_whitespace) || end > 8_000 {
        return None;
    }
    Some((Word { charset, is_base64, data: &rest[..end] }, &rest[end + 2..]))
}

/// Writes a field with its encoded words decoded. Neighbours of one charset are decoded together.
fn decode_words(field: &str, encodes_again: bool, out: &mut String) {
    let mut rest = field;
    while let Some(at) = rest.find("=?") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((first, mut after)) = word(rest) else {
            out.push_str("=?");
            rest = &rest[2..];
            continue;
        };
        let mut run = vec![first];
        while let Some((next, behind)) = word(after.trim_start()) {
            if !next.charset.eq_ignore_ascii_case(run[0].charset) {
                break;
            }
            run.push(next);
            after = behind;
        }
        let is_next_word = after.starts_with([' ', '\t', '\r', '\n']) && word(after.trim_start()).is_some();
        let text = charset::decode(&word_bytes(&run), Hint { declared: Some(run[0].charset), domain: None });
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if encodes_again && !text.is_ascii() | text.contains([',', '<', '>', '"', '(', ';', ':', '@']) {
            out.push_str("=?utf-8?Q?");
            for byte in text.bytes() {
                let _ = write!(out, "={byte:02X}");
            }
            out.push_str("?=");
        } else {
            out.push_str(&text);
        }
        rest = if is_next_word && !encodes_again { after.trim_start() } else { after };
    }
    out.push_str(rest);
}

fn word_bytes(run: &[Word<'_>]) -> Vec<u8> {
    // Some programs cut the base64 of the whole into words, and not the text.
    let is_cut =
        |word: &Word<'_>| word.is_base64 && !word.data.ends_with('=') && !word.data.len().is_multiple_of(4);
    if run.len() > 1 && run.iter().all(|word| word.is_base64) && run[..run.len() - 1].iter().any(is_cut) {
        let whole: String = run.iter().map(|word| word.data).collect();
        return transfer::base64(whole.as_bytes());
    }
    let bytes = |word: &Word<'_>| {
        if word.is_base64 {
            return transfer::base64(word.data.as_bytes());
        }
        transfer::quoted_printable(word.data.replace('_', " ").as_bytes())
    };
    run.iter().flat_map(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(field: &str) -> String {
        Header::read(format!("Subject: {field}\n").as_bytes(), b"").subject()
    }

    #[test]
    fn encoded_words_are_whole() {
        assert_eq!(subject("=?utf-8?Q?Gr=C3=BC=C3=9Fe?="), "Gr\u{fc}\u{df}e");
        assert_eq!(
            subject("=?utf-8?Q?Gr=C3?=\n =?utf-8?Q?=BC=C3=9Fe_an_alle?= x"),
            "Gr\u{fc}\u{df}e an alle x"
        );
        assert_eq!(subject("=?UTF-8?B?8J+Y?= =?UTF-8?B?gA==?="), "\u{1f600}");
        assert_eq!(subject("=?utf-8?B?8J?= =?utf-8?B?+YgA==?="), "\u{1f600}");
        assert_eq!(subject("a =?iso-8859-1?Q?=E9?= =?utf-8?Q?=C3=A9?= b"), "a \u{e9}\u{e9} b");
        assert_eq!(subject("=?x-unknown?Q?Gr=FC=DFe_aus_K=F6ln?="), "Gr\u{fc}\u{df}e aus K\u{f6}ln");
        assert_eq!(subject("=?utf-8?Q?=41?= 1 =? 2"), "A 1 =? 2");
        assert_eq!(subject("=?utf-8?Q?illegal blank?="), "illegal blank");
    }

    #[test]
    fn names_may_hold_what_separates_addresses() {
        let sender = |field: &str| Header::read(format!("From: {field}\n").as_bytes(), b"").sender();
        let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(
            sender("=?utf-8?Q?M=C3=BCller=2C_Ann?= <ann@example.com>"),
            pair("M\u{fc}ller, Ann", "ann@example.com")
        );
        assert_eq!(
            sender("\"=?utf-8?Q?M=C3=BCller?=\" <ann@example.com>"),
            pair("M\u{fc}ller", "ann@example.com")
        );
        assert_eq!(sender("ann@example.com (Ann)"), pair("Ann", "ann@example.com"));
        assert_eq!(sender("ann at example.com (Ann Lee)"), pair("Ann Lee", "ann@example.com"));
        assert_eq!(sender("a.lee at mail.example.com"), pair("", "a.lee@mail.example.com"));
        assert_eq!(sender("ann at example.com (Lee, Ann)"), pair("Lee, Ann", "ann@example.com"));
        assert_eq!(
            sender("bo at example.com (=?utf-8?q?=D0=91=D0=BE=D0=B1?=)"),
            pair("\u{411}\u{43e}\u{431}", "bo@example.com")
        );
        assert_eq!(sender("Ann Lee <ann at example.com>"), pair("Ann Lee", "ann@example.com"));
        assert_eq!(sender("Meet at noon.today please"), pair("Meet at noon.today please", ""));
        assert_eq!(sender("ann@example.com"), pair("", "ann@example.com"));
    }

    #[test]
    fn raw_bytes_are_read_by_the_body() {
        let (russian, ..) = encoding_rs::KOI8_R.encode("Subject: \u{421}\u{43a}\u{438}\u{434}\u{43a}\u{438} \u{434}\u{43e} \u{43f}\u{44f}\u{442}\u{43d}\u{438}\u{446}\u{44b}\n");
        let header = Header::read(&russian, b"");
        assert_eq!(
            header.subject(),
            "\u{421}\u{43a}\u{438}\u{434}\u{43a}\u{438} \u{434}\u{43e} \u{43f}\u{44f}\u{442}\u{43d}\u{438}\u{446}\u{44b}"
        );
        let head = [russian.as_ref(), b"Content-Type: text/plain; charset=koi8-r\n"].concat();
        assert_eq!(Header::read(&head, b"").subject(), header.subject());
    }

    #[test]
    fn a_header_ends_where_no_field_follows() {
        assert_eq!(split(b"A: b\n c\n\nbody"), (&b"A: b\n c\n"[..], &b"body"[..]));
        assert_eq!(split(b"just text\nmore"), (&b""[..], &b"just text\nmore"[..]));
        assert_eq!(split(b"A: b\nno field here\n"), (&b"A: b\n"[..], &b"no field here\n"[..]));
    }
}
