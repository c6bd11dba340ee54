//! Bytes of a letter made text. Letters declare a wrong charset, or none, or one that nobody knows, so the bytes have the
//! last word; where they do not decide, chardetng (Firefox's detector) does. U+FFFD comes only where no charset explains the
//! bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// What is known about the charset of some bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hint<'a> {
    /// As it was declared.
    pub(super) declared: Option<&'a str>,
    /// Top-level domain of the sender, in small letters.
    pub(super) domain: Option<&'a str>,
}

/// Makes bytes text.
pub(super) fn decode(bytes: &[u8], hint: Hint<'_>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    let label = hint.declared.map(plain_label).unwrap_or_default();
    match label.as_str() {
        "hz-gb-2312" | "hz" => return sound_or(hz(bytes), GBK, bytes, hint),
        "iso-2022-kr" | "csiso2022kr" => return sound_or(shifted(bytes), EUC_KR, bytes, hint),
        "utf-7" | "unicode-1-1-utf-7" | "csunicode11utf7" if bytes.is_ascii() => {
            return charset_decoder(b"utf-7").map_or_else(|| undeclared(bytes, hint), |decode| decode(bytes));
        }
        _ => {}
    }
    let is_wide = |encoding: &'static Encoding| !encoding.is_ascii_compatible() && encoding != ISO_2022_JP;
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        // Text in single bytes that calls itself UTF-16.
        Some(encoding) if is_wide(encoding) && !bytes.contains(&0) => undeclared(bytes, hint),
        // "us-ascii" is windows-1252 for the WHATWG; here it says that nothing was declared.
        Some(_) if label.contains("ascii") => undeclared(bytes, hint),
        Some(encoding) => declared(bytes, encoding, hint),
        None if bytes.is_ascii() => undeclared(bytes, hint),
        // What Windows and DOS had before: mail-parser knows more of those than the WHATWG.
        None => match charset_decoder(label.as_bytes()).filter(|_| std::str::from_utf8(bytes).is_err()) {
            Some(decode) => decode(bytes),
            None => undeclared(bytes, hint),
        },
    }
}

/// A charset's name without quotes and languages, and by the name that the WHATWG knows it by.
fn plain_label(label: &str) -> String {
    let label = label.split('*').next().unwrap_or_default();
    let label = label.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    match label.as_str() {
        "utf8mb4" | "utf-8-bom" | "utf8-bom" => "utf-8".to_owned(),
        "gb2312_charset" | "chinesegb" | "gb" | "cp936" | "ms936" => "gbk".to_owned(),
        "chinesebig5" | "big-5" | "cp950" => "big5".to_owned(),
        "cp932" | "sjis-win" | "shift-jis" | "shiftjis" => "shift_jis".to_owned(),
        "cp949" | "ms949" | "uhc" => "euc-kr".to_owned(),
        "iso-8859-8-e" => "iso-8859-8".to_owned(),
        other => match other.strip_prefix("windows").or_else(|| other.strip_prefix("cp")) {
            Some(number) if number.len() == 4 && number.starts_with("125") => format!("windows-{number}"),
            _ => other.strip_prefix("latin-").map_or_else(|| other.to_owned(), |rest| format!("latin{rest}")),
        },
    }
}

fn declared(bytes: &[u8], encoding: &'static Encoding, hint: Hint<'_>) -> String {
    if bytes.is_ascii() && encoding != ISO_2022_JP {
        return undeclared(bytes, hint);
    }
    if encoding == UTF_8 {
        return undeclared(bytes, hint);
    }
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    if encoding.is_single_byte() {
        if std::str::from_utf8(bytes).is_ok() || has_errors || is_suspicious(&text) {
            return best_of(&undeclared(bytes, hint), &text);
        }
        return text.into_owned();
    }
    if !has_errors {
        return text.into_owned();
    }
    // Big5 with the characters of Hong Kong, GBK with those of GB 18030: their declared names are too small.
    let wider = if encoding == GBK { Some(GB18030) } else { None };
    if let Some((text, false)) = wider.map(|wider| wider.decode_without_bom_handling(bytes)) {
        return text.into_owned();
    }
    best_of(&undeclared(bytes, hint), &text)
}

/// The text with fewer U+FFFD; the first, if they have as many.
fn best_of(one: &str, other: &str) -> String {
    let broken = |text: &str| text.matches('\u{fffd}').count();
    if broken(other) < broken(one) { other.to_owned() } else { one.to_owned() }
}

fn sound_or(bytes: Option<Vec<u8>>, encoding: &'static Encoding, raw: &[u8], hint: Hint<'_>) -> String {
    match bytes.map(|bytes| encoding.decode_without_bom_handling(&bytes).0.into_owned()) {
        Some(text) => best_of(&text, &undeclared(raw, hint)),
        None => undeclared(raw, hint),
    }
}

