//! What is sent.

use activelayer::{CheckEndpoint, CheckRequest, FeedbackRequest, SpamApi};
use serde_json::{Value, json};

use crate::{
    guide,
    support::{KEY, Seen, Server, client},
};

async fn sent(request: &CheckRequest) -> Seen {
    let server = Server::giving(200, &[], guide::CHECK).await;
    server.client().check(CheckEndpoint::Check, request).await.unwrap();
    server.seen().remove(0)
}

#[tokio::test]
async fn each_call_goes_to_its_endpoint_with_or_without_a_slash_at_the_base() {
    for slash in ["", "/"] {
        let server = Server::giving(500, &[], "").await;
        let client = client(&format!("{}{slash}", server.base_url()));
        let request = CheckRequest::new("hello");
        client.check(CheckEndpoint::Check, &request).await.unwrap_err();
        client.check(CheckEndpoint::CheckComment, &request).await.unwrap_err();
        client.feedback(&FeedbackRequest::new("d", true)).await.unwrap_err();
        client.verify().await.unwrap_err();
        client.stats().await.unwrap_err();
        let asked: Vec<_> =
            server.seen().iter().map(|seen| format!("{} {}", seen.method, seen.uri)).collect();
        assert_eq!(
            asked,
            [
                "POST /api/v1/check",
                "POST /api/v1/check-comment",
                "POST /api/v1/feedback",
                "GET /api/v1/verify",
                "GET /api/v1/stats",
            ]
        );
    }
}

#[tokio::test]
async fn the_key_is_sent_once_and_nowhere_else() {
    let seen = sent(&CheckRequest::new("hello")).await;
    let values: Vec<_> = seen.headers.get_all("authorization").iter().collect();
    assert_eq!(values, [&format!("Bearer {KEY}")]);
    let elsewhere = seen.headers.iter().filter(|(name, _)| *name != "authorization");
    for (name, value) in elsewhere {
        assert!(!value.to_str().unwrap().contains(KEY), "{name}");
    }
    assert!(!seen.uri.to_string().contains(KEY));
    assert!(!String::from_utf8_lossy(&seen.body).contains(KEY));
}

#[tokio::test]
async fn both_headers_of_the_guide_are_on_every_call() {
    let server = Server::giving(200, &[], guide::VERIFY).await;
    server.client().verify().await.unwrap();
    for headers in [&sent(&CheckRequest::new("hello")).await.headers, &server.seen()[0].headers] {
        assert_eq!(headers["accept"], "application/json");
        assert_eq!(headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn nothing_is_sent_for_absent_blank_and_extra_fields_that_are_not_there() {
    let request =
        CheckRequest { email: Some(String::new()), ip: Some("  ".to_owned()), ..CheckRequest::new("hello") };
    assert_eq!(sent(&request).await.body, r#"{"message":"hello"}"#);
    let server = Server::giving(200, &[], guide::FEEDBACK).await;
    server.client().feedback(&FeedbackRequest::new("d", false)).await.unwrap();
    assert_eq!(server.seen()[0].body, r#"{"detection_id":"d","is_spam":false}"#);
}

#[tokio::test]
async fn all_eight_fields_and_unknown_ones_are_forwarded_unchanged() {
    let mut fields = json!({
        "message": "Hi! <b>1,000</b> followers 😀 \u{0} \"quoted\"",
        "email": "jane@example.com",
        "name": "Jane",
        "ip": "2001:db8::1",
        "timestamp": 1_739_619_138,
        "user_agent": "Mozilla/5.0",
        "website_url": "https://blog.example.com/contact",
        "domain": "example.com",
        "data_type": "comment",
        "context": {"form": {"id": 7, "fields": ["a", null, true, 0.1234567890123456, u64::MAX]}},
        "empty": "",
    });
    let request: CheckRequest = serde_json::from_value(fields.clone()).unwrap();
    let received: Value = serde_json::from_slice(&sent(&request).await.body).unwrap();
    assert_eq!(received, fields);

    // A caller's key for a gateway is all that is held back, wherever it stands.
    for name in ["api_key", "API_KEY", "x-api-key"] {
        fields[name] = json!("callers-secret");
        fields["context"]["form"][name] = json!("callers-secret");
    }
    let request: CheckRequest = serde_json::from_value(fields).unwrap();
    let received: Value = serde_json::from_slice(&sent(&request).await.body).unwrap();
    assert!(!received.to_string().contains("callers-secret"), "{received}");
    assert_eq!(received["data_type"], "comment");
    assert_eq!(received["context"]["form"]["id"], 7);
}

#[tokio::test]
async fn a_key_read_from_a_file_may_end_in_a_line_break() {
    let server = Server::giving(200, &[], guide::VERIFY).await;
    let mut options = crate::support::options(&server.base_url());
    options.api_key = format!("{KEY}\n").into();
    activelayer::Client::new(options).unwrap().verify().await.unwrap();
    assert_eq!(server.seen()[0].headers["authorization"], format!("Bearer {KEY}"));
}
