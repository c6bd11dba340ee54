//! Successful statuses: what is read, what is kept, what is refused.

use activelayer::{
    ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, SpamApi, StatsResponse,
    VerifyResponse,
};
use axum::{
    body::{Body, Bytes},
    http::Response,
};
use futures_util::stream;
use serde_json::json;

use crate::{guide, support::Server};

async fn check(body: &str) -> Result<CheckResponse, ApiError> {
    let server = Server::giving(200, &[], body).await;
    Ok(server.client().check(CheckEndpoint::Check, &CheckRequest::new("hello")).await?.value)
}

async fn stats(body: &str) -> StatsResponse {
    Server::giving(200, &[], body).await.client().stats().await.unwrap().value
}

async fn verify(body: &str) -> VerifyResponse {
    Server::giving(200, &[], body).await.client().verify().await.unwrap().value
}

fn reason(result: Result<CheckResponse, ApiError>) -> String {
    match result {
        Err(ApiError::Malformed { reason }) => reason,
        other => panic!("not malformed: {other:?}"),
    }
}

#[tokio::test]
async fn every_endpoint_gives_typed_fields_and_the_exact_body() {
    let server = Server::giving(200, &[], guide::CHECK).await;
    let answer = server.client().check(CheckEndpoint::Check, &CheckRequest::new("hello")).await.unwrap();
    assert_eq!(answer.body, guide::CHECK);
    assert!(answer.value.is_spam);
    assert_eq!((answer.value.total_score, answer.value.threshold), (86.4, 50.0));

    let server = Server::giving(200, &[], guide::FEEDBACK).await;
    let request = FeedbackRequest::new("4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9", true);
    let answer = server.client().feedback(&request).await.unwrap();
    assert_eq!(answer.body, guide::FEEDBACK);
    assert!(answer.value.data.user_status);

    let server = Server::giving(200, &[], guide::VERIFY).await;
    let answer = server.client().verify().await.unwrap();
    assert_eq!(answer.body, guide::VERIFY);
    assert_eq!(answer.value.user_info.id, 481);

    let server = Server::giving(200, &[], guide::STATS).await;
    let answer = server.client().stats().await.unwrap();
    assert_eq!(answer.body, guide::STATS);
    assert_eq!(answer.value.data.usage.remaining_requests, Some(46_875));
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_an_answer() {
    let server = Server::giving(200, &[], &format!("\u{feff}{}", guide::CHECK)).await;
    let answer = server.client().check(CheckEndpoint::Check, &CheckRequest::new("hello")).await.unwrap();
    assert_eq!(answer.body, guide::CHECK);
    assert!(answer.value.is_spam);
}

#[tokio::test]
async fn feedback_that_is_only_accepted_counts() {
    let server = Server::giving(202, &[], guide::FEEDBACK).await;
    assert!(server.client().feedback(&FeedbackRequest::new("d", true)).await.is_ok());
}

#[tokio::test]
async fn unknown_fields_are_kept() {
    let body = r#"{"detection_id":"d","is_spam":false,"total_score":1,"threshold":50.0,"execution_time":0,
        "timestamp":"2025-02-15T11:32:18Z","confidence":0.1234567890123456,"signals":[{"name":"links","n":2}]}"#;
    let response = check(body).await.unwrap();
    assert_eq!(response.extra["signals"], json!([{"name": "links", "n": 2}]));
    assert_eq!(serde_json::to_string(&response.extra["confidence"]).unwrap(), "0.1234567890123456");
    assert_eq!(response.timestamp, "2025-02-15T11:32:18Z");
}

#[tokio::test]
async fn whole_floats_and_missing_execution_time_are_fine() {
    for execution_time in ["", r#","execution_time":null"#] {
        let body = format!(
            r#"{{"detection_id":"d","is_spam":true,"total_score":1e2,"threshold":50{execution_time},"timestamp":"t"}}"#
        );
        let response = check(&body).await.unwrap();
        assert_eq!((response.total_score, response.execution_time), (100.0, 0.0));
    }
}

