//! A server's side: errors are written byte for byte as in the guide, requests are read as clients send them.

use std::time::Duration;

use activelayer::{
    ApiError, CheckEndpoint, CheckRequest, SpamApi,
    wire::{Refusal, odd, read_check, read_feedback},
};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{guide, support::Server};

#[test]
fn each_error_of_the_guide_is_written_byte_for_byte() {
    let errors = [("message".to_owned(), vec!["The message field is required.".to_owned()])].into();
    for (refusal, status, body) in [
        (Refusal::unauthorized(), 401, guide::UNAUTHORIZED),
        (Refusal::no_plan(), 403, guide::NO_PLAN),
        (Refusal::detection_not_found(), 404, guide::NOT_FOUND),
        (Refusal::invalid(errors), 422, guide::INVALID),
        (Refusal::quota_exhausted(50_000, 50_000), 429, guide::QUOTA),
        (Refusal::internal(), 500, guide::SERVER),
    ] {
        assert_eq!((refusal.status, refusal.body_json().as_str()), (status, body));
    }
}

#[tokio::test]
async fn each_error_of_the_guide_passes_through_client_and_server_unchanged() {
    for (status, body) in [
        (401, guide::UNAUTHORIZED),
        (403, guide::NO_PLAN),
        (404, guide::NOT_FOUND),
        (422, guide::INVALID),
        (429, guide::QUOTA),
        (500, guide::SERVER),
    ] {
        let server = Server::giving(status, &[], body).await;
        let error = server.client().check(CheckEndpoint::Check, &CheckRequest::new("x")).await.unwrap_err();
        let refusal = Refusal::from(&error);
        assert_eq!((refusal.status, refusal.body_json().as_str()), (status, body));
    }
}

#[tokio::test]
async fn clients_tell_the_servers_own_limits_apart() {
    let wait = Some(Duration::from_secs(12));
    let refusal = Refusal::rate_limited(wait);
    let server = Server::giving(429, &[("retry-after", "12")], &refusal.body_json()).await;
    let error = server.client().verify().await.unwrap_err();
    assert!(matches!(error, ApiError::RateLimited { .. }), "{error:?}");
    assert_eq!(Refusal::from(&error), refusal);
}

#[tokio::test]
async fn a_missing_endpoint_is_not_taken_for_a_missing_detection() {
    let refusal = Refusal::no_such_endpoint();
    let server = Server::giving(refusal.status, &[], &refusal.body_json()).await;
    let error = server.client().verify().await.unwrap_err();
    assert!(matches!(error, ApiError::UnexpectedStatus { status: 404, .. }), "{error:?}");
}

#[test]
fn what_did_not_answer_is_unavailable_and_inner_reasons_stay_inside() {
    let reason = "10.0.0.7 refused".to_owned();
    for (error, status) in [
        (ApiError::Timeout, 503),
        (ApiError::Connect { reason: reason.clone() }, 503),
        (ApiError::Malformed { reason: reason.clone() }, 500),
        (ApiError::UnexpectedStatus { status: 418, message: reason.clone() }, 500),
        (ApiError::Server { status: 502, message: reason }, 500),
    ] {
        let refusal = Refusal::from(&error);
        assert_eq!(refusal.status, status);
        assert!(!refusal.body_json().contains("10.0.0.7"));
    }
}

#[test]
fn a_check_is_read_with_blanks_absent_the_key_apart_and_the_rest_kept() {
    let body = json!({
        "message": "hi", "email": "", "ip": " 203.0.113.42 ", "website_url": null, "timestamp": "",
        "name": "[email protected]", "api_key": "secret", "data_type": "comment", "context": {"a": [1]},
    });
    let received = read_check(body.to_string().as_bytes()).unwrap();
    assert_eq!(received.api_key.as_ref().unwrap().expose_secret(), "secret");
    assert!(!format!("{received:?}").contains("secret"));
    let request = received.request;
    assert_eq!((request.message.as_str(), request.email, request.website_url), ("hi", None, None));
    assert_eq!((request.ip.as_deref(), request.timestamp), (Some("203.0.113.42"), None));
    assert_eq!(json!(request.extra), json!({"data_type": "comment", "context": {"a": [1]}}));
}

/// Why nobody can judge what this body says.
fn unreadable(body: &[u8]) -> Refusal {
    let received = read_check(body).unwrap();
    Refusal::from(&odd::unreadable(&received.request).expect("it has a message"))
}

#[test]
fn every_wrong_field_of_a_check_is_named() {
    let body = json!({
        "message": 7, "email": "x".repeat(256), "name": [], "ip": "300.1.2.3", "timestamp": "yesterday",
        "user_agent": {}, "website_url": "not a url", "domain": false,
    });
    let refusal = unreadable(body.to_string().as_bytes());
    assert_eq!(refusal.status, 422);
    // What is merely odd (a name that is a list, a time in words) is kept as it came, and no reason to refuse.
    assert_eq!(
        json!(refusal.body.errors),
        json!({
            "message": ["The message field must be a string."],
            "email": ["The email field must not be greater than 255 characters."],
            "ip": ["The ip field must be a valid IP address."],
            "website_url": ["The website url field must be a valid URL."],
        })
    );
}

#[test]
fn a_missing_message_gives_the_guides_own_answer() {
    for body in ["{}", "", r#"{"message":null}"#, r#"{"message":"  "}"#] {
        assert_eq!(unreadable(body.as_bytes()).body_json(), guide::INVALID, "{body}");
    }
}

#[test]
fn what_is_not_json_is_400_and_what_is_no_object_422() {
    let deep = "[".repeat(100_000);
    for body in ["{", "message=hi", "\u{feff}{", "{\"message\":\"\\ud80", &deep] {
        assert_eq!(read_check(body.as_bytes()).unwrap_err().status, 400);
    }
    assert_eq!(read_check(b"{\"message\":\"\xff\"}").unwrap_err().status, 400);
    for body in ["[]", "7", "null", "\"hi\""] {
        assert_eq!(read_check(body.as_bytes()).unwrap_err().status, 422);
        assert_eq!(read_feedback(body.as_bytes()).unwrap_err().status, 422);
    }
}

#[test]
fn feedback_needs_a_detection_and_a_boolean() {
    let received = read_feedback(br#"{"detection_id":"d","is_spam":false,"note":"x"}"#).unwrap();
    assert_eq!((received.request.detection_id.as_str(), received.request.is_spam), ("d", false));
    assert_eq!(received.request.extra["note"], "x");
    for (word, is_spam) in [("true", true), (r#""true""#, true), (r#""False""#, false), (r#""false""#, false)]
    {
        let body = format!(r#"{{"detection_id":"d","is_spam":{word}}}"#);
        assert_eq!(read_feedback(body.as_bytes()).unwrap().request.is_spam, is_spam, "{word}");
    }
    let errors = |body: &[u8]| json!(read_feedback(body).unwrap_err().body.errors);
    assert_eq!(
        errors(b"{}"),
        json!({
            "detection_id": ["The detection id field is required."],
            "is_spam": ["The is spam field is required."],
        })
    );
    assert_eq!(
        errors(br#"{"detection_id":7,"is_spam":"no"}"#),
        json!({
            "detection_id": ["The detection id field must be a string."],
            "is_spam": ["The is spam field must be true or false."],
        })
    );
}
