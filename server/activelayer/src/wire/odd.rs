//! Optional fields that do not have the guide's form, and what can be read from them all the same.
//!
//! Such a field is no reason to leave a submission unjudged. It stays as it came in [`CheckRequest::extra`], under its own name,
//! is forwarded so, and its typed counterpart is absent.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use serde_json::Value;
use url::Url;

use crate::{ApiError, CheckRequest};

/// Longest e-mail address, in characters (guide: "max 255 characters").
pub const EMAIL_MAX_CHARS: usize = 255;

/// The fields of the guide's table that may be absent.
pub const OPTIONAL_FIELDS: [&str; 7] =
    ["email", "name", "ip", "timestamp", "user_agent", "website_url", "domain"];

/// The kind of submission that has no message of its own: a person registers.
const SIGN_UP: &str = "user_registration";

/// From here on a number is no seconds since the epoch any more: in seconds it is the year 5138, in milliseconds 1973.
pub const NOT_SECONDS: f64 = 1e11;

/// Whether the text is an address on the web: `http` or `https`, with a host and a port that can be.
pub fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether the text is meant as an address of whatever kind: it names a scheme, begins like a path, or begins with a host.
pub fn is_like_address(text: &str) -> bool {
    let text = text.trim();
    if text.starts_with(['/', '?', '#', '.']) {
        return true;
    }
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    if first.is_empty() || first.contains(char::is_whitespace) {
        return false;
    }
    let scheme = first.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    let dotted = |host: &str| host.contains('.') && host.split('.').all(|label| !label.is_empty());
    scheme.is_some_and(is_scheme)
        || dotted(first.trim_end_matches('.'))
        || first.eq_ignore_ascii_case("localhost")
}

/// The address that a value names: alone, in brackets, with a port or a zone, or as the first of a list, which is the writer's in
/// `X-Forwarded-For`.
pub fn ip(value: &Value) -> Option<IpAddr> {
    match value {
        Value::String(text) => one_ip(text.split([',', ';']).next()?.split_whitespace().next()?),
        Value::Array(list) => ip(list.first().filter(|first| first.is_string())?),
        _ => None,
    }
}

fn one_ip(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let without_zone = bare.split('%').next().unwrap_or_default();
    bare.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| without_zone.parse::<Ipv6Addr>().ok().map(IpAddr::V6))
}

/// Whether a whole number can be seconds since the epoch.
pub(super) fn is_in_seconds(number: i64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "compared with a power of ten, far from where it matters")]
    let number = number as f64;
    number.abs() < NOT_SECONDS
}

/// Why nobody can judge a submission, in the guide's words: it has no message, or something else in its place (and then what else is
/// wrong with it). A sign-up needs none.
pub fn unreadable(request: &CheckRequest) -> Option<ApiError> {
    if !request.message.trim().is_empty() {
        return None;
    }
    let problem = match request.extra.get("message") {
        Some(_) => "The message field must be a string.",
        None if request.extra.get("data_type").and_then(Value::as_str) == Some(SIGN_UP) => return None,
        None => "The message field is required.",
    };
    Some(invalid(wrong_fields(request).into_iter().chain([("message", problem)])))
}

/// What the guide's table calls wrong beyond doubt in an optional field, in its words.
pub fn wrong_fields(request: &CheckRequest) -> Vec<(&'static str, &'static str)> {
    let given = |field: &str| request.extra.get(field).and_then(Value::as_str).map(str::trim);
    let mut wrong = Vec::new();
    let email = request.email.as_deref().or_else(|| given("email"));
    if email.is_some_and(|email| email.chars().count() > EMAIL_MAX_CHARS) {
        wrong.push(("email", "The email field must not be greater than 255 characters."));
    }
    let address = request.ip.as_deref().or_else(|| given("ip"));
    if address.is_some_and(|text| !text.trim().is_empty() && ip(&text.into()).is_none()) {
        wrong.push(("ip", "The ip field must be a valid IP address."));
    }
    let page = request.website_url.as_deref().or_else(|| given("website_url"));
    if page.is_some_and(|text| !text.trim().is_empty() && !is_like_address(text)) {
        wrong.push(("website_url", "The website url field must be a valid URL."));
    }
    wrong
}

/// A refusal for these fields, as the upstream gives it.
pub fn invalid<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> ApiError {
    let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (field, problem) in fields {
        errors.entry(field.to_owned()).or_default().push(problem.to_owned());
    }
    ApiError::Invalid { message: "Validation failed".to_owned(), errors }
}