/// Whether a text is hardly one that a western charset is for: more than four in ten letters are no ASCII, as in Cyrillic or
/// Chinese bytes read as Latin.
fn is_suspicious(text: &str) -> bool {
    let (mut plain, mut other) = (0_usize, 0_usize);
    for c in text.chars() {
        if c.is_ascii_alphabetic() {
            plain += 1;
        } else if ('\u{80}'..'\u{250}').contains(&c) && !c.is_whitespace() {
            other += 1;
        } else if !c.is_ascii() {
            return false;
        }
    }
    other > 4 && other * 10 > (plain + other) * 4
}

/// By the bytes alone. Lines in another charset than the rest (a footer, a quotation) are read each by its own.
fn undeclared(bytes: &[u8], hint: Hint<'_>) -> String {
    if bytes.is_ascii() {
        if bytes.contains(&0x1b) {
            return escaped(bytes);
        }
        return String::from_utf8_lossy(bytes).into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let lines = || bytes.split_inclusive(|&byte| byte == b'\n');
    let is_utf8 = |line: &&[u8]| std::str::from_utf8(line).is_ok();
    let has_utf8 = lines().filter(is_utf8).any(|line| !line.is_ascii());
    // Mostly UTF-8 with a broken byte here and there: those are broken in the file.
    if has_utf8 || mostly_utf8(bytes) {
        let others: Vec<u8> =
            lines().filter(|line| !is_utf8(line) && !mostly_utf8(line)).flatten().copied().collect();
        let encoding = guess(&others, hint);
        let text = |line: &[u8]| {
            if mostly_utf8(line) || is_utf8(&line) {
                String::from_utf8_lossy(line).into_owned()
            } else {
                encoding.decode_without_bom_handling(line).0.into_owned()
            }
        };
        return lines().map(text).collect();
    }
    let encoding = guess(bytes, hint);
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    if !has_errors {
        return text.into_owned();
    }
    if encoding == GBK || encoding == BIG5 {
        let wider = GB18030.decode_without_bom_handling(bytes).0;
        return best_of(&text, &wider);
    }
    text.into_owned()
}

/// The charset that bytes look like, by its name.
pub(super) fn likely(bytes: &[u8]) -> &'static str {
    guess(bytes, Hint::default()).name()
}

/// More whole characters of UTF-8 than broken places, twice.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > 2 * broken
}

/// What the bytes look like. A charset in which they are not whole is set aside for one in which they are.
fn guess(bytes: &[u8], hint: Hint<'_>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let domain = hint.domain.filter(|domain| domain.is_ascii() && !domain.is_empty());
    let found = detector.guess(domain.map(str::as_bytes), Utf8Detection::Deny);
    let is_whole = |encoding: &'static Encoding| !encoding.decode_without_bom_handling(bytes).1;
    // ISO 8859-x and windows-125x of the West differ in a few signs; windows-1252 explains them all.
    if is_whole(found) {
        found
    } else if is_whole(GB18030) && !found.is_single_byte() {
        GB18030
    } else if found.is_single_byte() {
        WINDOWS_1252
    } else {
        found
    }
}

/// Seven-bit text with escape sequences: ISO 2022.
fn escaped(bytes: &[u8]) -> String {
    if bytes.windows(4).any(|w| w == b"\x1b$)C")
        && let Some(korean) = shifted(bytes)
    {
        return EUC_KR.decode_without_bom_handling(&korean).0.into_owned();
    }
    let is_japanese =
        bytes.windows(3).any(|w| matches!(w, [0x1b, b'$', b'B' | b'@'] | [0x1b, b'(', b'J' | b'I']));
    let encoding = if is_japanese { ISO_2022_JP } else { UTF_8 };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// ISO-2022-KR made EUC-KR: between shift out and shift in stand pairs of seven bits.
fn shifted(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut is_shifted = false;
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            0x1b if tail.starts_with(b"$)C") => rest = &tail[3..],
            0x0e => is_shifted = true,
            0x0f => is_shifted = false,
            b'\n' => {
                is_shifted = false;
                out.push(b'\n');
            }
            byte if is_shifted && (0x21..0x7f).contains(byte) => out.push(byte | 0x80),
            byte => out.push(*byte),
        }
    }
    Some(out)
}

