//! What is handed over to be judged: the eight request fields of the guide, validated before anything is sent.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// Longest e-mail address that the upstream accepts, in characters (guide: "max 255 characters").
pub const EMAIL_MAX_CHARS: usize = 255;

/// Largest message that Gavel accepts, in bytes (1 MiB, the body limit of the gateway).
pub const MESSAGE_MAX_BYTES: usize = 1024 * 1024;

/// A submission, validated. Empty optional fields are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Text to judge; empty only where there is none, as in a sign-up.
    pub message: String,
    /// Sender's e-mail address, at most 255 characters.
    pub email: Option<String>,
    /// Author's name or nickname.
    pub name: Option<String>,
    /// Author's IPv4 or IPv6 address.
    pub ip: Option<IpAddr>,
    /// When the content was created, in seconds since the UNIX epoch.
    pub timestamp: Option<i64>,
    /// Browser or client User-Agent string.
    pub user_agent: Option<String>,
    /// Page that the content was submitted on.
    pub website_url: Option<String>,
    /// Domain associated with the content.
    pub domain: Option<String>,
    /// Fields that the guide does not name, and those of its fields that came in another form ([`Content::odd`]; beside them stands
    /// what could be read of them): forwarded and kept as they came.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

/// The fields of the guide's table.
pub const GUIDE_FIELDS: [&str; 8] =
    ["message", "email", "name", "ip", "timestamp", "user_agent", "website_url", "domain"];

impl Content {
    /// Fields of the guide's table that came in another form than the table's: by name, as they came.
    pub fn odd(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        GUIDE_FIELDS.iter().filter_map(|field| Some((*field, self.extra.get(*field)?)))
    }
}

/// The same fields as a person types them. Kept as typed, so that an error never loses text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContentForm {
    /// See [`Content::message`].
    pub message: String,
    /// See [`Content::email`].
    pub email: String,
    /// See [`Content::name`].
    pub name: String,
    /// See [`Content::ip`].
    pub ip: String,
    /// UNIX seconds, or a date and time such as `2025-02-15T11:32` (read as UTC).
    pub timestamp: String,
    /// See [`Content::user_agent`].
    pub user_agent: String,
    /// See [`Content::website_url`].
    pub website_url: String,
    /// See [`Content::domain`].
    pub domain: String,
}

/// What is wrong with one field, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// Name of the field as on the wire, for instance `website_url`.
    pub field: String,
    /// A sentence for the person who typed it.
    pub problem: String,
}

impl FieldError {
    /// One field and what is wrong with it.
    pub fn new(field: &str, problem: impl Into<String>) -> Self {
        Self { field: field.to_owned(), problem: problem.into() }
    }
}

impl ContentForm {
    /// Validates every field and turns the form into [`Content`].
    ///
    /// # Errors
    /// All fields that are wrong, not only the first.
    pub fn validate(&self) -> Result<Content, Vec<FieldError>> {
        let mut errors = Vec::new();
        if self.message.trim().is_empty() {
            errors.push(FieldError::new("message", "The message is empty. Paste the text to check."));
        } else if self.message.len() > MESSAGE_MAX_BYTES {
            errors.push(FieldError::new(
                "message",
                format!("The message is longer than 1 MiB ({} bytes). Shorten it.", self.message.len()),
            ));
        }
        let email = present(&self.email);
        if email.as_ref().is_some_and(|email| email.chars().count() > EMAIL_MAX_CHARS) {
            errors.push(FieldError::new("email", "The e-mail address is longer than 255 characters."));
        }
        let mut keep =
            |result: Result<_, FieldError>| result.map_err(|error| errors.push(error)).ok().flatten();
        let ip = keep(parse_ip(&self.ip).map(|ip| ip.map(|ip| ip.to_string())));
        let timestamp = keep(parse_timestamp(&self.timestamp).map(|seconds| seconds.map(|s| s.to_string())));
        let website_url = keep(parse_url(&self.website_url));
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Content {
            message: self.message.clone(),
            email,
            name: present(&self.name),
            ip: ip.and_then(|ip| ip.parse().ok()),
            timestamp: timestamp.and_then(|seconds| seconds.parse().ok()),
            user_agent: present(&self.user_agent),
            website_url,
            domain: present(&self.domain),
            extra: Map::new(),
        })
    }
}

/// Trimmed text, or nothing when there is none: clients send empty strings for absent fields.
pub fn present(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn parse_ip(text: &str) -> Result<Option<IpAddr>, FieldError> {
    let problem = "This is no IP address. Write it like 203.0.113.42 or 2001:db8::1.";
    present(text).map(|ip| ip.parse().map_err(|_| FieldError::new("ip", problem))).transpose()
}

fn parse_url(text: &str) -> Result<Option<String>, FieldError> {
    let Some(text) = present(text) else { return Ok(None) };
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Some(text)),
        _ => Err(FieldError::new(
            "website_url",
            "This is no web address. Write it like https://blog.example.com/contact.",
        )),
    }
}

fn parse_timestamp(text: &str) -> Result<Option<i64>, FieldError> {
    let Some(text) = present(text) else { return Ok(None) };
    if let Ok(seconds) = text.parse() {
        return Ok(Some(seconds));
    }
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|format| chrono::NaiveDateTime::parse_from_str(&text, format).ok())
        .map(|time| Some(time.and_utc().timestamp()))
        .ok_or_else(|| {
            FieldError::new(
                "timestamp",
                "This is no time. Write it like 2025-02-15T11:32 (UTC) or as UNIX seconds.",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(message: &str) -> ContentForm {
        ContentForm { message: message.to_owned(), ..ContentForm::default() }
    }

    #[test]
    fn empty_optional_fields_are_absent() {
        let form = ContentForm { email: "  ".into(), ip: String::new(), ..form("hello") };
        let content = form.validate().unwrap();
        assert_eq!(content, Content { message: "hello".into(), ..Content::default() });
    }

    #[test]
    fn every_wrong_field_is_named() {
        let form = ContentForm {
            message: " ".into(),
            email: "x".repeat(256),
            ip: "300.1.2.3".into(),
            timestamp: "yesterday".into(),
            website_url: "javascript:alert(1)".into(),
            ..ContentForm::default()
        };
        let fields: Vec<_> = form.validate().unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["message", "email", "ip", "timestamp", "website_url"]);
    }

    #[test]
    fn an_email_of_255_characters_is_fine_whatever_its_bytes() {
        let form = ContentForm { email: "é".repeat(255), ..form("hello") };
        assert!(form.validate().is_ok());
    }

    #[test]
    fn times_are_read_as_seconds_or_dates() {
        for text in ["1739619120", "2025-02-15T11:32", "2025-02-15 11:32:00"] {
            let form = ContentForm { timestamp: text.into(), ..form("hello") };
            assert_eq!(form.validate().unwrap().timestamp, Some(1_739_619_120), "{text}");
        }
    }
}
