//! Content-Transfer-Encoding undone, as far as the bytes allow: what is broken costs itself only.

/// How the bytes of a part are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl Transfer {
    pub(super) fn of(name: &str) -> Self {
        match name.trim().trim_matches('"').to_ascii_lowercase().as_str() {
            "base64" | "base-64" | "b" => Self::Base64,
            "quoted-printable" | "quotedprintable" | "q" => Self::QuotedPrintable,
            "x-uuencode" | "x-uue" | "uuencode" | "x-uuencoded" => Self::Uuencode,
            _ => Self::Plain,
        }
    }

    /// The bytes of a part. What stands behind base64 in plain letters (a footer that a list added) follows them.
    pub(super) fn decode(self, body: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => body.to_vec(),
            Self::QuotedPrintable => quoted_printable(body),
            Self::Base64 => base64_lines(body),
            Self::Uuencode => uuencoded(body).map_or_else(|| body.to_vec(), |found| found.bytes),
        }
    }
}

fn value(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

/// Base64, with whatever is none of it passed over. Padding ends a group, not the text: parts that were encoded one by one
/// are sometimes put together.
pub(super) fn base64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut count) = (0_u32, 0);
    for &byte in text {
        if let Some(value) = value(byte) {
            group = group << 6 | value;
            count += 1;
        } else if byte != b'=' {
            continue;
        }
        if count == 4 || byte == b'=' {
            push_group(&mut bytes, group, count);
            (group, count) = (0, 0);
        }
    }
    push_group(&mut bytes, group, count);
    bytes
}

fn push_group(bytes: &mut Vec<u8>, group: u32, count: u32) {
    let [_, first, second, third] = (group << (6 * (4 - count.min(4)))).to_be_bytes();
    let whole = [first, second, third];
    bytes.extend_from_slice(&whole[..(count * 6 / 8) as usize]);
}

/// The lines of base64, up to the first that is none; what is left is text, if it looks like that.
fn base64_lines(body: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(body.len());
    let mut lines = body.split_inclusive(|&byte| byte == b'\n');
    let mut rest_from = body.len();
    let mut at = 0;
    let mut after_blank = false;
    for line in lines.by_ref() {
        let trimmed = line.trim_ascii();
        if !trimmed.is_empty() && !is_base64_line(trimmed, after_blank && !encoded.is_empty()) {
            rest_from = at;
            break;
        }
        after_blank = trimmed.is_empty();
        encoded.extend_from_slice(trimmed);
        at += line.len();
    }
    let rest = &body[rest_from..];
    // Nothing was encoded at all, whatever the header says.
    if encoded.is_empty() {
        return rest.to_vec();
    }
    let mut bytes = base64(&encoded);
    if reads_as_text(rest) {
        bytes.push(b'\n');
        bytes.extend_from_slice(rest);
    }
    bytes
}

/// Whether a line is base64, perhaps with a little junk in it. Behind a blank line it must be so beyond doubt.
fn is_base64_line(line: &[u8], is_strict: bool) -> bool {
    let good = line.iter().filter(|&&byte| value(byte).is_some() || byte == b'=').count();
    let has_dash = line.iter().any(|byte| matches!(byte, b'-' | b'_'));
    if good == line.len() {
        return !(is_strict && (has_dash || line.len() % 4 != 0));
    }
    !is_strict && line.len() > 20 && !line.contains(&b' ') && good * 10 >= line.len() * 9
}

/// Two words or more, in letters.
fn reads_as_text(rest: &[u8]) -> bool {
    let words = rest.split(u8::is_ascii_whitespace).filter(|word| {
        word.len() > 1 && word.iter().all(|&byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
    });
    words.count() >= 2
}

/// Quoted-printable. A sign of equality that begins nothing is itself.
pub(super) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        if byte != b'=' {
            bytes.push(byte);
            at += 1;
            continue;
        }
        let hex = |index: usize| body.get(index).and_then(|&digit| char::from(digit).to_digit(16));
        if let (Some(high), Some(low)) = (hex(at + 1), hex(at + 2)) {
            bytes.push((high * 16 + low) as u8);
            at += 3;
            continue;
        }
        // A soft line break: blanks that a gateway put behind it are no part of the text.
        let blanks = body[at + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match body.get(at + 1 + blanks) {
            Some(b'\n') => at += blanks + 2,
            None => at = body.len(),
            Some(_) => {
                bytes.push(b'=');
                at += 1;
            }
        }
    }
    bytes
}

