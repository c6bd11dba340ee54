//! A check passes through: everything is forwarded, everything is logged, the answer is the upstream's.

use domain::{Endpoint, JudgedBy, Origin};
use serde_json::{Value, json};

use crate::{
    guide,
    house::{House, SITE, read},
    upstream::{KEY, Upstream},
};

#[tokio::test]
async fn the_answer_is_the_upstreams_byte_for_byte_and_logged_before_it_leaves() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    for (path, endpoint) in [("check", Endpoint::Check), ("check-comment", Endpoint::CheckComment)] {
        let response = house.post(path, &json!({ "message": "Buy now" })).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json");
        assert!(response.headers().get("set-cookie").is_none());
        let logged = house.logged(&response).await;
        assert_eq!((logged.endpoint, logged.origin), (endpoint, Origin::Api));
        assert_eq!(logged.site.as_deref(), Some(SITE));
        assert_eq!(logged.content.message, "Buy now");
        assert_eq!(logged.judgement.judged_by, JudgedBy::ActiveLayer);
        assert_eq!((logged.judgement.is_spam, logged.judgement.score), (true, 86.4));
        assert_eq!(logged.judgement.raw_answer, guide::ANSWER);
        assert_eq!(logged.judgement.signals[0].name, "bad_ip");
        assert_eq!(read(response).await, (200, guide::ANSWER.to_owned()));
        let asked = upstream.asked(path).pop().unwrap();
        assert_eq!(asked.headers["authorization"], format!("Bearer {KEY}"));
    }
}

#[tokio::test]
async fn blanks_are_absent_and_what_the_guide_does_not_name_is_forwarded_and_kept() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let context = json!({ "depth": { "keys": [1, 2.5, null] }, "typed_ms": 812 });
    let body = json!({
        "message": "hi", "email": "", "name": " ", "ip": "", "website_url": "", "user_agent": null, "timestamp": 1739619120,
        "domain": "example.com", "data_type": "comment", "context": context,
    });
    let response = house.post("check", &body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let sent = upstream.asked("check").pop().unwrap().body;
    let expected = json!({
        "message": "hi", "ip": "127.0.0.1", "timestamp": 1739619120, "domain": "example.com", "data_type": "comment",
        "context": context,
    });
    assert_eq!(sent, expected);
    let content = house.logged(&response).await.content;
    assert_eq!((content.email, content.name, content.website_url), (None, None, None));
    assert_eq!(json!(content.extra), json!({ "data_type": "comment", "context": context }));
}

#[tokio::test]
async fn the_authors_address_is_the_callers_unless_given_and_only_proxies_speak_for_others() {
    let upstream = Upstream::start().await;
    let flags = ["--activelayer-base-url", &upstream.base_url(), "--activelayer-api-key", KEY];
    let stranger = House::with(&flags).await;
    let behind_proxy = House::with(&[&flags[..], &["--trusted-proxies", "127.0.0.1"]].concat()).await;
    for (house, body, ip) in [
        (&stranger, json!({ "message": "hi" }), "127.0.0.1"),
        (&behind_proxy, json!({ "message": "hi" }), "203.0.113.9"),
        (&behind_proxy, json!({ "message": "hi", "ip": "2001:db8::1" }), "2001:db8::1"),
    ] {
        let request = house.post("check", &body).header("x-forwarded-for", "198.51.100.1, 203.0.113.9");
        let response = request.send().await.unwrap();
        assert_eq!(house.logged(&response).await.content.ip.unwrap().to_string(), ip);
        assert_eq!(upstream.asked("check").pop().unwrap().body["ip"], ip);
    }
}

#[tokio::test]
async fn stats_are_the_upstreams_and_verify_tells_of_the_token_alone() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let response = house.get("verify").send().await.unwrap();
    assert!(response.headers().get("age").is_none(), "fresh");
    let (status, text) = read(response).await;
    let verify: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &verify["valid"], &verify["key_info"]["name"]), (200, &json!(true), &json!("shop")));
    assert_eq!(verify["user_info"], json!({ "id": 0, "email": "", "name": "Gavel" }));
    assert_eq!(verify["upstream_key_valid"], true);
    for secret in ["Production key", "ops@example.com", "Example Ops", "481"] {
        assert!(!text.contains(secret), "{secret} is the account's");
    }
    assert_eq!(read(house.get("stats").send().await.unwrap()).await, (200, guide::STATS.to_owned()));
}

#[tokio::test]
async fn a_caller_who_hangs_up_is_found_in_the_log() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    // A connection that is cut right after the request left.
    let body = r#"{"message":"gone before the answer"}"#;
    let request = format!(
        "POST /api/v1/check HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\ncontent-length: {}\r\n\r\n{body}",
        house.token,
        body.len()
    );
    let mut connection = tokio::net::TcpStream::connect(house.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut connection, request.as_bytes()).await.unwrap();
    crate::house::until("the upstream is asked", async || upstream.asked("check").pop()).await;
    drop(connection);
    let id = "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9";
    let logged =
        crate::house::until("the row", async || house.store.detection_by_upstream_id(id).await.unwrap())
            .await;
    assert_eq!(logged.content.message, "gone before the answer");
}
