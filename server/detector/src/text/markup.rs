//! Remnants of HTML and MIME in what people paste and forward.

/// A piece of markup at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Markup<'a> {
    /// How many bytes it takes.
    pub(crate) len: usize,
    /// What it means.
    pub(crate) meaning: Meaning<'a>,
}

/// What a piece of markup stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning<'a> {
    /// A tag, and the address that it links to or loads, if any.
    Tag(Option<&'a str>),
    /// Nothing to a reader: a comment, the body of a style or script.
    Nothing,
    /// One character.
    Char(char),
}

/// The longest tag that is taken for one, in bytes; past it, `<` is a sign.
const LONGEST_TAG: usize = 1_000;

/// Names of HTML elements; other words in angle brackets (`<EMAIL>`, `<john@example.com>`) are text.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "center",
    "cite",
    "code",
    "col",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "label",
    "li",
    "link",
    "main",
    "map",
    "meta",
    "nav",
    "noscript",
    "object",
    "ol",
    "option",
    "p",
    "param",
    "pre",
    "q",
    "s",
    "script",
    "section",
    "select",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
];

/// Reads the tag or comment that starts at `<`; `None` when it is only a sign.
pub(crate) fn tag(text: &str) -> Option<Markup<'_>> {
    if let Some(rest) = text.strip_prefix("<!--") {
        let len = rest.find("-->").map_or(text.len(), |end| end + 7);
        return Some(Markup { len, meaning: Meaning::Nothing });
    }
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let name_len = inner.bytes().take(12).take_while(u8::is_ascii_alphanumeric).count();
    let name = inner.get(..name_len)?.to_ascii_lowercase();
    if ELEMENTS.binary_search(&name.as_str()).is_err() && !text.starts_with("<!DOCTYPE") {
        return None;
    }
    let close = text.bytes().take(LONGEST_TAG).position(|byte| byte == b'>')?;
    if (name == "style" || name == "script") && !text.starts_with("</") {
        let end = text[close..].find("</").map_or(text.len(), |at| close + at);
        return Some(Markup { len: end, meaning: Meaning::Nothing });
    }
    Some(Markup { len: close + 1, meaning: Meaning::Tag(address(&text[..close])) })
}

/// The address in a tag's `href` or `src`.
fn address(tag: &str) -> Option<&str> {
    let start =
        ["href=", "HREF=", "src=", "SRC="].iter().find_map(|key| tag.find(key).map(|at| at + key.len()))?;
    let value = tag[start..].trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', ' ', '>', '\n']).unwrap_or(value.len());
    let value = &value[..end];
    (value.starts_with("http") || value.starts_with("//")).then_some(value)
}

/// Reads the character reference that starts at `&`, such as `&amp;`, `&#39;` and `&#x27;`.
pub(crate) fn entity(text: &str) -> Option<Markup<'static>> {
    let end = text.bytes().take(10).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let meant = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" | "ldquo" | "rdquo" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
        "nbsp" => ' ',
        "pound" => '£',
        "euro" => '€',
        "bull" | "middot" => '*',
        "ndash" | "mdash" => '-',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control() || c.is_whitespace())?
        }
    };
    Some(Markup { len: end + 1, meaning: Meaning::Char(meant) })
}

/// Reads a quoted-printable escape that starts at `=`: a soft line break, or one of the ASCII bytes that mailers
/// escape (`=20`, `=3D`, `=09`, `=2E` …).
pub(crate) fn quoted_printable(text: &str) -> Option<Markup<'static>> {
    let bytes = text.as_bytes();
    match bytes {
        [b'=', b'\n', ..] => return Some(Markup { len: 2, meaning: Meaning::Nothing }),
        [b'=', b'\r', b'\n', ..] => return Some(Markup { len: 3, meaning: Meaning::Nothing }),
        _ => {}
    }
    let hex = text.get(1..3)?;
    if !hex.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)) {
        return None;
    }
    match u8::from_str_radix(hex, 16).ok()? {
        byte @ (0x20 | 0x3D | 0x2E | 0x2C | 0x21 | 0x22 | 0x27) => {
            Some(Markup { len: 3, meaning: Meaning::Char(char::from(byte)) })
        }
        0x09 | 0x0A | 0x0D | 0xA0 => Some(Markup { len: 3, meaning: Meaning::Char(' ') }),
        0x91 | 0x92 => Some(Markup { len: 3, meaning: Meaning::Char('\'') }),
        0x93 | 0x94 => Some(Markup { len: 3, meaning: Meaning::Char('"') }),
        0x96 | 0x97 => Some(Markup { len: 3, meaning: Meaning::Char('-') }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_sorted_for_the_search() {
        assert!(ELEMENTS.is_sorted());
    }

    #[test]
    fn tags_give_their_link() {
        let found = tag("<a href=\"http://x.example/y\">z</a>").expect("a tag");
        assert_eq!(found.meaning, Meaning::Tag(Some("http://x.example/y")));
        assert_eq!(found.len, 29);
    }

    #[test]
    fn words_in_angle_brackets_are_text() {
        assert_eq!(tag("<EMAIL> me"), None);
        assert_eq!(tag("<3"), None);
        assert_eq!(tag("<#>"), None);
    }

    #[test]
    fn references_and_escapes() {
        assert_eq!(entity("&#39;s").map(|m| m.meaning), Some(Meaning::Char('\'')));
        assert_eq!(entity("&x"), None);
        assert_eq!(quoted_printable("=3D1").map(|m| m.meaning), Some(Meaning::Char('=')));
        assert_eq!(quoted_printable("=ab"), None);
    }
}