/// HZ (RFC 1843) made GBK: between `~{` and `~}` stand pairs of seven bits.
fn hz(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut is_chinese = false;
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail.first()) {
            (b'~', Some(b'{')) => is_chinese = true,
            (b'~', Some(b'}')) => is_chinese = false,
            (b'~', Some(b'~')) => out.push(b'~'),
            (b'~', Some(b'\n')) => {}
            (byte, _) => {
                if *byte == b'\n' {
                    is_chinese = false;
                }
                out.push(if is_chinese && byte.is_ascii_graphic() { byte | 0x80 } else { *byte });
                continue;
            }
        }
        rest = &tail[1..];
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], declared: &str) -> String {
        decode(bytes, Hint { declared: (!declared.is_empty()).then_some(declared), domain: None })
    }

    fn written(text: &str, label: &str) -> Vec<u8> {
        Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
    }

    #[test]
    fn what_is_declared_right_is_read_so() {
        for (text, label) in [
            ("\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}, \u{43c}\u{438}\u{440}", "koi8-r"),
            ("Gr\u{fc}\u{df}e", "iso-8859-1"),
            ("\u{4f60}\u{597d}\u{4e16}\u{754c}", "gb2312"),
            ("\u{3053}\u{3093}\u{306b}\u{3061}\u{306f}", "shift_jis"),
            ("\u{3053}\u{3093}\u{306b}\u{3061}\u{306f}", "iso-2022-jp"),
            ("\u{c548}\u{b155}\u{d558}\u{c138}\u{c694}", "euc-kr"),
            ("\u{17b}\u{f3}\u{142}\u{107}", "windows-1250"),
        ] {
            assert_eq!(read(&written(text, label), label), text, "{label}");
        }
        assert_eq!(read(b"Hi Mom +Jjo-!", "utf-7"), "Hi Mom \u{263a}!");
        assert_eq!(read(b"\x1b$)C\n\x0e>H3g\x0f hi", "iso-2022-kr"), "\n\u{c548}\u{b155} hi");
        assert_eq!(
            read(b"This is ~{<:Ky2;S{~} ok~~", "hz-gb-2312"),
            "This is \u{5df1}\u{6240}\u{4e0d}\u{6b32} ok~"
        );
        assert_eq!(read(b"caf\x82", "cp850"), "caf\u{e9}");
    }

    #[test]
    fn what_is_declared_wrong_is_read_by_its_bytes() {
        let russian = "\u{417}\u{434}\u{440}\u{430}\u{432}\u{441}\u{442}\u{432}\u{443}\u{439}\u{442}\u{435}! \u{41a}\u{443}\u{43f}\u{438}\u{442}\u{435} \u{43d}\u{430}\u{448}\u{438} \u{447}\u{430}\u{441}\u{44b} \u{441}\u{43e} \u{441}\u{43a}\u{438}\u{434}\u{43a}\u{43e}\u{439}";
        for label in ["", "us-ascii", "%CHARSET", "x-unknown", "iso-8859-1", "utf-8", "windows-1252"] {
            assert_eq!(read(&written(russian, "koi8-r"), label), russian, "{label}");
            assert_eq!(read(&written(russian, "windows-1251"), label), russian, "{label}");
            assert_eq!(read(russian.as_bytes(), label), russian, "{label}");
        }
        assert_eq!(read("Caf\u{e9} cr\u{e8}me".as_bytes(), "us-ascii"), "Caf\u{e9} cr\u{e8}me");
        assert_eq!(
            read(b"Sch\xf6ne Gr\xfc\xdfe, g\xfcnstige Uhren f\xfcr Sie", "x-unknown"),
            "Sch\u{f6}ne Gr\u{fc}\u{df}e, g\u{fc}nstige Uhren f\u{fc}r Sie"
        );
        assert_eq!(read(b"plain text", "utf-16"), "plain text");
    }

    #[test]
    fn lines_of_two_charsets_are_both_read() {
        let mixed = [
            b"Gr\xfc\xdfe aus K\xf6ln, sch\xf6n\n".as_slice(),
            "Gr\u{fc}\u{df}e aus \u{141}\u{f3}d\u{17a}\n".as_bytes(),
        ]
        .concat();
        assert_eq!(
            read(&mixed, "utf-8"),
            "Gr\u{fc}\u{df}e aus K\u{f6}ln, sch\u{f6}n\nGr\u{fc}\u{df}e aus \u{141}\u{f3}d\u{17a}\n"
        );
    }

    #[test]
    fn what_no_charset_explains_is_marked() {
        assert_eq!(
            read(
                "\u{e9}\u{e8}\u{ea} \u{e9}\u{e8}\u{ea}"
                    .as_bytes()
                    .iter()
                    .chain(b"\xff x")
                    .copied()
                    .collect::<Vec<_>>()
                    .as_slice(),
                "utf-8"
            ),
            "\u{e9}\u{e8}\u{ea} \u{e9}\u{e8}\u{ea}\u{fffd} x"
        );
    }
}
