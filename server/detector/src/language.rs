//! The language of a text, told from its letters.

use std::sync::OnceLock;

use whatlang::{Detector, Lang};

/// Bytes looked at; more does not make the guess better, only slower.
const ENOUGH: usize = 400;

/// A guess below this confidence is not told. On short texts the library is right well before it calls itself
/// reliable.
const SURE_ENOUGH: f64 = 0.2;

/// Languages told apart: the widely written ones. Between all 69 of the library, an English line often passes for
/// Danish or Dutch.
const LANGUAGES: &[Lang] = &[
    Lang::Ara,
    Lang::Ces,
    Lang::Cmn,
    Lang::Deu,
    Lang::Ell,
    Lang::Eng,
    Lang::Fra,
    Lang::Heb,
    Lang::Hin,
    Lang::Hun,
    Lang::Ind,
    Lang::Ita,
    Lang::Jpn,
    Lang::Kor,
    Lang::Nld,
    Lang::Pol,
    Lang::Por,
    Lang::Ron,
    Lang::Rus,
    Lang::Spa,
    Lang::Swe,
    Lang::Tha,
    Lang::Tur,
    Lang::Ukr,
    Lang::Vie,
];

/// Little words of English, in lower case. A few are words elsewhere too (Dutch `of`, Romanian `are`), but no language
/// has many of them.
const ENGLISH: &[&[u8]] = &[
    b"and", b"are", b"been", b"for", b"from", b"has", b"have", b"if", b"it", b"not", b"of", b"our", b"that",
    b"the", b"they", b"this", b"what", b"which", b"with", b"would", b"you", b"your",
];

/// Little words of the other languages that are written in ASCII. With one of them a text may be theirs and name an English
/// title, so that it is worth a closer look.
const ELSEWHERE: &[&[u8]] = &[
    b"che", b"con", b"dan", b"das", b"de", b"den", b"der", b"des", b"det", b"di", b"een", b"el", b"en",
    b"es", b"est", b"et", b"het", b"il", b"ist", b"je", b"jest", b"la", b"las", b"le", b"les", b"los", b"na",
    b"nao", b"nie", b"nu", b"och", b"para", b"por", b"que", b"si", b"som", b"su", b"un", b"una", b"und",
    b"une", b"van", b"ve", b"yang", b"za", b"ze",
];

/// Letters of the longest little word.
const LONGEST_LITTLE: usize = 5;

/// So many different ones, and one word in so many, leave no doubt.
const PLAINLY: (u32, usize) = (3, 10);

/// The language as an ISO 639-3 code, when the text is long enough to tell.
pub fn of(text: &str) -> Option<&'static str> {
    let start = &text[..text.floor_char_boundary(ENOUGH)];
    if is_plainly_english(start) {
        return Some(Lang::Eng.code());
    }
    by_letters(start)
}

/// Whether the text is in ASCII and full of little English words, with none from elsewhere. More than half of the submissions
/// are, and looking for these words takes a fraction of the time of comparing letters with every language.
fn is_plainly_english(text: &str) -> bool {
    if !text.is_ascii() {
        return false;
    }
    let place = |list: &[&[u8]], word: &[u8]| list.iter().position(|one| one.eq_ignore_ascii_case(word));
    let (mut words, mut little, mut different) = (0, 0, 0_u32);
    for word in text.as_bytes().split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
        words += 1;
        if word.len() > LONGEST_LITTLE {
            continue;
        }
        if let Some(place) = place(ENGLISH, word) {
            little += 1;
            different |= 1 << place;
        } else if place(ELSEWHERE, word).is_some() {
            return false;
        }
    }
    let (least, one_in) = PLAINLY;
    different.count_ones() >= least && little * one_in >= words
}

fn by_letters(text: &str) -> Option<&'static str> {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    let detector = DETECTOR.get_or_init(|| Detector::with_allowlist(LANGUAGES.to_vec()));
    let info = detector.detect(text)?;
    (info.confidence() >= SURE_ENOUGH).then(|| info.lang().code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        assert_eq!(
            of("Please send me the report before the meeting on Friday, thank you very much."),
            Some("eng")
        );
        assert_eq!(of("Danke für den Artikel, sehr hilfreich!"), Some("deu"));
        assert_eq!(of("Удалённая работа, доход каждый день, пишите в личные сообщения"), Some("rus"));
        assert_eq!(of("ok"), None);
    }

    #[test]
    fn little_english_words_tell_english_and_only_that() {
        for english in [
            "What would you do if they have not been here?",
            "ENOUGH OF THIS: you and your friends are in for the ride of your lives",
        ] {
            assert!(is_plainly_english(english), "{english}");
        }
        for other in [
            "Wil je koffie of thee, wijn of bier, of liever water of melk bij het eten vandaag?",
            "Ana are mere, Ion are pere, Maria are prune, iar Vasile are struguri si nuci de vanzare.",
            "Has visto la casa? Has ido al mercado y has hablado con ella, o no has tenido tiempo hoy?",
            "Wir haben den Bericht zum neuen Song The Best of You and Me gelesen und finden ihn gut",
        ] {
            assert!(!is_plainly_english(other) || by_letters(other) == Some("eng"), "{other}");
        }
    }
}
