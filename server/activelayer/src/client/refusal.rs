//! What a status other than success means.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, RETRY_AFTER},
};
use serde_json::{Map, Value};

use crate::{ApiError, types::count_of};

/// Longest text taken from an error's body, in characters: a sentence or two, never a page.
const MESSAGE_MAX_CHARS: usize = 500;

/// The error that a status, its headers and its body stand for.
pub(super) fn error(status: StatusCode, headers: &HeaderMap, body: &str) -> ApiError {
    let payload = serde_json::from_str::<Map<String, Value>>(body).unwrap_or_default();
    let message = message(&payload, status);
    match status.as_u16() {
        401 => ApiError::Unauthorized { message },
        403 if is_from_api(&payload) => ApiError::NoPlan { message },
        404 if is_about_detection(&payload) => ApiError::NotFound { message },
        422 if is_about_content(&payload) => ApiError::Invalid { message, errors: field_errors(&payload) },
        429 if is_monthly(&payload, headers) => {
            let count = |name: &str| payload.get(name).and_then(count_of);
            ApiError::QuotaExhausted {
                message,
                limit: count("limit"),
                used: count("used"),
                remaining: count("remaining"),
            }
        }
        429 => ApiError::RateLimited { message, retry_after: retry_after(headers) },
        status @ 500..=599 => ApiError::Server { status, message },
        status => ApiError::UnexpectedStatus { status, message },
    }
}

/// Firewalls answer 403 with pages of their own. Taking a block page for "no plan" would send people the wrong way.
fn is_from_api(payload: &Map<String, Value>) -> bool {
    payload.get("error").is_some_and(Value::is_string)
}

/// Wrong base URLs answer 404, too. Taking one for "unknown detection" would throw feedback away.
fn is_about_detection(payload: &Map<String, Value>) -> bool {
    let error = payload.get("error").and_then(Value::as_str).unwrap_or_default();
    payload.contains_key("error_details") || error.to_lowercase().contains("detection")
}

/// Firewalls answer 422, too. Taking what is not the API's word for a refusal would leave the content without a verdict for
/// good.
fn is_about_content(payload: &Map<String, Value>) -> bool {
    let has_errors = matches!(payload.get("errors"), Some(Value::Object(fields)) if !fields.is_empty());
    has_errors || is_from_api(payload)
}

/// The most telling text of the payload; the status's own name when there is none.
fn message(payload: &Map<String, Value>, status: StatusCode) -> String {
    let said = ["message", "error_details", "error"]
        .iter()
        .filter_map(|name| payload.get(*name)?.as_str())
        .find(|text| !text.trim().is_empty());
    said.map_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned(), one_line)
}

/// The text without line breaks and other control characters, which would forge lines in logs, and not too long.
fn one_line(text: &str) -> String {
    let printable = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(MESSAGE_MAX_CHARS).collect()
}

/// `errors` of a 422: field name to texts. A single text instead of a list counts as a list of one.
fn field_errors(payload: &Map<String, Value>) -> BTreeMap<String, Vec<String>> {
    let Some(Value::Object(fields)) = payload.get("errors") else { return BTreeMap::new() };
    let texts = |value: &Value| match value {
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).map(one_line).collect(),
        Value::String(text) => vec![one_line(text)],
        _ => Vec::new(),
    };
    fields.iter().map(|(field, value)| (one_line(field), texts(value))).collect()
}

/// Which of the two limits a 429 means: the words decide; without telling words, figures of use without a time to
/// wait mean the month.
fn is_monthly(payload: &Map<String, Value>, headers: &HeaderMap) -> bool {
    let words: Vec<String> = ["error", "message"]
        .iter()
        .filter_map(|name| Some(payload.get(*name)?.as_str()?.to_lowercase()))
        .collect();
    let says = |needles: &[&str]| words.iter().any(|text| needles.iter().any(|needle| text.contains(needle)));
    if says(&["month", "quota", "lifetime", "billing"]) {
        return true;
    }
    if says(&["minute", "second", "too many"]) {
        return false;
    }
    payload.contains_key("limit") && payload.contains_key("used") && !headers.contains_key(RETRY_AFTER)
}

/// `Retry-After` in seconds, or as a date: then counted from the answer's own `Date`, so that neither side's clock
/// needs to be right. A moment in the past is zero; what cannot be read is `None`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let sent: SystemTime = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(until.duration_since(sent).unwrap_or_default())
}