impl CheckRequest {
    /// The request without the fields that a refusal names, and their names; `None` where it names the message, or nothing that
    /// could be left out.
    pub fn without_refused(&self, refused: &ApiError) -> Option<(Self, Vec<String>)> {
        let ApiError::Invalid { errors, .. } = refused else { return None };
        let mut lean = self.clone();
        let mut left_out = Vec::new();
        for name in errors.keys() {
            // Nested fields are named with dots.
            let field = name.split('.').next().unwrap_or_default();
            if field == "message" || !(lean.take(field) || left_out.iter().any(|gone| gone == field)) {
                return None;
            }
            if !left_out.iter().any(|gone| gone == field) {
                left_out.push(field.to_owned());
            }
        }
        (!left_out.is_empty()).then_some((lean, left_out))
    }

    /// Takes a field out; returns whether it was there.
    pub fn take(&mut self, field: &str) -> bool {
        let typed = match field {
            "email" => self.email.take().is_some(),
            "name" => self.name.take().is_some(),
            "ip" => self.ip.take().is_some(),
            "timestamp" => self.timestamp.take().is_some(),
            "user_agent" => self.user_agent.take().is_some(),
            "website_url" => self.website_url.take().is_some(),
            "domain" => self.domain.take().is_some(),
            _ => false,
        };
        self.extra.remove(field).is_some() || typed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_read_as_proxies_and_people_write_them() {
        for (value, address) in [
            (json!("203.0.113.9"), Some("203.0.113.9")),
            (json!(" 203.0.113.9, 198.51.100.7"), Some("203.0.113.9")),
            (json!("203.0.113.9:51234"), Some("203.0.113.9")),
            (json!("[2001:db8::1]"), Some("2001:db8::1")),
            (json!("[2001:db8::1]:443, 203.0.113.9"), Some("2001:db8::1")),
            (json!("fe80::1%eth0"), Some("fe80::1")),
            (json!(["203.0.113.9", "198.51.100.7"]), Some("203.0.113.9")),
            (json!("999.1.1.1"), None),
            (json!("unknown"), None),
            (json!("203.0.113.42/24"), None),
            (json!(""), None),
            (json!(","), None),
            (json!([]), None),
            (json!([["203.0.113.9"]]), None),
            (json!({ "ip": "203.0.113.9" }), None),
            (json!(7), None),
        ] {
            assert_eq!(ip(&value), address.map(|text| text.parse().unwrap()), "{value}");
        }
    }

    #[test]
    fn what_is_meant_as_an_address_is_told_from_other_words() {
        for text in [
            "mailto:a@example.com",
            "tel:+4930",
            "//x",
            "/x",
            "http://",
            "http://x:99999/",
            "ftp://x",
            "shop.example.com/contact",
            "www.example.com",
            "x:80",
            "localhost",
            "http://x.example/a b",
            "javascript:alert(1)",
            "?p=1",
            "#top",
        ] {
            assert!(is_like_address(text), "{text}");
        }
        for text in ["not a url", "none", "-", "n/a", "visit my site.", "3 o'clock: here", "a..b", "\u{0}"] {
            assert!(!is_like_address(text), "{text}");
        }
        for text in ["https://blog.example.com/contact", "http://[2001:db8::1]:8080/?a=b#c"] {
            assert!(is_web_address(text) && is_like_address(text), "{text}");
        }
    }

    #[test]
    fn only_optional_fields_are_left_out() {
        let mut request = CheckRequest { email: Some("x".into()), ..CheckRequest::new("hi") };
        request.extra = json!({ "ip": ["x"], "context": { "site_url": 1 } }).as_object().unwrap().clone();
        let refused =
            |fields: &[&str]| request.without_refused(&invalid(fields.iter().map(|field| (*field, "No."))));
        let (lean, names) = refused(&["context.form_id", "context.site_url", "email", "ip"]).unwrap();
        assert_eq!(
            (lean, names),
            (CheckRequest::new("hi"), vec!["context".into(), "email".into(), "ip".into()])
        );
        for fields in [&["message"][..], &["email", "message"], &["message.0"], &["name"], &["body"], &[]] {
            assert_eq!(refused(fields), None, "{fields:?}");
        }
        assert_eq!(request.without_refused(&ApiError::Timeout), None);
    }
}
