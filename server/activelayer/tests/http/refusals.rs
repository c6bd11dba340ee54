//! Every row of the guide's table of errors, and what happens besides.

use std::{collections::BTreeMap, time::Duration};

use activelayer::{ApiError, CheckEndpoint, CheckRequest, FeedbackRequest, SpamApi};

use crate::{
    guide,
    support::{KEY, Server},
};

/// What a check says to an answer of this status and body.
async fn refused(status: u16, headers: &[(&'static str, &str)], body: &str) -> ApiError {
    let server = Server::giving(status, headers, body).await;
    server.client().check(CheckEndpoint::Check, &CheckRequest::new("hello")).await.unwrap_err()
}

#[tokio::test]
async fn status_401_is_unauthorized() {
    let message = "The provided API key is not valid".to_owned();
    assert_eq!(refused(401, &[], guide::UNAUTHORIZED).await, ApiError::Unauthorized { message });
}

#[tokio::test]
async fn status_403_is_no_plan() {
    let message = "User has no active plan".to_owned();
    assert_eq!(refused(403, &[], guide::NO_PLAN).await, ApiError::NoPlan { message });
}

#[tokio::test]
async fn status_403_of_a_firewall_is_not_no_plan() {
    let error = refused(403, &[("content-type", "text/html")], "<h1>Sorry, you have been blocked</h1>").await;
    assert_eq!(error, ApiError::UnexpectedStatus { status: 403, message: "Forbidden".to_owned() });
}

#[tokio::test]
async fn status_404_is_an_unknown_detection() {
    let server = Server::giving(404, &[], guide::NOT_FOUND).await;
    let error = server.client().feedback(&FeedbackRequest::new("nope", true)).await.unwrap_err();
    let message = "No spam detection found with this detection_id".to_owned();
    assert_eq!(error, ApiError::NotFound { message });
}

#[tokio::test]
async fn status_404_of_a_wrong_base_url_is_not_an_unknown_detection() {
    for body in ["<h1>404</h1>", r#"{"message":"The route api/v2/feedback could not be found."}"#] {
        let server = Server::giving(404, &[], body).await;
        let error = server.client().feedback(&FeedbackRequest::new("d", true)).await.unwrap_err();
        assert!(matches!(error, ApiError::UnexpectedStatus { status: 404, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn status_422_names_the_fields() {
    let errors = BTreeMap::from([("message".to_owned(), vec!["The message field is required.".to_owned()])]);
    let message = "Validation failed".to_owned();
    assert_eq!(refused(422, &[], guide::INVALID).await, ApiError::Invalid { message, errors });
}

#[tokio::test]
async fn status_422_with_one_text_a_field_is_understood() {
    let ApiError::Invalid { errors, .. } = refused(422, &[], r#"{"errors":{"ip":"bad"}}"#).await else {
        panic!("not Invalid")
    };
    assert_eq!(errors["ip"], ["bad"]);
}

#[tokio::test]
async fn status_422_in_other_words_than_the_apis_is_no_refusal_of_the_content() {
    for body in
        ["", "<h1>Blocked</h1>", "{}", "[]", "null", r#"{"errors":{}}"#, r#"{"error":7}"#, r#"{"ok":false}"#]
    {
        let error = refused(422, &[("content-type", "text/html")], body).await;
        assert!(matches!(error, ApiError::UnexpectedStatus { status: 422, .. }), "{body}: {error:?}");
    }
    let marked = format!("\u{feff}{}", guide::INVALID);
    assert!(matches!(refused(422, &[], &marked).await, ApiError::Invalid { .. }));
}

#[tokio::test]
async fn status_429_by_the_month_has_figures() {
    let expected = ApiError::QuotaExhausted {
        message: "Monthly request limit exceeded".to_owned(),
        limit: Some(50_000),
        used: Some(50_000),
        remaining: Some(0),
    };
    assert_eq!(refused(429, &[], guide::QUOTA).await, expected);
    // A time to wait changes nothing about whose limit it is.
    assert_eq!(refused(429, &[("retry-after", "60")], guide::QUOTA).await, expected);
}

#[tokio::test]
async fn status_429_of_a_lifetime_plan_is_a_quota() {
    let body = r#"{"error":"Rate Limit Exceeded","message":"Request limit exceeded","limit":1000.0,"used":1003,"remaining":-3}"#;
    let message = "Request limit exceeded".to_owned();
    let expected =
        ApiError::QuotaExhausted { message, limit: Some(1000), used: Some(1003), remaining: Some(0) };
    assert_eq!(refused(429, &[], body).await, expected);
}

#[tokio::test]
async fn status_429_by_the_minute_says_how_long_to_wait() {
    for (body, message) in [
        (
            r#"{"error":"Rate Limit Exceeded","message":"Too many requests per minute","remaining":0}"#,
            "Too many requests per minute",
        ),
        (r#"{"message":"Too Many Attempts."}"#, "Too Many Attempts."),
        (
            r#"{"error":"Rate Limit Exceeded","message":"50 per minute","limit":50,"used":50,"remaining":0}"#,
            "50 per minute",
        ),
        (r#"{"error":"Rate Limit Exceeded","limit":50,"used":50,"remaining":0}"#, "Rate Limit Exceeded"),
        ("slow down", "Too Many Requests"),
    ] {
        let error = refused(429, &[("retry-after", "17")], body).await;
        let retry_after = Some(Duration::from_secs(17));
        assert_eq!(error, ApiError::RateLimited { message: message.to_owned(), retry_after });
        assert_eq!(error.retry_after(), retry_after);
    }
}

#[tokio::test]
async fn retry_after_may_be_a_date_or_nothing_of_use() {
    let date = ("date", "Sat, 15 Feb 2025 11:32:18 GMT");
    for (headers, expected) in [
        (vec![date, ("retry-after", "Sat, 15 Feb 2025 11:32:48 GMT")], Some(30)),
        (vec![date, ("retry-after", "Sat, 15 Feb 2025 11:00:00 GMT")], Some(0)),
        (vec![("retry-after", "soon")], None),
        (vec![("retry-after", "-1")], None),
        (vec![], None),
    ] {
        let error = refused(429, &headers, "{}").await;
        assert_eq!(error.retry_after(), expected.map(Duration::from_secs), "{headers:?}");
    }
}

#[tokio::test]
async fn status_500_and_its_like_are_the_servers_fault() {
    let message = "An error occurred while processing your request.".to_owned();
    assert_eq!(refused(500, &[], guide::SERVER).await, ApiError::Server { status: 500, message });
    let bad_gateway = ApiError::Server { status: 502, message: "Bad Gateway".to_owned() };
    assert_eq!(refused(502, &[], "<html>nginx</html>").await, bad_gateway);
    let unknown = ApiError::Server { status: 599, message: "no reason given".to_owned() };
    assert_eq!(refused(599, &[], "").await, unknown);
}

#[tokio::test]
async fn other_statuses_are_unexpected() {
    for status in [400, 405, 413, 418] {
        let error = refused(status, &[], r#"{"message":"no"}"#).await;
        assert_eq!(error, ApiError::UnexpectedStatus { status, message: "no".to_owned() });
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn a_redirect_is_refused_and_the_key_stays() {
    let elsewhere = Server::giving(200, &[], guide::CHECK).await;
    let location = format!("{}/check", elsewhere.base_url());
    let error = refused(307, &[("location", &location)], "").await;
    assert!(matches!(error, ApiError::UnexpectedStatus { status: 307, .. }), "{error:?}");
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn the_key_is_in_no_error_even_if_the_upstream_repeats_it() {
    let body = format!(r#"{{"error":"x","message":"key {KEY} is bad","errors":{{"{KEY}":["{KEY}"]}}}}"#);
    for status in [400, 401, 403, 404, 422, 429, 500] {
        let error = refused(status, &[], &body).await;
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(KEY) && shown.contains("[redacted]"), "{shown}");
    }
    // A field of the wrong type may be quoted by the JSON reader.
    let error = refused(200, &[], &format!(r#"{{"detection_id":"d","is_spam":"{KEY}"}}"#)).await;
    assert!(!format!("{error:?}").contains(KEY), "{error:?}");
}

#[tokio::test]
async fn long_and_multiline_texts_are_tamed() {
    let body = format!(r#"{{"error":"x","message":"line one\nERROR forged {}"}}"#, "x".repeat(10_000));
    let ApiError::Server { message, .. } = refused(500, &[], &body).await else { panic!("not Server") };
    assert!(message.starts_with("line one ERROR forged"));
    assert_eq!(message.chars().count(), 500);
}
