//! PGP within a text (RFC 4880, sections 6 and 7): armour is taken off what is signed, and what is encrypted is left out.

/// A text without armour.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bare {
    pub(super) text: String,
    /// Whether a part of it was encrypted.
    pub(super) is_sealed: bool,
    /// Whether there was a key in it.
    pub(super) has_key: bool,
}

/// Longest line of armour: 76 signs by the standard, and some programs write more.
const LINE_MAX: usize = 100;

/// Takes a text's armour off. `None` where there is none.
pub(super) fn without_armour(text: &str) -> Option<Bare> {
    if !text.contains("-----BEGIN PGP ") {
        return None;
    }
    let mut bare = Bare::default();
    let mut has_any = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        match begins(line) {
            Some("SIGNED MESSAGE") => {
                has_any = true;
                // "Hash: SHA256", and the blank line that ends such fields.
                while lines.next_if(|line| is_field(line)).is_some() {}
                lines.next_if(|line| line.trim().is_empty());
                while let Some(line) = lines.next_if(|line| begins(line) != Some("SIGNATURE")) {
                    push(&mut bare.text, line.strip_prefix("- ").unwrap_or(line));
                }
            }
            Some(kind) => {
                has_any = true;
                bare.is_sealed |= kind == "MESSAGE" || kind.starts_with("MESSAGE, ");
                bare.has_key |= kind.ends_with("KEY BLOCK");
                // Where its end is missing, what is no armour is text again.
                while lines.next_if(|line| is_armour(line)).is_some() {}
                lines.next_if(|line| line.trim_end().starts_with("-----END PGP "));
            }
            None => push(&mut bare.text, line),
        }
    }
    has_any.then_some(bare)
}

/// What begins at a line: "SIGNED MESSAGE", "MESSAGE", "SIGNATURE", "PUBLIC KEY BLOCK".
fn begins(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("-----BEGIN PGP ")?.strip_suffix("-----")
}

fn is_field(line: &str) -> bool {
    ["Hash: ", "Charset: ", "Comment: ", "Version: ", "NotDashEscaped: ", "MessageID: "]
        .iter()
        .any(|name| line.starts_with(name))
}

fn is_armour(line: &str) -> bool {
    let line = line.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    line.len() <= LINE_MAX && (is_field(line) || line.bytes().all(is_base64))
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----\nVersion: x 1\n\niQEzBAEBCAAd/+=\n=AbCd\n-----END PGP SIGNATURE-----\n";

    #[test]
    fn what_is_signed_is_read() {
        let signed = format!(
            "Ahead\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\nHash: SHA1\n\nHash: this is text\n- -- \nAnn\n{SIGNATURE}Behind"
        );
        let bare = without_armour(&signed).unwrap();
        assert_eq!(
            bare,
            Bare { text: "Ahead\nHash: this is text\n-- \nAnn\nBehind\n".to_owned(), ..Bare::default() }
        );
        let cut = without_armour("-----BEGIN PGP SIGNED MESSAGE-----\n\nonly this").unwrap();
        assert_eq!(cut.text, "only this\n");
        assert_eq!(without_armour("how to write -----BEGIN PGP MESSAGE----- in a text"), None);
    }

    #[test]
    fn what_is_encrypted_is_left_out() {
        let sealed = "Hi\n\n-----BEGIN PGP MESSAGE-----\nComment: a b\n\nhQEMA5vJ\n=AbCd\n-----END PGP MESSAGE-----\n\nBye";
        let bare = without_armour(sealed).unwrap();
        assert_eq!((bare.text.as_str(), bare.is_sealed), ("Hi\n\n\nBye\n", true));
        let cut = "-----BEGIN PGP MESSAGE-----\n\nhQEMA5vJ\nThis is text again.\n";
        assert_eq!(without_armour(cut).unwrap().text, "This is text again.\n");
        let key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEN\n-----END PGP PUBLIC KEY BLOCK-----";
        let bare = without_armour(key).unwrap();
        assert_eq!((bare.text.as_str(), bare.is_sealed, bare.has_key), ("", false, true));
    }
}
