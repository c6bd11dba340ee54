//! What the log reads in fields that came in another form than the guide's, so that they are found: the values themselves stay as
//! they came, and go upstream so.

use activelayer::{
    CheckRequest,
    wire::odd::{self, NOT_SECONDS, OPTIONAL_FIELDS},
};
use chrono::DateTime;
use domain::Content;
use serde_json::Value;

/// The content of a request.
pub(crate) fn content(request: CheckRequest) -> Content {
    let extra = request.extra;
    let read = |given: Option<String>, field: &str| given.or_else(|| text(extra.get(field)?));
    Content {
        message: request.message,
        email: request.email.or_else(|| short(text(extra.get("email")?))),
        name: read(request.name, "name"),
        ip: request.ip.and_then(|ip| ip.trim().parse().ok()).or_else(|| odd::ip(extra.get("ip")?)),
        timestamp: request.timestamp.or_else(|| seconds(extra.get("timestamp")?)),
        user_agent: read(request.user_agent, "user_agent"),
        website_url: read(request.website_url, "website_url"),
        domain: read(request.domain, "domain"),
        extra,
    }
}

/// The request for a content: odd fields go as they came, and not also as they were read.
pub(crate) fn request(content: &Content) -> CheckRequest {
    let mut request = CheckRequest {
        message: content.message.clone(),
        email: content.email.clone(),
        name: content.name.clone(),
        ip: content.ip.map(|ip| ip.to_string()),
        timestamp: content.timestamp,
        user_agent: content.user_agent.clone(),
        website_url: content.website_url.clone(),
        domain: content.domain.clone(),
        extra: content.extra.clone(),
    };
    // The app's own name for it is nobody else's business.
    request.extra.remove(domain::callback::EXTERNAL_ID);
    for field in OPTIONAL_FIELDS {
        if let Some(value) = content.extra.get(field) {
            request.take(field);
            request.extra.insert(field.to_owned(), value.clone());
        }
    }
    request
}

/// The text that a simple value is.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text that is no longer than addresses are: longer ones are looked up by nobody.
fn short(text: Option<String>) -> Option<String> {
    text.filter(|text| text.chars().count() <= odd::EMAIL_MAX_CHARS)
}

/// The moment that a value names, in whole seconds since the epoch: a number or its text, with or without fractions, in seconds,
/// milliseconds or less, or a date and time with its zone (RFC 3339).
fn seconds(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let text = text.trim();
            if let Ok(time) = DateTime::parse_from_rfc3339(text) {
                return Some(time.timestamp());
            }
            text.parse().ok()
        }
        _ => None,
    };
    let mut seconds: f64 = number.filter(|number: &f64| number.is_finite())?;
    while seconds.abs() >= NOT_SECONDS {
        seconds /= 1000.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 10^11")]
    Some(seconds.floor() as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_are_read_in_whatever_unit_and_notation() {
        for value in [
            json!(1_739_619_120),
            json!("1739619120"),
            json!("1739619120.25"),
            json!(1_739_619_120.75),
            json!(1_739_619_120_999_i64),
            json!("1739619120999"),
            json!(1_739_619_120_123_456_i64),
            json!(1_739_619_120_123_456_789_i64),
            json!("2025-02-15T11:32:00Z"),
            json!("2025-02-15T12:32:00.5+01:00"),
        ] {
            assert_eq!(seconds(&value), Some(1_739_619_120), "{value}");
        }
        assert_eq!(seconds(&json!(-1)), Some(-1));
        for value in
            [json!("yesterday"), json!(true), json!([1]), json!({}), json!("NaN"), json!("inf"), json!("")]
        {
            assert_eq!(seconds(&value), None, "{value}");
        }
    }

    #[test]
    fn odd_fields_are_read_and_go_upstream_as_they_came() {
        let extra = json!({
            "name": 4711, "ip": "203.0.113.9, 198.51.100.7", "timestamp": 1_739_619_120_000_i64, "website_url": "/contact",
            "email": ["a@example.net"], "data_type": "comment",
        });
        let sent = CheckRequest { extra: extra.as_object().unwrap().clone(), ..CheckRequest::new("hi") };
        let content = content(sent.clone());
        assert_eq!((content.name.as_deref(), content.email.as_deref()), (Some("4711"), None));
        assert_eq!((content.ip, content.timestamp), ("203.0.113.9".parse().ok(), Some(1_739_619_120)));
        assert_eq!(content.website_url.as_deref(), Some("/contact"));
        assert_eq!(request(&content), sent);
    }
}
