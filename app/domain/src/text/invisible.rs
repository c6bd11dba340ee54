//! Characters that leave no mark, or that reorder the marks of others.

/// Whether a character shows nothing or changes the order of what is shown: controls but tab and line ends,
/// zero-width characters, bidi controls (Unicode 16, property `Bidi_Control`), tags, fillers and soft hyphens.
pub fn is_invisible(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' => true,
        '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' => true,
        '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => c.is_control(),
    }
}

/// How a code point is written: `U+202E`.
pub(super) fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The Unicode name or alias, as far as moderators meet the character; else what kind it is.
pub(super) fn name(c: char) -> &'static str {
    match c {
        '\0' => "null",
        '\u{07}' => "bell",
        '\u{08}' => "backspace",
        '\u{0B}' => "vertical tab",
        '\u{0C}' => "form feed",
        '\u{1B}' => "escape",
        '\u{7F}' => "delete",
        '\u{85}' => "next line",
        '\u{AD}' => "soft hyphen",
        '\u{034F}' => "combining grapheme joiner",
        '\u{061C}' => "Arabic letter mark",
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => "Hangul filler",
        '\u{200B}' => "zero-width space",
        '\u{200C}' => "zero-width non-joiner",
        '\u{200D}' => "zero-width joiner",
        '\u{200E}' => "left-to-right mark",
        '\u{200F}' => "right-to-left mark",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{202A}' => "left-to-right embedding",
        '\u{202B}' => "right-to-left embedding",
        '\u{202C}' => "pop directional formatting",
        '\u{202D}' => "left-to-right override",
        '\u{202E}' => "right-to-left override",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        '\u{FEFF}' => "byte order mark",
        '\u{E0000}'..='\u{E007F}' => "tag character",
        '\u{E0100}'..='\u{E01EF}' => "variation selector",
        c if c.is_control() => "control character",
        _ => "invisible character",
    }
}
