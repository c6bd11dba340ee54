//! Bodies as clients send them, turned into JSON text: without a byte order mark, in UTF-8 whatever charset was declared, and forms
//! as the object that they stand for.

use std::borrow::Cow;

use axum::http::{HeaderMap, header};
use encoding_rs::{Encoding, UTF_8};
use serde_json::{Map, Value};

const FORM: &str = "application/x-www-form-urlencoded";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Fields of a form; more are no form.
const FIELDS_MAX: usize = 1000;

/// Names within names of a form: `context[form][id]` has three.
const DEPTH_MAX: usize = 16;

/// The body as JSON text. What it is not is for the reader of the JSON to say.
pub(super) fn json(headers: &HeaderMap, mut body: Vec<u8>) -> Vec<u8> {
    let declared =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let charset = charset(declared);
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    let is_form = declared.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM));
    // curl says "form" of whatever it is given.
    if is_form && !matches!(body.trim_ascii().first(), None | Some(b'{' | b'[')) {
        return form(&body, charset).map_or(body, |fields| Value::Object(fields).to_string().into_bytes());
    }
    if charset == UTF_8 {
        return body;
    }
    let (text, _, _) = charset.decode(&body);
    text.into_owned().into_bytes()
}

/// The declared charset; UTF-8 without one, or with one that nobody knows.
fn charset(content_type: &str) -> &'static Encoding {
    let parameter = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    parameter.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8)
}

/// The object that a form stands for; `None` when it has too many fields.
fn form(body: &[u8], charset: &'static Encoding) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    for (count, pair) in pairs.enumerate() {
        if count >= FIELDS_MAX {
            return None;
        }
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let name = decoded(&pair[..at], charset);
        let value = decoded(pair.get(at + 1..).unwrap_or_default(), charset);
        let mut path = name.split('[').map(|part| part.strip_suffix(']').unwrap_or(part));
        let first = path.next().unwrap_or_default().trim();
        let rest: Vec<&str> = path.take(DEPTH_MAX).collect();
        let value = typed(first, value.into_owned());
        put(fields.entry(first).or_insert(Value::Null), &rest, value);
    }
    Some(fields)
}

fn decoded<'a>(text: &'a [u8], charset: &'static Encoding) -> Cow<'a, str> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    Cow::Owned(charset.decode_without_bom_handling(&bytes).0.into_owned())
}

/// A form has only texts: what the guide has as a number or a truth value is read as that.
fn typed(field: &str, value: String) -> Value {
    match (field, value.trim()) {
        ("timestamp", number) => number.parse::<i64>().map_or(Value::String(value), Value::from),
        ("is_spam", "1" | "on") => Value::Bool(true),
        ("is_spam", "0") => Value::Bool(false),
        _ => Value::String(value),
    }
}

/// Puts a value where the names lead; a name without a word in it is the next place of a list. The last value of a name counts.
fn put(place: &mut Value, path: &[&str], value: Value) {
    match path {
        [] => *place = value,
        ["", rest @ ..] => {
            if !place.is_array() {
                *place = Value::Array(Vec::new());
            }
            if let Value::Array(list) = place {
                let mut next = Value::Null;
                put(&mut next, rest, value);
                list.push(next);
            }
        }
        [name, rest @ ..] => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            if let Value::Object(fields) = place {
                put(fields.entry(*name).or_insert(Value::Null), rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(content_type: &str, body: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        String::from_utf8(json(&headers, body.to_vec())).unwrap()
    }

    #[test]
    fn marks_and_charsets_are_read() {
        let text = r#"{"message":"Café"}"#;
        for (content_type, body) in [
            ("application/json", text.as_bytes()),
            ("application/json", b"\xef\xbb\xbf{\"message\":\"Caf\xc3\xa9\"}"),
            ("application/json; charset=utf-8", text.as_bytes()),
            ("application/json; charset=utf-8", b"\xef\xbb\xbf{\"message\":\"Caf\xc3\xa9\"}"),
            ("application/json;charset=\"Windows-1252\"", b"{\"message\":\"Caf\xe9\"}"),
            ("text/plain; x=y; Charset=iso-8859-1", b"{\"message\":\"Caf\xe9\"}"),
            (
                "application/json; charset=utf-16le",
                b"{\0\"\0m\0e\0s\0s\0a\0g\0e\0\"\0:\0\"\0C\0a\0f\0\xe9\0\"\0}\0",
            ),
            ("application/json; charset=nonsense", text.as_bytes()),
            (FORM, text.as_bytes()),
        ] {
            assert_eq!(read(content_type, body), text, "{content_type}");
        }
    }

    #[test]
    fn a_form_is_the_object_that_it_stands_for() {
        let body = b"message=Hello+there%21&email=a%40example.net&context[site_url]=https%3A%2F%2Fx.example&context%5Bform%5D%5Bid%5D=7\
            &tags[]=a&tags[]=b&timestamp=1739619120&is_spam=1&empty=&bare&&message=Last";
        let read: Value = serde_json::from_str(&read(FORM, body)).unwrap();
        assert_eq!(
            read,
            json!({
                "message": "Last", "email": "a@example.net", "context": { "site_url": "https://x.example", "form": { "id": "7" } },
                "tags": ["a", "b"], "timestamp": 1_739_619_120, "is_spam": true, "empty": "", "bare": "",
            })
        );
    }

    #[test]
    fn forms_of_all_sorts_break_nothing() {
        let deep = format!("a{}=1", "[x]".repeat(10_000));
        let many = "a=1&".repeat(FIELDS_MAX + 1);
        for body in ["a[b=1", "a]b[=1", "[]=1", "=", "%", "%zz=%", "a=1&a[b]=2&a[]=3", &deep, &many] {
            read("application/x-www-form-urlencoded; charset=utf-8", body.as_bytes());
        }
        assert!(read(FORM, b"a=1&a[b]=2").contains(r#""a":{"b":"2"}"#));
        assert!(
            read("application/x-www-form-urlencoded;charset=windows-1252", b"message=Caf%E9")
                .contains("Café")
        );
    }
}
