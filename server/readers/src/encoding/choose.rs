//! Which encoding bytes are in that are no UTF-8.
//!
//! Frequencies (chardetng) tell long texts apart, and scripts. Where few bytes are beyond ASCII, in English with a "£" in it,
//! they tell nothing; so its guess is weighed against what else the bytes could mean.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    ISO_8859_2, ISO_8859_15, MACINTOSH, WINDOWS_1250, WINDOWS_1252, WINDOWS_1254, WINDOWS_1257,
};

use super::{Encoding, Kind, dos, fit::fit};

/// Bytes that are weighed: enough lines with characters beyond ASCII for any script.
const WEIGHED_BYTES: usize = 16 * 1024;

/// From how many characters beyond ASCII on frequencies are believed where both readings make equal sense.
const FEW: usize = 8;

/// By how much a reading must make better sense than that which frequencies speak for.
const MARGIN: f64 = 0.1;

/// The encoding of bytes, of which these are the first, and others whole lines from farther on.
pub(super) fn choose(head: &[u8], lines: &[u8]) -> Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, lines.is_empty());
    if !lines.is_empty() {
        detector.feed(lines, true);
    }
    weighed(Encoding::standard(detector.guess(None, Utf8Detection::Deny)), &telling(head, lines))
}

/// What frequencies speak for, or another encoding under which a sample of the bytes makes clearly better sense.
fn weighed(guess: Encoding, sample: &[u8]) -> Encoding {
    let sense = |encoding: Encoding| fit(&encoding.decode_head(sample));
    let of_guess = sense(guess);
    let standard =
        [WINDOWS_1252, WINDOWS_1250, WINDOWS_1254, WINDOWS_1257, ISO_8859_15, ISO_8859_2, MACINTOSH];
    let western = standard.into_iter().map(Encoding::standard);
    let (mut best, mut of_best) = (Encoding::WINDOWS_1252, f64::NEG_INFINITY);
    for encoding in western.chain(dos::PAGES.iter().map(|page| Encoding(Kind::Dos(page)))) {
        let found = sense(encoding);
        if found > of_best + 0.02 {
            (best, of_best) = (encoding, found);
        }
    }
    let is_few = sample.iter().filter(|byte| !byte.is_ascii()).count() < FEW;
    let needed = if is_few && best == Encoding::WINDOWS_1252 && is_of_the_west(guess) { 0.0 } else { MARGIN };
    if of_best >= of_guess + needed { best } else { guess }
}

/// Whether an encoding is one of single bytes for Latin letters, so that English has the same bytes in it.
fn is_of_the_west(encoding: Encoding) -> bool {
    ["windows-1250", "windows-1252", "windows-1254", "windows-1257", "windows-1258"]
        .contains(&encoding.name())
        || encoding.name().starts_with("ISO-8859-")
            && encoding.decode_head(b"\xe9").chars().all(|c| c < '\u{250}')
}

/// The lines that have bytes beyond ASCII, as many as are weighed.
fn telling(head: &[u8], lines: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    let all = head.split_inclusive(|byte| *byte == b'\n').chain(lines.split_inclusive(|byte| *byte == b'\n'));
    for line in all.filter(|line| !line.is_ascii()) {
        let room = WEIGHED_BYTES - sample.len();
        sample.extend_from_slice(&line[..line.len().min(room)]);
        if sample.len() >= WEIGHED_BYTES {
            break;
        }
    }
    sample
}

/// Whether bytes are UTF-8, or UTF-8 with broken places: then those are mistakes of the records they are in. Of a file of which
/// some lines are UTF-8 and others are not, as when files were joined, those that are not are read apart.
pub(super) fn reads_as_utf8(head: &[u8], lines: &[u8]) -> bool {
    let (mut characters, mut broken, mut whole_lines, mut broken_lines) = (0, 0, 0, 0);
    let mut sample = String::new();
    for part in [head, lines] {
        let count = part.split_inclusive(|byte| *byte == b'\n').count();
        for (index, line) in part.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if line.is_ascii() {
                continue;
            }
            let is_cut = index + 1 == count && part.len() >= crate::limits::HEAD_BYTES;
            let mut chunks = line.utf8_chunks().peekable();
            let mut is_broken = false;
            while let Some(chunk) = chunks.next() {
                characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
                let ends_here = is_cut && chunks.peek().is_none();
                if !chunk.invalid().is_empty() && !ends_here {
                    broken += 1;
                    is_broken = true;
                }
            }
            if is_broken {
                broken_lines += 1;
            } else {
                whole_lines += 1;
                if sample.len() < WEIGHED_BYTES {
                    sample.push_str(&String::from_utf8_lossy(line));
                }
            }
        }
    }
    // Single bytes make characters of UTF-8 by chance, but none that make sense.
    broken == 0
        || characters > 2 * broken
        || (whole_lines * 2 >= broken_lines && whole_lines > 0 && fit(&sample) > 0.8)
}

/// Places where UTF-8 was taken for windows-1252 and made UTF-8 again, `â€™` for `’`: one of them, and what it stood for.
pub(super) fn twice_encoded(text: &str) -> Option<(String, String)> {
    let is_first = |char: char| matches!(char, 'Â' | 'Ã' | 'â' | 'ð' | 'Å' | 'Ä');
    text.char_indices().filter(|(_, char)| is_first(*char)).take(1_000).find_map(|(at, _)| {
        (2..=4).find_map(|length| {
            let part: String = text[at..].chars().take(length).collect();
            if part.is_ascii() {
                return None;
            }
            let (bytes, _, is_lossy) = WINDOWS_1252.encode(&part);
            let meant = std::str::from_utf8(&bytes).ok().filter(|_| !is_lossy)?;
            // "Ã " may be what it says; what becomes one character of typography, or a small letter, may not.
            let char = meant.chars().next().filter(|_| meant.chars().count() == 1)?;
            let is_likely =
                fit(&part) < 0.8 || matches!(char, '\u{2010}'..='\u{206f}' | '\u{1f300}'..='\u{1faff}');
            is_likely.then(|| (part.clone(), meant.to_owned()))
        })
    })
}