#[tokio::test]
async fn stats_come_as_integers_or_floats_overdrawn_or_not() {
    let body = r#"{"success":true,"data":{"plan":{"name":"Pro","id":2.0},"usage":{"total_requests":25000.0,
        "used_requests":25003,"remaining_requests":-3,"usage_percentage":100},"period":{"month":2.0,"year":2025,
        "type":"monthly"},"has_payment_method":true},"timestamp":"2025-02-15T11:37:12Z"}"#;
    let data = stats(body).await.data;
    assert_eq!((data.plan.id, data.usage.total_requests), (Some(2), Some(25_000)));
    assert_eq!((data.usage.used_requests, data.usage.remaining_requests), (Some(25_003), Some(0)));
    assert_eq!((data.period.month, data.period.year), (Some(2), Some(2025)));
    assert_eq!(data.period.kind.as_deref(), Some("monthly"));
    assert_eq!(data.extra["has_payment_method"], json!(true));
}

#[tokio::test]
async fn a_lifetime_plan_has_no_month_or_year() {
    for period in [
        r#","period":{"type":"lifetime"}"#,
        r#","period":{"type":"lifetime","month":null,"year":null}"#,
        r#","period":null"#,
        "",
    ] {
        let body = format!(
            r#"{{"success":true,"data":{{"plan":{{"name":"Free","id":1}},"usage":{{"total_requests":1000,
            "used_requests":0,"remaining_requests":1000,"usage_percentage":0.0}}{period}}},"timestamp":"t"}}"#
        );
        let period = stats(&body).await.data.period;
        assert_eq!((period.month, period.year), (None, None), "{period:?}");
    }
}

#[tokio::test]
async fn names_and_the_last_use_may_be_null() {
    let body = r#"{"valid":true,"message":"ok","key_info":{"name":null,"created_at":"t","last_used_at":null},
        "user_info":{"id":481,"email":"ops@example.com","name":null},"timestamp":"t"}"#;
    let response = verify(body).await;
    assert_eq!((response.key_info.name.as_str(), &response.key_info.last_used_at), ("", &None));
    assert_eq!(response.user_info.name, None);
}

#[tokio::test]
async fn garbage_is_malformed() {
    for body in
        ["", "<html>Welcome to the hotel's network</html>", "[]", "null", "\"ok\"", "{", "{\"is_spam\":tr"]
    {
        assert!(!reason(check(body).await).is_empty(), "{body}");
    }
    let twice = format!("{}{}", guide::CHECK, guide::CHECK);
    assert!(reason(check(&twice).await).contains("trailing"));
    let deep = format!("{{\"x\":{}", "[".repeat(100_000));
    assert!(reason(check(&deep).await).contains("recursion"));
}

#[tokio::test]
async fn a_wrong_type_is_malformed_and_named() {
    for (from, to, field) in [
        (r#""is_spam": true"#, r#""is_spam": "yes""#, "is_spam"),
        (r#""total_score": 86.4"#, r#""total_score": "high""#, "total_score"),
        (r#""total_score": 86.4"#, r#""total_score": 1e999"#, "total_score"),
        (r#""detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9""#, r#""detection_id": 7"#, "detection_id"),
        (r#""is_spam": true,"#, "", "is_spam"),
    ] {
        let body = guide::CHECK.replace(from, to);
        assert_ne!(body, guide::CHECK);
        let reason = reason(check(&body).await);
        assert!(reason.contains(field), "{reason}");
    }
}

/// Total, used, remaining, percentage, and the names of what could not be read.
type Usage = (Option<u64>, Option<u64>, Option<u64>, Option<f64>, Vec<String>);

async fn usage(total: &str, used: &str, remaining: &str, percentage: &str) -> Usage {
    let body = format!(
        r#"{{"success":true,"data":{{"plan":{{"name":"Pro","id":null}},"usage":{{"total_requests":{total},
        "used_requests":{used},"remaining_requests":{remaining},"usage_percentage":{percentage}}}}},"timestamp":"t"}}"#
    );
    let answer = stats(&body).await;
    let usage = answer.data.usage;
    let figures = (usage.total_requests, usage.used_requests, usage.remaining_requests);
    (figures.0, figures.1, figures.2, usage.usage_percentage, answer.unread)
}

