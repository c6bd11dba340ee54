//! Characters made equal: what looks the same to a reader should weigh the same.

use unicode_normalization::char::decompose_compatible;

/// How a character of the original text is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Kept, perhaps as another character.
    Keep(char),
    /// Invisible: zero-width characters, bidirectional controls, soft hyphens.
    Hidden,
    /// A mark on the character before it, dropped: accents on Latin letters, stacked marks, emoji variation.
    Mark,
    /// A letter in disguise (full-width, mathematical, enclosed), and the plain one that it stands for.
    Styled(char),
}

/// Folds one character that is not ASCII; ASCII stays as it is.
pub(crate) fn fold(c: char) -> Fold {
    if c.is_ascii() {
        return Fold::Keep(c);
    }
    match c as u32 {
        0xAD | 0x34F | 0x61C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFEFF => {
            Fold::Hidden
        }
        0x300..=0x36F
        | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF
        | 0x20D0..=0x20FF
        | 0xFE00..=0xFE0F
        | 0xE0100..=0xE01EF => Fold::Mark,
        0x80..=0xA0 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => Fold::Keep(' '),
        0x2018..=0x201B | 0x2032 | 0xB4 => Fold::Keep('\''),
        0x201C..=0x201F | 0x2033 | 0xAB | 0xBB => Fold::Keep('"'),
        0x2010..=0x2015 | 0x2212 => Fold::Keep('-'),
        0x2022 | 0xB7 | 0x2219 => Fold::Keep('*'),
        0xC0..=0x24F | 0x1E00..=0x1EFF => Fold::Keep(first_of_decomposition(c)),
        0xFF01..=0xFF5E | 0x1D400..=0x1D7FF | 0x2460..=0x24FF | 0x1F110..=0x1F189 | 0x2100..=0x214F => {
            let plain = styled(c);
            if plain == c { Fold::Keep(c) } else { Fold::Styled(plain) }
        }
        _ => Fold::Keep(c),
    }
}

/// The base of a composed letter: `é` gives `e`, `ß` stays.
fn first_of_decomposition(c: char) -> char {
    let mut first = None;
    decompose_compatible(c, |part| {
        first.get_or_insert(part);
    });
    first.unwrap_or(c)
}

/// The plain letter or digit behind a styled one; the character itself when there is none.
fn styled(c: char) -> char {
    // Negative and squared Latin letters have no decomposition in Unicode, but read as letters.
    if let 0x1F130..=0x1F149 | 0x1F150..=0x1F169 | 0x1F170..=0x1F189 = c as u32 {
        let letter = (c as u32 - 0x1F130) % 0x20;
        return char::from_u32(u32::from(b'A') + letter).filter(char::is_ascii_uppercase).unwrap_or(c);
    }
    let mut plain = None;
    decompose_compatible(c, |part| {
        if plain.is_none() && part.is_alphanumeric() {
            plain = Some(part);
        }
    });
    plain.unwrap_or(c)
}

/// Whether the character belongs to a script that is written without spaces.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c as u32,
        0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3031..=0x30FF | 0x3100..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0x20000..=0x3134F | 0x0E00..=0x0E7F | 0xAC00..=0xD7AF)
}

/// Whether the character is a Cyrillic letter.
pub(crate) fn is_cyrillic(c: char) -> bool {
    matches!(c as u32, 0x400..=0x52F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F)
}

/// Whether the character is a Latin letter, after folding.
pub(crate) fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c as u32, 0xC0..=0x24F | 0x1E00..=0x1EFF)
}

/// Whether the character is a picture.
pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c as u32,
        0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x25A0..=0x25FF
        | 0x3030 | 0x303D | 0x3297 | 0x3299)
}

/// Cyrillic and Greek lower-case letters that pass for Latin ones (a subset of Unicode's confusables, UTS #39:
/// those seen in words of two scripts).
const LOOKALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('ё', 'e'),
    ('һ', 'h'),
    ('н', 'h'),
    ('і', 'i'),
    ('ї', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('п', 'n'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('г', 'r'),
    ('ѕ', 's'),
    ('т', 't'),
    ('и', 'u'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('у', 'y'),
    ('з', '3'),
    ('α', 'a'),
    ('β', 'b'),
    ('ε', 'e'),
    ('η', 'n'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('ω', 'w'),
    ('ɑ', 'a'),
    ('ɡ', 'g'),
    ('ı', 'i'),
    ('ո', 'n'),
    ('օ', 'o'),
];

/// The Latin letter that a lower-case Cyrillic, Greek or Armenian letter passes for.
pub(crate) fn to_latin(c: char) -> Option<char> {
    LOOKALIKES.iter().find(|(other, _)| *other == c).map(|(_, latin)| *latin)
}

/// The Cyrillic letter that a lower-case Latin letter passes for.
pub(crate) fn to_cyrillic(c: char) -> Option<char> {
    LOOKALIKES.iter().find(|(other, latin)| *latin == c && is_cyrillic(*other)).map(|(other, _)| *other)
}

/// The letter that a digit or sign stands for in words such as `v1agra` and `c@sh`.
pub(crate) fn fold_leet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_fold_to_plain_letters() {
        assert_eq!(fold('Ｖ'), Fold::Styled('V'));
        assert_eq!(fold('𝓿'), Fold::Styled('v'));
        assert_eq!(fold('🅰'), Fold::Styled('A'));
        assert_eq!(fold('é'), Fold::Keep('e'));
        assert_eq!(fold('\u{200b}'), Fold::Hidden);
        assert_eq!(fold('\u{301}'), Fold::Mark);
    }

    #[test]
    fn lookalikes_go_both_ways() {
        assert_eq!(to_latin('а'), Some('a'));
        assert_eq!(to_cyrillic('a'), Some('а'));
        assert_eq!(to_latin('ж'), None);
    }
}
