//! Text as the full-text index sees it; index and search prepare it by the same function, so they cannot disagree.

use std::borrow::Cow;

/// Prepares text for the full-text index, or for a look-up in it.
///
/// Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are cut into single characters, so
/// that any part of a run can be found as a phrase. Characters that show nothing (zero-width spaces and joiners, soft
/// hyphens, direction marks, variation selectors) are dropped: spam hides words with them. Accents and case are the
/// index's own business.
pub fn index_text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|char| is_invisible(char) || is_unspaced(char)) {
        return Cow::Borrowed(text);
    }
    let mut prepared = String::with_capacity(text.len() * 2);
    for char in text.chars().filter(|char| !is_invisible(*char)) {
        if is_unspaced(char) {
            prepared.extend([' ', char, ' ']);
        } else {
            prepared.push(char);
        }
    }
    Cow::Owned(prepared)
}

/// Characters that leave no mark: Unicode's default ignorable code points, as far as text that people send has them.
pub(super) fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Letters of scripts that are written without spaces between words.
pub(super) fn is_unspaced(char: char) -> bool {
    matches!(char,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17b3}' | '\u{17b6}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(index_text("Buy now, señor! Купи 🔥"), Cow::Borrowed(_)));
    }

    #[test]
    fn unspaced_scripts_are_cut_and_hidden_characters_dropped() {
        assert_eq!(index_text("a垃圾b").split_whitespace().collect::<Vec<_>>(), ["a", "垃", "圾", "b"]);
        assert_eq!(index_text("v\u{200b}ia\u{ad}gra"), "viagra");
    }
}
