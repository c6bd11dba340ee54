//! The upstream's validation, in the guide's words.

use std::{collections::BTreeMap, net::IpAddr};

use activelayer::{ApiError, CheckRequest};

/// Longest e-mail address, in characters (the guide's number).
const LONGEST_EMAIL: usize = 255;

/// Refuses a submission that the upstream would refuse. Empty strings count as absent, as real clients send them.
///
/// # Errors
/// [`ApiError::Invalid`] with one entry a field.
pub fn validate(request: &CheckRequest) -> Result<(), ApiError> {
    let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut refuse = |field: &str, words: &str| errors.entry(field.into()).or_default().push(words.into());
    if request.message.trim().is_empty() {
        refuse("message", "The message field is required.");
    }
    // The guide asks for no more: people type all sorts of things into that field, and the content still wants judging.
    if given(&request.email).is_some_and(|email| email.chars().count() > LONGEST_EMAIL) {
        refuse("email", "The email field must not be greater than 255 characters.");
    }
    if given(&request.ip).is_some_and(|ip| ip.parse::<IpAddr>().is_err()) {
        refuse("ip", "The ip field must be a valid IP address.");
    }
    if given(&request.website_url).is_some_and(|url| !is_web_address(url)) {
        refuse("website_url", "The website url field must be a valid URL.");
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(ApiError::Invalid { message: "Validation failed".into(), errors })
}

fn given(field: &Option<String>) -> Option<&str> {
    field.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Whether the text is an `http` or `https` address with a host.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty() && !url.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
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
}
