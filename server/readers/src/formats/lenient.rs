//! JSON as programs write it that should not have: Python's NaN and quotes, half of an emoji, commas behind the last member,
//! comments, line ends within strings. What it means is certain; the rest stays an error.

/// What was mended, for the account.
pub(super) const MENDED: [(&str, &str); 4] = [
    ("records with half of an emoji", "U+FFFD stands for the half that is there"),
    ("records with NaN or Infinity", "They are no numbers of JSON, and taken for empty"),
    ("records as Python prints them", "Single quotes, None, True and False are read as Python means them"),
    ("records with commas, comments or line ends too many", "They are passed over, as they change nothing"),
];

const HALF: usize = 0;
const NAN: usize = 1;
const PYTHON: usize = 2;
const SURPLUS: usize = 3;

/// The same value as JSON, and what was mended: indices of [`MENDED`]. `None` where it makes no sense.
pub(super) fn mended(text: &str) -> Option<(String, Vec<usize>)> {
    let mut mender = Mender { rest: text, out: String::with_capacity(text.len() + 16), kinds: Vec::new() };
    mender.run()?;
    (!mender.kinds.is_empty()).then_some((mender.out, mender.kinds))
}

struct Mender<'a> {
    rest: &'a str,
    out: String,
    kinds: Vec<usize>,
}

impl Mender<'_> {
    fn note(&mut self, kind: usize) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn run(&mut self) -> Option<()> {
        while let Some(first) = self.rest.chars().next() {
            match first {
                '"' | '\'' => self.string(first)?,
                '/' => self.comment()?,
                ',' => self.comma(),
                c if c.is_alphabetic() || c == '-' => self.word()?,
                c => {
                    self.out.push(c);
                    self.rest = &self.rest[c.len_utf8()..];
                }
            }
        }
        Some(())
    }

    fn comment(&mut self) -> Option<()> {
        self.note(SURPLUS);
        let end = if self.rest.starts_with("//") {
            self.rest.find('\n').unwrap_or(self.rest.len())
        } else if self.rest.starts_with("/*") {
            self.rest.find("*/")? + 2
        } else {
            return None;
        };
        self.rest = &self.rest[end..];
        Some(())
    }

    /// A comma behind which nothing comes is left away.
    fn comma(&mut self) {
        self.rest = &self.rest[1..];
        if self.rest.trim_start().starts_with([']', '}']) || self.rest.trim().is_empty() {
            self.note(SURPLUS);
        } else {
            self.out.push(',');
        }
    }

    fn word(&mut self) -> Option<()> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let (kind, words) = match word {
            "NaN" | "Infinity" | "-Infinity" | "nan" | "inf" | "-inf" | "-NaN" => (NAN, "null"),
            "None" => (PYTHON, "null"),
            "undefined" => (SURPLUS, "null"),
            "True" => (PYTHON, "true"),
            "False" => (PYTHON, "false"),
            _ if word.starts_with('-') || matches!(word, "true" | "false" | "null") => (usize::MAX, word),
            _ => return None,
        };
        if kind != usize::MAX {
            self.note(kind);
        }
        self.out.push_str(words);
        self.rest = rest;
        Some(())
    }

    fn string(&mut self, quote: char) -> Option<()> {
        if quote == '\'' {
            self.note(PYTHON);
        }
        self.out.push('"');
        self.rest = &self.rest[1..];
        loop {
            let end = self.rest.find(|c: char| c == quote || matches!(c, '\\' | '"') || c < ' ')?;
            self.out.push_str(&self.rest[..end]);
            self.rest = &self.rest[end..];
            let first = self.rest.chars().next()?;
            if first == quote {
                self.rest = &self.rest[1..];
                self.out.push('"');
                return Some(());
            }
            match first {
                '\\' => self.escape()?,
                '"' => {
                    self.out.push_str("\\\"");
                    self.rest = &self.rest[1..];
                }
                control => {
                    self.note(SURPLUS);
                    self.out.push_str(&format!("\\u{:04x}", u32::from(control)));
                    self.rest = &self.rest[1..];
                }
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let next = self.rest[1..].chars().next()?;
        match next {
            'u' => return self.unicode(),
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {
                self.out.push('\\');
                self.out.push(next);
            }
            // As Python and PHP write what JSON has no short word for.
            'x' => {
                self.note(PYTHON);
                let code = u32::from_str_radix(self.rest.get(2..4)?, 16).ok()?;
                self.out.push_str(&format!("\\u{code:04x}"));
                self.rest = self.rest.get(4..)?;
                return Some(());
            }
            '\'' => {
                self.note(PYTHON);
                self.out.push('\'');
            }
            _ => return None,
        }
        self.rest = &self.rest[1 + next.len_utf8()..];
        Some(())
    }

    /// Half of a pair of surrogates becomes U+FFFD.
    fn unicode(&mut self) -> Option<()> {
        let code = code(self.rest)?;
        let second = self.rest.get(6..).and_then(code_of_low);
        let length = match (code, second) {
            (0xd800..=0xdbff, Some(_)) => 12,
            (0xd800..=0xdfff, _) => 0,
            _ => 6,
        };
        if length == 0 {
            self.note(HALF);
            self.out.push('\u{fffd}');
        } else {
            self.out.push_str(&self.rest[..length]);
        }
        self.rest = &self.rest[length.max(6)..];
        Some(())
    }
}

fn code(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

fn code_of_low(text: &str) -> Option<u32> {
    code(text).filter(|code| (0xdc00..=0xdfff).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<serde_json::Value> {
        serde_json::from_str(&mended(text)?.0).ok()
    }

    #[test]
    fn what_is_certain_is_mended() {
        let value = serde_json::json!({"a": null, "b": "\u{fffd}x", "c": [1, 2]});
        assert_eq!(read(r#"{"a": NaN, "b": "\ud83dx", "c": [1, 2,],}"#).unwrap(), value);
        assert_eq!(read("{'a': None, // none\n 'b': '\\udc00x', 'c': [1, /* two */ 2]}").unwrap(), value);
        assert_eq!(
            read(r#"{'it\'s': "a 'b' \"c\"", 'd': True}"#).unwrap(),
            serde_json::json!({"it's": "a 'b' \"c\"", "d": true})
        );
        assert_eq!(read("{\"a\": \"x\ny\"}").unwrap(), serde_json::json!({"a": "x\ny"}));
        assert_eq!(
            read(r#"{"a": "\ud83d\ude00", "b": -Infinity}"#).unwrap(),
            serde_json::json!({"a": "😀", "b": null})
        );
    }

    #[test]
    fn what_is_not_stays_an_error() {
        for text in ["{broken", "{\"a\": nope}", "{\"a\": 'x", "{\"a\": \"\\q\"}", "{\"a\": \"x", "{a: 1}"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
