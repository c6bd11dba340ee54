//! Where a text probably comes from, told from the text alone: what is normal in an e-mail is not in a text message.

use crate::text::{Clean, is_cjk, is_cyrillic};

/// The kind of text, as far as it decides how evidence is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A subject line and a body, or a long text with an e-mail's marks.
    Email,
    /// Up to 320 characters: a comment, a text message, a chat line.
    Short,
    /// Longer, without a subject line: a contact form, a review, a forum post.
    Long,
    /// Without a subject line, and mostly Chinese, Japanese, Korean or Thai.
    Cjk,
    /// Mostly Cyrillic.
    Cyrillic,
    /// An e-mail in lower case with spaces around signs, as corpora for research and some exports write it.
    Plain,
}

/// The longest text that counts as short, in characters: two text messages.
pub(crate) const SHORT: usize = 320;

/// A subject line is at most this long, in characters.
const LONGEST_SUBJECT: usize = 200;

impl Channel {
    /// Every channel, in the order of the model file.
    pub const ALL: [Self; 6] = [Self::Email, Self::Short, Self::Long, Self::Cjk, Self::Cyrillic, Self::Plain];

    /// Place in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The name that the model card uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Short => "short",
            Self::Long => "long",
            Self::Cjk => "cjk",
            Self::Cyrillic => "cyrillic",
            Self::Plain => "plain",
        }
    }

    /// Tells the channel of a cleaned text.
    pub(crate) fn of(clean: &Clean) -> Self {
        let (mut letters, mut cjk, mut cyrillic) = (0, 0, 0);
        for c in &clean.chars {
            // Most texts are mostly ASCII, and need no look into Unicode's tables.
            if c.is_ascii() {
                letters += usize::from(c.is_ascii_alphabetic());
                continue;
            }
            letters += usize::from(c.is_alphabetic());
            cjk += usize::from(is_cjk(*c));
            cyrillic += usize::from(is_cyrillic(*c));
        }
        if cyrillic * 3 > letters && cyrillic > 0 {
            Self::Cyrillic
        } else if has_subject(&clean.chars) {
            if is_tokenised(&clean.chars) { Self::Plain } else { Self::Email }
        } else if cjk * 4 > letters && cjk > 0 {
            Self::Cjk
        } else if clean.chars.len() <= SHORT {
            Self::Short
        } else {
            Self::Long
        }
    }
}

/// Whether the first line is followed by an empty one and could be a subject.
pub(crate) fn has_subject(chars: &[char]) -> bool {
    subject_end(chars).is_some()
}

/// Where the subject line ends, when there is one.
pub(crate) fn subject_end(chars: &[char]) -> Option<usize> {
    let end = chars.iter().take(LONGEST_SUBJECT).position(|c| *c == '\n')?;
    (end > 0 && chars.get(end + 1) == Some(&'\n')).then_some(end)
}

/// Whether signs mostly have a space before them and capitals are rare: the mark of a tokenised text.
fn is_tokenised(chars: &[char]) -> bool {
    let (mut tight, mut spaced, mut capitals) = (0, 0, 0);
    for pair in chars.windows(2) {
        capitals += usize::from(pair[1].is_ascii_uppercase());
        if matches!(pair[1], '.' | ',' | ':' | '?' | '!' | ')' | '-' | '/') {
            if pair[0] == ' ' {
                spaced += 1;
            } else {
                tight += 1;
            }
        }
    }
    spaced > 3 * tight && capitals * 50 <= chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Channel {
        let mut clean = Clean::default();
        clean.read(text);
        Channel::of(&clean)
    }

    #[test]
    fn channels_are_told_apart() {
        assert_eq!(of("Nice song!"), Channel::Short);
        assert_eq!(of(&"I would like to ask about the room. ".repeat(20)), Channel::Long);
        assert_eq!(of("Re: room\n\nHi John, it is free."), Channel::Email);
        assert_eq!(of("re : room\n\nhi john , it is free ."), Channel::Plain);
        assert_eq!(of("человек пришёл"), Channel::Cyrillic);
        assert_eq!(of("谢谢分享"), Channel::Cjk);
        assert_eq!(of(""), Channel::Short);
    }
}
