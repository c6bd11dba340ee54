//! Requests as clients in the field send them.

use std::{collections::BTreeMap, net::IpAddr};

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    Refusal, keys,
    odd::{EMAIL_MAX_CHARS, is_in_seconds, is_web_address},
};
use crate::{CheckRequest, FeedbackRequest};

/// Levels of arrays and objects within a field, at most: readers of JSON stop at 128, and what is kept of a request lies a few
/// levels deeper than the request.
const DEPTH_MAX: usize = 122;

/// A request, and the key if the client put it into the body.
#[derive(Clone, Debug)]
pub struct Received<T> {
    /// The request, free of the key and of every field that is named as one that holds a key.
    pub request: T,
    /// The body's `api_key`.
    pub api_key: Option<SecretString>,
}

/// Reads the body of `POST /check` or `/check-comment`. Blank and `null` optional fields are absent; unknown fields, and optional
/// ones that have another form than the guide's ([`super::odd`]), are kept in `extra` as they came. Whether there is a message to
/// judge is for [`super::odd::unreadable`] to say.
///
/// # Errors
/// 400 when the body is not JSON, 422 when it is no object.
pub fn read_check(body: &[u8]) -> Result<Received<CheckRequest>, Refusal> {
    let mut fields = Fields::read(body)?;
    let api_key = fields.key();
    let request = CheckRequest {
        message: fields.text_if("message", |_| true).unwrap_or_default(),
        email: fields.text_if("email", |email| email.chars().count() <= EMAIL_MAX_CHARS),
        name: fields.text_if("name", |_| true),
        ip: fields.text_if("ip", |ip| ip.trim().parse::<IpAddr>().is_ok()).map(|ip| ip.trim().to_owned()),
        timestamp: fields.timestamp(),
        user_agent: fields.text_if("user_agent", |_| true),
        website_url: fields.text_if("website_url", is_web_address),
        domain: fields.text_if("domain", |_| true),
        extra: Map::new(),
    };
    Ok(Received { request: CheckRequest { extra: fields.left, ..request }, api_key })
}

/// Reads the body of `POST /feedback`.
///
/// # Errors
/// 400 when the body is not JSON; 422 with every field that is wrong.
pub fn read_feedback(body: &[u8]) -> Result<Received<FeedbackRequest>, Refusal> {
    let mut fields = Fields::read(body)?;
    let api_key = fields.key();
    let detection_id = fields.required_text("detection_id");
    let is_spam = fields.required_bool("is_spam");
    let extra = fields.rest()?;
    Ok(Received { request: FeedbackRequest { detection_id, is_spam, extra }, api_key })
}

/// The fields that are still to be read, and what was wrong with the others.
struct Fields {
    left: Map<String, Value>,
    errors: BTreeMap<String, Vec<String>>,
}

impl Fields {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let errors = BTreeMap::new();
        if body.trim_ascii().is_empty() {
            return Ok(Self { left: Map::new(), errors });
        }
        // Only what cannot be read is looked at a second time.
        let read = serde_json::from_slice(body);
        let read = read.or_else(|error| match mend_surrogates(body) {
            Some(mended) => serde_json::from_slice(&mended),
            None => Err(error),
        });
        match read {
            Ok(Value::Object(left)) if left.values().any(|value| is_deeper(value, DEPTH_MAX)) => {
                Err(Refusal::malformed_json("it is nested too deeply"))
            }
            Ok(Value::Object(left)) => Ok(Self { left, errors }),
            Ok(_) => {
                let problem = "The request body must be a JSON object.".to_owned();
                Err(Refusal::invalid([("body".to_owned(), vec![problem])].into()))
            }
            Err(error) => Err(Refusal::malformed_json(&error.to_string())),
        }
    }

    /// The fields that nobody asked for.
    fn rest(self) -> Result<Map<String, Value>, Refusal> {
        if self.errors.is_empty() { Ok(self.left) } else { Err(Refusal::invalid(self.errors)) }
    }

    /// Notes what is wrong with a field, in the upstream's manner of speaking: "The user agent field …".
    fn wrong(&mut self, field: &str, problem: &str) {
        let sentence = format!("The {} field {problem}", field.replace('_', " "));
        self.errors.entry(field.to_owned()).or_default().push(sentence);
    }

    /// A field that is there and not `null` or blank.
    fn take(&mut self, field: &str) -> Option<Value> {
        self.left.remove(field).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    fn text(&mut self, field: &str) -> Option<String> {
        match self.take(field)? {
            Value::String(text) => Some(text),
            _ => {
                self.wrong(field, "must be a string.");
                None
            }
        }
    }

    fn required_text(&mut self, field: &str) -> String {
        let known = self.errors.len();
        self.text(field).unwrap_or_else(|| {
            if self.errors.len() == known {
                self.wrong(field, "is required.");
            }
            String::new()
        })
    }

    fn required_bool(&mut self, field: &str) -> bool {
        match self.take(field) {
            Some(Value::Bool(value)) => return value,
            // Clients that write every value as a text.
            Some(Value::String(word)) if word.trim().eq_ignore_ascii_case("true") => return true,
            Some(Value::String(word)) if word.trim().eq_ignore_ascii_case("false") => return false,
            Some(_) => self.wrong(field, "must be true or false."),
            None => self.wrong(field, "is required."),
        }
        false
    }

    /// The body's key. Keys are nobody's to keep, in whatever form and however deep they are.
    fn key(&mut self) -> Option<SecretString> {
        let key = self.take("api_key");
        keys::drop_key_fields(&mut self.left);
        key?.as_str().map(SecretString::from)
    }

    /// An optional text that has the guide's form; any other value stays where it is.
    fn text_if(&mut self, field: &str, has_form: impl Fn(&str) -> bool) -> Option<String> {
        match self.take(field)? {
            Value::String(text) if has_form(&text) => Some(text),
            odd => {
                self.left.insert(field.to_owned(), odd);
                None
            }
        }
    }

    fn timestamp(&mut self) -> Option<i64> {
        let value = self.take("timestamp")?;
        let seconds = crate::types::whole_of(&value).filter(|seconds| is_in_seconds(*seconds));
        if seconds.is_none() {
            self.left.insert("timestamp".to_owned(), value);
        }
        seconds
    }
}

