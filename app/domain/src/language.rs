//! Languages of messages, as pages name and mark them.

use serde::{Deserialize, Serialize};

/// The language of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Language {
    /// Tag for the `lang` attribute (BCP 47).
    pub tag: String,
    /// English name.
    pub name: String,
    /// Whether it is written from right to left.
    pub right_to_left: bool,
}

/// ISO 639-3 code, BCP 47 tag, English name: the languages that the embedded detector tells apart.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("ara", "ar", "Arabic"),
    ("ces", "cs", "Czech"),
    ("cmn", "zh", "Chinese"),
    ("deu", "de", "German"),
    ("ell", "el", "Greek"),
    ("eng", "en", "English"),
    ("fra", "fr", "French"),
    ("heb", "he", "Hebrew"),
    ("hin", "hi", "Hindi"),
    ("hun", "hu", "Hungarian"),
    ("ind", "id", "Indonesian"),
    ("ita", "it", "Italian"),
    ("jpn", "ja", "Japanese"),
    ("kor", "ko", "Korean"),
    ("nld", "nl", "Dutch"),
    ("pol", "pl", "Polish"),
    ("por", "pt", "Portuguese"),
    ("ron", "ro", "Romanian"),
    ("rus", "ru", "Russian"),
    ("spa", "es", "Spanish"),
    ("swe", "sv", "Swedish"),
    ("tha", "th", "Thai"),
    ("tur", "tr", "Turkish"),
    ("ukr", "uk", "Ukrainian"),
    ("vie", "vi", "Vietnamese"),
];

/// The tags of all of them.
pub const TAGS: [&str; LANGUAGES.len()] = {
    let mut tags = [""; LANGUAGES.len()];
    let mut at = 0;
    while at < tags.len() {
        tags[at] = LANGUAGES[at].1;
        at += 1;
    }
    tags
};

impl Language {
    /// The language with this tag.
    pub fn of_tag(tag: &str) -> Option<Self> {
        LANGUAGES.iter().find(|(_, known, _)| *known == tag).and_then(|(code, ..)| Self::of_code(code))
    }

    /// The language with this ISO 639-3 code.
    pub fn of_code(code: &str) -> Option<Self> {
        LANGUAGES.iter().find(|(known, ..)| *known == code).map(|&(_, tag, name)| Self {
            tag: tag.to_owned(),
            name: name.to_owned(),
            right_to_left: matches!(tag, "ar" | "he"),
        })
    }
}
