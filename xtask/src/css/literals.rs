//! The text of a string literal, as the compiler would read it.

/// The text of a `"…"`, `r"…"` or `r#"…"#` literal, given as it stands in the source; none for anything else.
pub(crate) fn text(source: &str) -> Option<String> {
    if let Some(raw) = source.strip_prefix('r') {
        let inner = raw.trim_matches('#');
        return Some(inner.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    }
    Some(unescaped(source.strip_prefix('"')?.strip_suffix('"')?))
}

/// Classes need few escapes: quotes, backslashes, white space. Any other stays as it is written.
fn unescaped(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(next) = chars.next() {
        if next != '\\' {
            text.push(next);
            continue;
        }
        match chars.next() {
            Some('n' | 't' | 'r') => text.push(' '),
            // A line that goes on: the newline and the indentation after it are no part of the text.
            Some('\n') => while chars.next_if(|space| space.is_whitespace()).is_some() {},
            Some(escaped @ ('"' | '\'' | '\\')) => text.push(escaped),
            Some(other) => text.extend(['\\', other]),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn reads_plain_raw_and_escaped_literals() {
        assert_eq!(text(r#""flex p-2""#).unwrap(), "flex p-2");
        assert_eq!(text(r##"r#"before:content-["x"]"#"##).unwrap(), "before:content-[\"x\"]");
        assert_eq!(text("\"flex \\\n    p-2\"").unwrap(), "flex p-2");
        assert_eq!(text(r#""a\"b""#).unwrap(), "a\"b");
    }

    #[test]
    fn other_literals_are_none() {
        for other in ["1", "'a'", "b\"x\"", "1.5f32"] {
            assert_eq!(text(other), None, "{other}");
        }
    }
}
