//! The upstream's validation, in the guide's words.

use activelayer::{
    ApiError, CheckRequest,
    wire::odd::{invalid, unreadable, wrong_fields},
};

/// Refuses what the guide's table calls wrong beyond doubt. Empty strings count as absent, as real clients send them; what is
/// merely odd is left out of the verdict. A sign-up needs no message.
///
/// # Errors
/// [`ApiError::Invalid`] with one entry a field.
pub fn validate(request: &CheckRequest) -> Result<(), ApiError> {
    let wrong = wrong_fields(request);
    match unreadable(request) {
        Some(refusal) => Err(refusal),
        None if wrong.is_empty() => Ok(()),
        None => Err(invalid(wrong)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(request: &CheckRequest) -> Vec<String> {
        match validate(request) {
            Err(ApiError::Invalid { errors, .. }) => errors.into_keys().collect(),
            _ => vec![],
        }
    }

    #[test]
    fn empty_strings_are_absent() {
        let empty = Some(String::new());
        let request = CheckRequest {
            message: "Hi".into(),
            email: empty.clone(),
            ip: empty.clone(),
            website_url: empty,
            ..CheckRequest::default()
        };
        assert_eq!(validate(&request), Ok(()));
    }

    #[test]
    fn every_broken_field_is_named() {
        let request = CheckRequest {
            message: " ".into(),
            email: Some(format!("{}@example.com", "a".repeat(250))),
            ip: Some("300.1.1.1".into()),
            website_url: Some("not a url".into()),
            ..CheckRequest::default()
        };
        assert_eq!(fields(&request), ["email", "ip", "message", "website_url"]);
        let Err(ApiError::Invalid { errors, .. }) = validate(&request) else { panic!("must be refused") };
        assert_eq!(errors["message"], ["The message field is required."]);
    }

    #[test]
    fn both_kinds_of_ip_pass() {
        for ip in ["203.0.113.42", "2001:db8::1"] {
            let request =
                CheckRequest { message: "Hi".into(), ip: Some(ip.into()), ..CheckRequest::default() };
            assert_eq!(validate(&request), Ok(()));
        }
    }

    #[test]
    fn what_is_merely_odd_is_judged_without_it() {
        let mut request = CheckRequest::new("Hi");
        for (field, value) in [
            ("website_url", json!("mailto:a@example.net")),
            ("website_url", json!("//x")),
            ("website_url", json!("http://x:99999/")),
            ("ip", json!("203.0.113.9, 198.51.100.7")),
            ("ip", json!("[2001:db8::1]:443")),
            ("ip", json!(["203.0.113.9"])),
            ("ip", json!(7)),
            ("name", json!(4711)),
            ("email", json!({ "address": "a@example.net" })),
            ("timestamp", json!("1739619120")),
            ("timestamp", json!(1_739_619_120_000_i64)),
        ] {
            request.extra.insert(field.to_owned(), value.clone());
            assert_eq!(validate(&request), Ok(()), "{field}: {value}");
        }
        for (field, value) in [
            ("ip", json!("999.1.1.1")),
            ("website_url", json!("not a url")),
            ("email", json!("x".repeat(256))),
            ("message", json!(7)),
        ] {
            let mut request = CheckRequest::new(if field == "message" { "" } else { "Hi" });
            request.extra.insert(field.to_owned(), value);
            assert_eq!(fields(&request), [field]);
        }
    }

    #[test]
    fn a_sign_up_needs_no_message() {
        let mut request = CheckRequest { email: Some("a@example.net".into()), ..CheckRequest::default() };
        assert_eq!(fields(&request), ["message"]);
        request.extra.insert("data_type".into(), json!("user_registration"));
        assert_eq!(validate(&request), Ok(()));
        request.extra.insert("data_type".into(), json!("comment"));
        assert_eq!(fields(&request), ["message"]);
    }
}
