//! Hostile text, made safe to look at: nothing invisible stays invisible, no address can be followed by accident.

/// A stretch of text to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Plain(String),
    /// A web address, defanged: `hxxp://spam[.]biz/x`.
    Address(String),
    /// A character that would not be seen, or would reorder what is: its code point, for instance `U+202E`.
    Invisible(String),
}

/// Takes text apart for display. No piece is lost: joined, they read like the text.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = address_length(rest) {
            flush(&mut plain, &mut pieces);
            pieces.push(Piece::Address(defang(&rest[..length])));
            rest = &rest[length..];
        } else {
            if is_invisible(first) {
                flush(&mut plain, &mut pieces);
                pieces.push(Piece::Invisible(format!("U+{:04X}", u32::from(first))));
            } else {
                plain.push(first);
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    flush(&mut plain, &mut pieces);
    pieces
}

/// The text on one line, with invisible characters left out: for lists, titles and tooltips.
pub fn single_line(text: &str) -> String {
    let shown: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    shown.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn flush(plain: &mut String, pieces: &mut Vec<Piece>) {
    if !plain.is_empty() {
        pieces.push(Piece::Plain(std::mem::take(plain)));
    }
}

/// Length in bytes of the web address that `text` starts with, if it starts with one.
fn address_length(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://", "ftp://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let ends = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, '<' | '>' | '"');
    let length = text.find(ends).unwrap_or(text.len());
    (length > scheme.len()).then_some(length)
}

/// Writes an address so that no program takes it for one.
fn defang(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    format!(
        "{}://{}{path}",
        scheme.to_ascii_lowercase().replace("tt", "xx").replace("ftp", "fxp"),
        host.replace('.', "[.]")
    )
}

/// Whether a character shows nothing or changes the order of what is shown: controls but tab and line ends,
/// zero-width characters, bidi controls (Unicode 16, property `Bidi_Control`), tags, fillers and soft hyphens.
pub fn is_invisible(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' => true,
        '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' => true,
        '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_defanged_and_nothing_else_changes() {
        assert_eq!(
            pieces("see HTTP://spam.biz/a.b?c now"),
            [
                Piece::Plain("see ".into()),
                Piece::Address("hxxp://spam[.]biz/a.b?c".into()),
                Piece::Plain(" now".into())
            ]
        );
        assert_eq!(pieces("http://"), [Piece::Plain("http://".into())]);
    }

    #[test]
    fn bidi_and_controls_are_shown_by_their_code_point() {
        assert_eq!(
            pieces("a\u{202e}b\u{1b}[31m\n"),
            [
                Piece::Plain("a".into()),
                Piece::Invisible("U+202E".into()),
                Piece::Plain("b".into()),
                Piece::Invisible("U+001B".into()),
                Piece::Plain("[31m\n".into())
            ]
        );
    }

    #[test]
    fn a_single_line_has_no_breaks_and_nothing_invisible() {
        assert_eq!(single_line("  a\r\n\tb\u{200b}c "), "a bc");
    }
}
