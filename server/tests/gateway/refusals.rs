//! What clients get wrong, answered in the guide's shape; nothing panics, whatever comes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    guide,
    house::{House, read},
    upstream::{KEY, Upstream},
};

async fn sent(house: &House, path: &str, body: impl Into<reqwest::Body>) -> (u16, String) {
    let request = house.app.post(house.url(path)).bearer_auth(&house.token).body(body);
    read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn what_is_wrong_is_named_in_the_guides_shape() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    for body in ["{}", "", r#"{"message":""}"#, r#"{"message":null}"#] {
        assert_eq!(sent(&house, "check", body).await, (422, guide::INVALID.to_owned()), "{body}");
    }
    assert_eq!(sent(&house, "check", "\u{feff}{}").await, (422, guide::INVALID.to_owned()));
    for body in ["{", "message=hi", "\u{feff}{"] {
        let (status, text) = sent(&house, "check", body).await;
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &error["error"]), (400, &json!("Malformed JSON")), "{body}");
    }
    for (path, body, field) in [
        ("check", json!({ "message": 7 }), "message"),
        ("check-comment", json!({ "message": ["hi"] }), "message"),
        ("check", json!({ "message": { "text": "hi" }, "ip": "300.1.2.3" }), "ip"),
        ("check", json!({ "email": "x".repeat(256) }), "email"),
        ("check", json!(["message"]), "body"),
        ("feedback", json!({ "is_spam": true }), "detection_id"),
        ("feedback", json!({ "detection_id": "d", "is_spam": "yes" }), "is_spam"),
    ] {
        let (status, text) = sent(&house, path, body.to_string()).await;
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &error["error"]), (422, &json!("Validation failed")), "{body}");
        assert!(error["errors"][field][0].is_string(), "{field}: {text}");
    }
    assert_eq!(upstream.asked("check").len() + upstream.asked("feedback").len(), 0);
}

#[tokio::test]
async fn a_body_over_one_mebibyte_is_refused_and_one_of_it_passes() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let body = |bytes: usize| {
        let frame = json!({ "message": "" }).to_string().len();
        json!({ "message": "x".repeat(bytes - frame) }).to_string()
    };
    const MIB: usize = 1024 * 1024;
    assert_eq!(sent(&house, "check", body(MIB)).await.0, 200);
    for bytes in [MIB + 1, 8 * MIB] {
        let (status, text) = sent(&house, "check", body(bytes)).await;
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &error["error"]), (413, &json!("Payload too large")));
    }
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_told_in_json() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let base = format!("http://{}", house.address);
    for path in ["/api/x", "/api/v1", "/api/v1/checks", "/api/v2/check", "/api/v1/check//", "/api/v1/check/x"]
    {
        let response = house.app.get(format!("{base}{path}")).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json", "{path}");
        let (status, text) = read(response).await;
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &error["error"]), (404, &json!("Not found")), "{path}");
    }
    for (method, path, allowed) in [
        (Method::GET, "check", "POST"),
        (Method::DELETE, "feedback", "POST"),
        (Method::POST, "verify", "GET,HEAD"),
        (Method::PUT, "stats", "GET,HEAD"),
    ] {
        let response = house.app.request(method, house.url(path)).send().await.unwrap();
        assert_eq!(response.headers()["allow"], allowed, "{path}");
        let (status, text) = read(response).await;
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &error["error"]), (405, &json!("Method not allowed")), "{path}");
    }
}

#[tokio::test]
async fn the_upstreams_own_refusal_of_the_content_is_passed_on() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let invalid = r#"{"error":"Validation failed","errors":{"email":["The email field must be a valid email address."]}}"#;
    upstream.refuse(Some((422, invalid)));
    assert_eq!(read(house.check("hi").await).await, (422, invalid.to_owned()));
}

#[tokio::test]
async fn other_sites_pages_may_call_since_no_cookie_counts() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let request = house.post("check", &json!({ "message": "hi" }));
    let request = request.header("origin", "https://shop.example.com").header("sec-fetch-site", "cross-site");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn apps_may_ask_for_any_host() {
    let upstream = Upstream::start().await;
    let base_url = upstream.base_url();
    let to = ["--activelayer-base-url", base_url.as_str(), "--activelayer-api-key", KEY];
    let public = [&to[..], &["--public-url", "https://gavel.example.com"]].concat();
    for house in [House::before(&upstream).await, House::with(&public).await] {
        for host in ["gavel:3000", "10.0.0.5", "gavel.internal.example"] {
            let request = house.post("check", &json!({ "message": "hi" })).header("host", host);
            assert_eq!(request.send().await.unwrap().status(), 200, "{host}");
        }
    }
}

#[tokio::test]
async fn nothing_breaks_whatever_comes() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let mut chance = fastrand::Rng::with_seed(7);
    let pieces = [
        "{",
        "}",
        "\"message\"",
        ":",
        "\"hi\"",
        ",",
        "[",
        "]",
        "null",
        "1e999",
        "\\u0000",
        "\u{202e}",
        "\"api_key\"",
    ];
    for _ in 0..300 {
        let mut body: Vec<u8> =
            (0..chance.usize(0..20)).flat_map(|_| pieces[chance.usize(0..pieces.len())].bytes()).collect();
        if chance.bool() {
            body.push(chance.u8(..));
        }
        let path = ["check", "check-comment", "feedback"][chance.usize(0..3)];
        let (status, text) = sent(&house, path, body.clone()).await;
        assert!(status < 500, "{status} {text} for {:?}", String::from_utf8_lossy(&body));
        serde_json::from_str::<Value>(&text).unwrap();
    }
    let hostile = json!({ "message": "a\u{0}b\u{202e}\u{ffff}", "name": "'; DROP TABLE detections; --", "timestamp": i64::MIN });
    assert_eq!(house.post("check", &hostile).send().await.unwrap().status(), 200);
}
