//! People's texts as PostgreSQL takes them: its texts cannot hold the character NUL, so another that nobody writes stands for it.

use std::borrow::Cow;

/// Unicode keeps it for programs' own use, never for texts that are sent (noncharacter, Unicode 23.7).
const ESCAPE: char = '\u{10fffe}';

/// A text as it is kept.
pub(crate) fn kept(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '\0' => kept.extend([ESCAPE, '0']),
            ESCAPE => kept.extend([ESCAPE, '1']),
            char => kept.push(char),
        }
    }
    Cow::Owned(kept)
}

/// A text that was kept.
pub(crate) fn read(kept: String) -> String {
    if !kept.contains(ESCAPE) {
        return kept;
    }
    let mut text = String::with_capacity(kept.len());
    let mut chars = kept.chars();
    while let Some(char) = chars.next() {
        match (char, char == ESCAPE) {
            (_, true) => match chars.next() {
                Some('0') => text.push('\0'),
                // The first characters of a text may end in the middle.
                Some('1') | None => text.push(ESCAPE),
                Some(other) => text.extend([ESCAPE, other]),
            },
            (char, false) => text.push(char),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in ["", "plain", "a\0b", "\0", "\u{10fffe}0", "\u{10fffe}\0\u{10fffe}"] {
            let kept = kept(text);
            assert!(!kept.contains('\0'));
            assert_eq!(read(kept.into_owned()), text);
        }
    }
}
