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

/// The language as an ISO 639-3 code, when the text is long enough to tell.
pub fn of(text: &str) -> Option<&'static str> {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    let detector = DETECTOR.get_or_init(|| Detector::with_allowlist(LANGUAGES.to_vec()));
    let start = text.floor_char_boundary(ENOUGH);
    let info = detector.detect(&text[..start])?;
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
}