/// Whether arrays and objects are nested deeper than that.
fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if levels == 0 => true,
        Value::Array(list) => list.iter().any(|value| is_deeper(value, levels - 1)),
        Value::Object(fields) => fields.values().any(|value| is_deeper(value, levels - 1)),
        _ => false,
    }
}

/// The JSON text with U+FFFD for every half of a surrogate pair that stands alone: `JSON.stringify` writes them where a program
/// cut an emoji in two. `None` when there is none.
fn mend_surrogates(text: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6).filter(|escape| escape.starts_with(b"\\u"))?;
        let digits = escape[2..].iter().all(u8::is_ascii_hexdigit).then_some(&escape[2..])?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut mended = Vec::new();
    let mut at = 0;
    while let Some(offset) = text.get(at..)?.iter().position(|byte| *byte == b'\\') {
        at += offset;
        at += match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push(at);
                6
            }
            (Some(_), _) => 6,
            // An escaped backslash is no beginning of another escape.
            (None, _) => 2,
        };
        if at >= text.len() {
            break;
        }
    }
    if mended.is_empty() {
        return None;
    }
    let mut copy = text.to_vec();
    for at in mended {
        copy[at..at + 6].copy_from_slice(b"\\ufffd");
    }
    Some(copy)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(body: &str) -> String {
        read_check(body.as_bytes()).unwrap().request.message
    }

    #[test]
    fn half_an_emoji_becomes_the_replacement_character() {
        for (body, read) in [
            (r#"{"message":"phone \ud83d"}"#, "phone \u{fffd}"),
            (r#"{"message":"\ude00 phone"}"#, "\u{fffd} phone"),
            (r#"{"message":"\ud83d\ud83d\ude00"}"#, "\u{fffd}😀"),
            (r#"{"message":"\uD83Dx\u0041"}"#, "\u{fffd}xA"),
            (r#"{"message":"\\ud83d \ud83d"}"#, r"\ud83d �"),
            (r#"{"message":"\\\ud83d"}"#, "\\\u{fffd}"),
            (r#"{"message":"see you \ud83d\ude00"}"#, "see you 😀"),
        ] {
            assert_eq!(message(body), read, "{body}");
        }
        let beside = read_check(br#"{"message":"hi","name":"Bo \ud83d","x":{"\udc00":1}}"#).unwrap().request;
        assert_eq!(beside.name.as_deref(), Some("Bo \u{fffd}"));
        assert_eq!(beside.extra["x"], json!({ "\u{fffd}": 1 }));
        for body in [
            r#"{"message":"\ud83"}"#,
            r#"{"message":"\ud83d"#,
            r#"{"message":"\ud8zz"}"#,
            r#"{"message":"x\"#,
        ] {
            assert_eq!(read_check(body.as_bytes()).unwrap_err().status, 400, "{body}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_to_be_kept_is_not_taken() {
        let body =
            |levels: usize| format!(r#"{{"message":"hi","x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(read_check(body(DEPTH_MAX).as_bytes()).is_ok());
        for levels in [DEPTH_MAX + 1, 126, 127, 128, 100_000] {
            assert_eq!(read_check(body(levels).as_bytes()).unwrap_err().status, 400, "{levels}");
        }
    }

    #[test]
    fn odd_fields_stay_as_they_came() {
        let odd = json!({
            "email": { "address": "a@example.net" }, "name": 4711, "ip": "203.0.113.9, 198.51.100.7", "timestamp": "1739619120",
            "user_agent": ["x"], "website_url": "mailto:a@example.net", "domain": true,
        });
        let mut body = odd.clone();
        body["message"] = json!("hi");
        let request = read_check(body.to_string().as_bytes()).unwrap().request;
        assert_eq!(
            request,
            CheckRequest { extra: odd.as_object().unwrap().clone(), ..CheckRequest::new("hi") }
        );
        assert_eq!(serde_json::to_value(&request).unwrap(), body);
    }

    #[test]
    fn what_has_the_guides_form_is_typed_and_blanks_are_absent() {
        let body = json!({
            "message": "hi", "email": "", "name": null, "ip": " 203.0.113.9 ", "timestamp": 1_739_619_120.0, "user_agent": " ",
            "website_url": "https://blog.example.com/contact", "domain": "example.com", "data_type": "comment", "api_key": 7,
        });
        let request = read_check(body.to_string().as_bytes()).unwrap().request;
        assert_eq!((request.email, request.name, request.user_agent), (None, None, None));
        assert_eq!((request.ip.as_deref(), request.timestamp), (Some("203.0.113.9"), Some(1_739_619_120)));
        assert_eq!(Value::Object(request.extra), json!({ "data_type": "comment" }));
        let late = read_check(br#"{"message":"hi","timestamp":1739619120000}"#).unwrap().request;
        assert_eq!((late.timestamp, &late.extra["timestamp"]), (None, &json!(1_739_619_120_000_i64)));
    }
}