#[tokio::test]
async fn unusual_figures_are_what_they_mean() {
    let no_limit = (None, Some(400), None, None, vec![]);
    for (total, remaining, percentage) in [
        ("-1", "-1", "0"),
        ("null", "null", "null"),
        ("0", "0", "0"),
        ("\"unlimited\"", "null", "0"),
        ("-1", "null", "null"),
    ] {
        assert_eq!(usage(total, "400", remaining, percentage).await, no_limit, "{total}");
    }
    let usual = (Some(1000), Some(400), Some(600), Some(40.0), vec![]);
    assert_eq!(usage("\"1000\"", "\"400\"", "\"600\"", "\"40\"").await, usual);
    assert_eq!(usage("\"1,000\"", "400.0", "\" 600 \"", "\"40 %\"").await, usual);
    assert_eq!(usage("1000", "400", "null", "null").await, usual, "reckoned from the others");
    assert_eq!(usage("null", "400", "600", "null").await, usual, "the sum of both is the total");
    assert_eq!(
        usage("1000", "1300", "-300", "130.0").await,
        (Some(1000), Some(1300), Some(0), Some(130.0), vec![])
    );
    assert_eq!(
        usage("0", "0", "0", "100").await,
        (Some(0), Some(0), Some(0), Some(100.0), vec![]),
        "all of nothing"
    );
}

#[tokio::test]
async fn a_figure_that_cannot_be_read_is_named_and_reckoned_from_the_rest() {
    let rest = (Some(1000), Some(400), Some(600), Some(40.0));
    for (figures, name) in [
        (["[]", "400", "600", "40"], "usage.total_requests"),
        (["1000", "\"many\"", "600", "40"], "usage.used_requests"),
        (["1000", "{}", "600", "40"], "usage.used_requests"),
        (["1000", "400", "true", "40"], "usage.remaining_requests"),
        (["1000", "400", "600", "\"some\""], "usage.usage_percentage"),
    ] {
        let [total, used, remaining, percentage] = figures;
        let (a, b, c, d, unread) = usage(total, used, remaining, percentage).await;
        assert_eq!(((a, b, c, d), unread), (rest, vec![name.to_owned()]));
    }
    let unknown = usage("-1", "\"many\"", "-1", "0").await;
    assert_eq!(unknown, (None, None, None, None, vec!["usage.used_requests".to_owned()]));
}

#[tokio::test]
async fn a_period_may_name_its_month_and_a_plan_need_no_id() {
    let body = |period: &str, plan: &str| {
        guide::STATS
            .replace("\"month\": 2", &format!("\"month\": {period}"))
            .replace("\"id\": 3", &format!("\"id\": {plan}"))
    };
    let named = stats(&body("\"February\"", "null")).await;
    assert_eq!((named.data.period.month, named.data.plan.id, named.unread.len()), (Some(2), None, 0));
    let strange = stats(&body("\"Pluviôse\"", "\"pro\"")).await;
    assert_eq!((strange.data.period.month, strange.unread), (None, vec!["period.month".to_owned()]));
    assert_eq!(strange.data.usage.used_requests, Some(3125), "the rest is used");
}

#[tokio::test]
async fn an_answer_without_figures_is_malformed_and_says_what_is_missing() {
    for (body, named) in
        [("{}", "data:"), (r#"{"data":{}}"#, "data.usage:"), (r#"{"data":{"usage":[]}}"#, "data.usage:")]
    {
        let server = Server::giving(200, &[], body).await;
        let error = server.client().stats().await.unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_malformed() {
    let body: &[u8] = b"{\"detection_id\":\"\xff\"}";
    let server = Server::replying(move || Response::new(Body::from(body))).await;
    let error = server.client().verify().await.unwrap_err();
    assert_eq!(error, ApiError::Malformed { reason: "not UTF-8".to_owned() });
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    // Announced, and (without a length) found out while reading.
    let announced = Server::giving(200, &[], &"x".repeat(1024 * 1024 + 1)).await;
    let endless = Server::replying(|| {
        let chunks = std::iter::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65_536])));
        Response::new(Body::from_stream(stream::iter(chunks)))
    })
    .await;
    for server in [announced, endless] {
        let error = server.client().verify().await.unwrap_err();
        assert_eq!(error, ApiError::Malformed { reason: "longer than 1048576 bytes".to_owned() });
    }
}
