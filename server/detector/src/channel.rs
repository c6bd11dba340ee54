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
    /// Mostly Chinese, Japanese, Korean or Thai.
    Cjk,
    /// Mostly Cyrillic.
    Cyrillic,
}

/// The longest text that counts as short, in characters: two text messages.
pub(crate) const SHORT: usize = 320;

/// A subject line is at most this long, in characters.
const LONGEST_SUBJECT: usize = 200;

impl Channel {
    /// Every channel, in the order of the model file.
    pub const ALL: [Self; 5] = [Self::Email, Self::Short, Self::Long, Self::Cjk, Self::Cyrillic];

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
        }
    }

    /// Tells the channel of a cleaned text.
    pub(crate) fn of(clean: &Clean) -> Self {
        let (mut letters, mut cjk, mut cyrillic) = (0, 0, 0);
        for c in &clean.chars {
            letters += usize::from(c.is_alphabetic());
            cjk += usize::from(is_cjk(*c));
            cyrillic += usize::from(is_cyrillic(*c));
        }
        if cjk * 4 > letters && cjk > 0 {
            Self::Cjk
        } else if cyrillic * 3 > letters && cyrillic > 0 {
            Self::Cyrillic
        } else if has_subject(&clean.chars) {
            Self::Email
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