/// Something uuencoded in a text.
pub(super) struct Uuencoded {
    /// Its name.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Where it stands in the text, from "begin" to the line end behind "end".
    pub(super) range: std::ops::Range<usize>,
}

/// The first uuencoded file in a text: `begin 644 name`, lines, `end`.
pub(super) fn uuencoded(body: &[u8]) -> Option<Uuencoded> {
    let mut start = 0;
    let mut found: Option<Uuencoded> = None;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let end = start + line.len();
        let trimmed = line.trim_ascii_end();
        match &mut found {
            None => {
                let name = trimmed.strip_prefix(b"begin ").filter(|rest| {
                    rest.len() > 4 && rest[..3].iter().all(u8::is_ascii_digit) && rest[3] == b' '
                });
                if let Some(rest) = name {
                    let name = String::from_utf8_lossy(&rest[4..]).trim().to_owned();
                    found = Some(Uuencoded { name, bytes: Vec::new(), range: start..body.len() });
                }
            }
            Some(file) if trimmed == b"end" => {
                file.range.end = end;
                return found;
            }
            Some(file) => match uu_line(trimmed) {
                Some(bytes) => file.bytes.extend(bytes),
                // It was no file, but a sentence.
                None if file.bytes.is_empty() => found = None,
                None => {
                    file.range.end = start;
                    return found;
                }
            },
        }
        start = end;
    }
    found.filter(|file| !file.bytes.is_empty())
}

fn uu_line(line: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| (0x20..=0x60).contains(&byte).then(|| (byte - 0x20) & 0x3f);
    let Some((&first, rest)) = line.split_first() else { return Some(Vec::new()) };
    let length = usize::from(digit(first)?);
    if rest.len() > 62 || rest.len() + 2 < length.div_ceil(3) * 4 {
        return None;
    }
    let mut bytes = Vec::with_capacity(48);
    for group in rest.chunks(4) {
        let mut sum = 0;
        for place in 0..4 {
            sum = sum << 6 | u32::from(digit(group.get(place).copied().unwrap_or(b' '))?);
        }
        bytes.extend_from_slice(&sum.to_be_bytes()[1..]);
    }
    bytes.truncate(length);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(transfer: &str, body: &str) -> String {
        String::from_utf8(Transfer::of(transfer).decode(body.as_bytes())).unwrap()
    }

    #[test]
    fn base64_with_junk_is_read() {
        assert_eq!(text("base64", "SGVsbG8s\r\nIHdvcmxk\r\n"), "Hello, world");
        assert_eq!(text("BASE64", "SGVsbG8s\nIHdvcmxkLg==\n\n4139YAEk3--9\n"), "Hello, world.");
        assert_eq!(text("base64", "SGVsbG8=IHdvcmxk"), "Hello world");
        assert_eq!(text("base64", "SGVsbG8sIHdvcmxkLCBhbmQgYWxs*IGVsc2U="), "Hello, world, and all else");
        assert_eq!(
            text("base64", "SGVsbG8s\n\n_____\nList mailing list\nlist@example.org\n"),
            "Hello,\n_____\nList mailing list\nlist@example.org\n"
        );
        assert_eq!(text("base64", "This was never encoded.\n"), "This was never encoded.\n");
    }

    #[test]
    fn quoted_printable_with_broken_breaks_is_read() {
        assert_eq!(
            text("quoted-printable", "caf=c3=A9 = \nau=\n lait 1=2 =ZZ a="),
            "caf\u{e9} au lait 1=2 =ZZ a"
        );
    }

    #[test]
    fn uuencoded_files_are_found_and_sentences_are_none() {
        let body = b"See below\nbegin 644 a.txt\n#0V%T\n`\nend\nbye\n";
        let found = uuencoded(body).unwrap();
        assert_eq!((found.name.as_str(), found.bytes.as_slice()), ("a.txt", &b"Cat"[..]));
        assert_eq!(&body[found.range], b"begin 644 a.txt\n#0V%T\n`\nend\n");
        assert!(
            uuencoded(b"begin 100 days of code today, shall we?\nyes, let us do that now please\n").is_none()
        );
    }
}
