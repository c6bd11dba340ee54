//! Keys of callers: nobody's to keep, and nobody's to pass on, wherever in a request they stand.

use serde_json::{Map, Value};

use crate::{CheckRequest, FeedbackRequest};

/// Names of fields that hold a key, without hyphens and underscores, in small letters.
const NAMES: [&str; 2] = ["apikey", "xapikey"];

/// What stands where a key stood.
const REMOVED: &str = "[removed]";

/// Shortest key that is looked for in texts, in bytes: a shorter one, as in a test, may be a word of the text. Gavel's
/// have 68.
const KEY_MIN_BYTES: usize = 16;

impl CheckRequest {
    /// Takes a key out of every text of the request, also where it is a part of one.
    pub fn forget_key(&mut self, key: &str) {
        if key.len() < KEY_MIN_BYTES {
            return;
        }
        forget(&mut self.message, key);
        let texts = [
            &mut self.email,
            &mut self.name,
            &mut self.ip,
            &mut self.user_agent,
            &mut self.website_url,
            &mut self.domain,
        ];
        for text in texts.into_iter().flatten() {
            forget(text, key);
        }
        forget_in_fields(&mut self.extra, key);
    }
}

impl FeedbackRequest {
    /// Takes a key out of every text of the request, also where it is a part of one.
    pub fn forget_key(&mut self, key: &str) {
        if key.len() < KEY_MIN_BYTES {
            return;
        }
        forget(&mut self.detection_id, key);
        forget_in_fields(&mut self.extra, key);
    }
}

/// Whether any field, however deep, is named as one that holds a key: `api_key`, `API-Key`, `X-Api-Key`, `apiKey`.
pub(crate) fn has_key_fields(fields: &Map<String, Value>) -> bool {
    fields.iter().any(|(name, value)| is_key_name(name) || has_key_fields_within(value))
}

/// Takes those fields out.
pub(crate) fn drop_key_fields(fields: &mut Map<String, Value>) {
    fields.retain(|name, value| {
        drop_key_fields_within(value);
        !is_key_name(name)
    });
}

fn is_key_name(name: &str) -> bool {
    let letters = || {
        let letters = name.bytes().filter(|byte| !matches!(byte, b'-' | b'_'));
        letters.map(|byte| byte.to_ascii_lowercase())
    };
    NAMES.iter().any(|known| letters().eq(known.bytes()))
}

fn has_key_fields_within(value: &Value) -> bool {
    match value {
        Value::Object(fields) => has_key_fields(fields),
        Value::Array(list) => list.iter().any(has_key_fields_within),
        _ => false,
    }
}

fn drop_key_fields_within(value: &mut Value) {
    match value {
        Value::Object(fields) => drop_key_fields(fields),
        Value::Array(list) => list.iter_mut().for_each(drop_key_fields_within),
        _ => {}
    }
}

fn forget(text: &mut String, key: &str) {
    if text.contains(key) {
        *text = text.replace(key, REMOVED);
    }
}

fn forget_within(value: &mut Value, key: &str) {
    match value {
        Value::String(text) => forget(text, key),
        Value::Array(list) => list.iter_mut().for_each(|value| forget_within(value, key)),
        Value::Object(fields) => forget_in_fields(fields, key),
        _ => {}
    }
}

/// Names of fields are texts, too.
fn forget_in_fields(fields: &mut Map<String, Value>, key: &str) {
    fields.values_mut().for_each(|value| forget_within(value, key));
    if fields.keys().any(|name| name.contains(key)) {
        let named = std::mem::take(fields).into_iter();
        *fields = named.map(|(name, value)| (name.replace(key, REMOVED), value)).collect();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::{read_check, read_feedback};

    const KEY: &str = "gvl_0123456789abcdef";

    #[test]
    fn fields_that_hold_a_key_are_known_by_their_names() {
        for name in [
            "api_key",
            "API_KEY",
            "apikey",
            "apiKey",
            "api-key",
            "Api-Key",
            "x-api-key",
            "X-API-Key",
            "X_Api_Key",
        ] {
            assert!(is_key_name(name), "{name}");
        }
        for name in ["key", "api", "api key", "my_api_key", "api_keys", "api_key_id", "", "-_"] {
            assert!(!is_key_name(name), "{name}");
        }
    }

    #[test]
    fn fields_that_hold_a_key_are_not_read_however_deep_they_lie() {
        let body = json!({
            "message": "hello", "api_key": KEY, "API_KEY": KEY, "apikey": 7, "x-api-key": [KEY],
            "context": { "api_key": KEY, "nested": [{ "Api-Key": KEY, "id": 1 }, [{ "apiKey": null }]] },
        });
        let request = read_check(body.to_string().as_bytes()).unwrap().request;
        assert_eq!(Value::Object(request.extra), json!({ "context": { "nested": [{ "id": 1 }, [{}]] } }));
        let body =
            json!({ "detection_id": "d", "is_spam": true, "more": { "api_key": KEY }, "api_key": KEY });
        let received = read_feedback(body.to_string().as_bytes()).unwrap();
        assert!(received.api_key.is_some());
        assert_eq!(Value::Object(received.request.extra), json!({ "more": {} }));
    }

    #[test]
    fn a_key_is_taken_out_of_every_text() {
        let body = json!({
            "message": format!("Hello {KEY}, {KEY}!"), "email": format!("{KEY}@example.net"), "name": KEY,
            "user_agent": format!("app/1 ({KEY})"), "website_url": format!("https://x.example/?k={KEY}"),
            "domain": KEY, "ip": [KEY], "context": { "token": KEY, "list": [format!("a{KEY}b"), 7] },
            format!("for {KEY}"): { "a": true },
        });
        let mut request = read_check(body.to_string().as_bytes()).unwrap().request;
        request.forget_key(KEY);
        let kept = serde_json::to_value(&request).unwrap();
        assert!(!kept.to_string().contains(KEY), "{kept}");
        assert_eq!(kept["message"], "Hello [removed], [removed]!");
        assert_eq!(kept["website_url"], "https://x.example/?k=[removed]");
        assert_eq!(kept["context"], json!({ "token": "[removed]", "list": ["a[removed]b", 7] }));
        assert_eq!(kept["for [removed]"], json!({ "a": true }));
        let mut word = CheckRequest::new("a short key is a word");
        word.forget_key("key");
        assert_eq!(word.message, "a short key is a word");
        let mut feedback = FeedbackRequest::new(KEY, true);
        feedback.forget_key(KEY);
        assert_eq!(feedback.detection_id, "[removed]");
    }
}
