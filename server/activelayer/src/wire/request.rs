//! Requests as clients in the field send them, validated.

use std::{collections::BTreeMap, net::IpAddr};

use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

use super::Refusal;
use crate::{CheckRequest, FeedbackRequest};

/// Longest e-mail address, in characters (guide: "max 255 characters").
pub(super) const EMAIL_MAX_CHARS: usize = 255;

/// A request, and the key if the client put it into the body.
#[derive(Clone, Debug)]
pub struct Received<T> {
    /// The request, free of the key.
    pub request: T,
    /// The body's `api_key`.
    pub api_key: Option<SecretString>,
}

/// Reads the body of `POST /check` or `/check-comment`. Blank and `null` optional fields are absent; unknown fields
/// are kept.
///
/// # Errors
/// 400 when the body is not JSON; 422 with every field that is wrong.
pub fn read_check(body: &[u8]) -> Result<Received<CheckRequest>, Refusal> {
    let mut fields = Fields::read(body)?;
    let api_key = fields.text("api_key").map(SecretString::from);
    let request = CheckRequest {
        message: fields.required_text("message"),
        email: fields.email(),
        name: fields.text("name"),
        ip: fields.ip(),
        timestamp: fields.timestamp(),
        user_agent: fields.text("user_agent"),
        website_url: fields.website_url(),
        domain: fields.text("domain"),
        extra: Map::new(),
    };
    let extra = fields.rest()?;
    Ok(Received { request: CheckRequest { extra, ..request }, api_key })
}

/// Reads the body of `POST /feedback`.
///
/// # Errors
/// 400 when the body is not JSON; 422 with every field that is wrong.
pub fn read_feedback(body: &[u8]) -> Result<Received<FeedbackRequest>, Refusal> {
    let mut fields = Fields::read(body)?;
    let api_key = fields.text("api_key").map(SecretString::from);
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
        match serde_json::from_slice(body) {
            Ok(Value::Object(left)) => Ok(Self { left, errors }),
            Ok(_) => {
                let problem = "The request body must be a JSON object.".to_owned();
                Err(Refusal::invalid([("body".to_owned(), vec![problem])].into()))
            }
            Err(_) => Err(Refusal::malformed_json()),
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
            Some(_) => self.wrong(field, "must be true or false."),
            None => self.wrong(field, "is required."),
        }
        false
    }

    fn email(&mut self) -> Option<String> {
        let email = self.text("email")?;
        if email.chars().count() > EMAIL_MAX_CHARS {
            self.wrong("email", "must not be greater than 255 characters.");
        }
        Some(email)
    }

    fn ip(&mut self) -> Option<String> {
        let ip = self.text("ip")?.trim().to_owned();
        if ip.parse::<IpAddr>().is_err() {
            self.wrong("ip", "must be a valid IP address.");
        }
        Some(ip)
    }

    fn website_url(&mut self) -> Option<String> {
        let text = self.text("website_url")?;
        let is_web =
            Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_web {
            self.wrong("website_url", "must be a valid URL.");
        }
        Some(text)
    }

    fn timestamp(&mut self) -> Option<i64> {
        let value = self.take("timestamp")?;
        let seconds = crate::types::whole_of(&value);
        if seconds.is_none() {
            self.wrong("timestamp", "must be an integer.");
        }
        seconds
    }
}
