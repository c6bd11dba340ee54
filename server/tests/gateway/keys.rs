//! Tokens: where they arrive, what they allow, and that they are told to nobody.

use domain::Fallback;
use serde_json::json;

use crate::{
    guide,
    house::{House, read},
    upstream::Upstream,
};

#[tokio::test]
async fn a_token_is_taken_wherever_clients_put_it_and_never_sent_on_or_kept() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let (app, token) = (&house.app, house.token.as_str());
    let body = json!({ "message": "hi" });
    let with_key = json!({ "message": "hi", "api_key": token });
    let in_query = format!("{}?api_key={token}", house.url("check"));
    for (style, request) in [
        ("Bearer", app.post(house.url("check")).bearer_auth(token).json(&body)),
        ("X-API-Key", app.post(house.url("check")).header("X-API-Key", token).json(&body)),
        ("body", app.post(house.url("check")).json(&with_key)),
        ("query", app.post(&in_query).json(&body)),
        ("header and body", app.post(house.url("check")).header("x-api-key", token).json(&with_key)),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{style}");
        let logged = house.logged(&response).await;
        assert!(logged.content.extra.is_empty(), "{style}");
        let asked = upstream.asked("check").pop().unwrap();
        assert!(!format!("{asked:?}").contains(token), "{style}");
        assert_eq!(asked.query, None, "{style}");
    }
    for path in ["verify", "stats"] {
        assert_eq!(
            app.get(format!("{}?api_key={token}", house.url(path))).send().await.unwrap().status(),
            200
        );
        assert_eq!(app.get(house.url(path)).header("X-API-Key", token).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_token_is_forgotten_wherever_in_the_body_it_stands() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let token = house.token.as_str();
    let body = json!({
        "message": format!("hello, my key is {token}"), "api_key": token, "API_KEY": token, "apikey": token,
        "name": token, "website_url": format!("https://shop.example.com/?key={token}"), "X-Api-Key": token,
        "context": { "api_key": token, "nested": [{ "api_key": token }], "note": format!("<{token}>") },
    });
    let in_head = house.post("check", &body);
    for request in [in_head, house.app.post(house.url("check")).json(&body)] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let logged = house.logged(&response).await.content;
        let asked = upstream.asked("check").pop().unwrap().body;
        assert!(!format!("{logged:?} {asked}").contains(token), "{logged:?} {asked}");
        assert_eq!(logged.message, "hello, my key is [removed]");
        assert_eq!(json!(logged.extra), json!({ "context": { "nested": [{}], "note": "<[removed]>" } }));
        assert_eq!(
            (&asked["message"], &asked["context"]),
            (&json!(logged.message), &logged.extra["context"])
        );
    }
}

#[tokio::test]
async fn without_a_token_in_force_nothing_opens() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let unauthorized = (401, guide::UNAUTHORIZED.to_owned());
    for (path, body) in [
        ("check", r#"{"message":"hi"}"#),
        ("check-comment", r#"{"message":"hi","api_key":"wrong"}"#),
        ("check", "{"),
        ("feedback", r#"{"detection_id":"x","is_spam":true,"api_key":""}"#),
    ] {
        let none = house.app.post(house.url(path)).body(body);
        assert_eq!(read(none.send().await.unwrap()).await, unauthorized, "{path} {body}");
        let wrong = house.app.post(house.url(path)).bearer_auth("gvl_wrong").body(body);
        assert_eq!(read(wrong.send().await.unwrap()).await, unauthorized, "{path} {body}");
    }
    for path in ["verify", "stats"] {
        assert_eq!(read(house.app.get(house.url(path)).send().await.unwrap()).await, unauthorized);
        let cookie = house.app.get(house.url(path)).header("cookie", format!("id={}", house.token));
        assert_eq!(read(cookie.send().await.unwrap()).await, unauthorized, "cookies open nothing");
    }
    assert_eq!(upstream.asked("check").len(), 0);
}

#[tokio::test]
async fn revocation_is_immediate_and_on_record_and_the_last_use_is_kept() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    assert_eq!(house.store.api_tokens().await.unwrap()[0].last_used_at, None);
    assert_eq!(house.check("hi").await.status(), 200);
    let used = house.store.api_tokens().await.unwrap()[0].last_used_at;
    assert!(used.is_some());
    assert_eq!(house.check("hi").await.status(), 200);
    assert_eq!(house.store.api_tokens().await.unwrap()[0].last_used_at, used, "no write a request");

    let now = used.unwrap() + chrono::TimeDelta::seconds(1);
    assert!(house.store.revoke_api_token("shop", None, now).await.unwrap().is_some());
    assert_eq!(house.check("hi").await.status(), 401);
    assert!(house.store.revoke_api_token("shop", None, now).await.unwrap().is_none());
    let events = house.store.audit_events(None, 10).await.unwrap();
    let actions: Vec<_> = events.iter().rev().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["token.created", "token.revoked"]);
    assert!(!format!("{events:?}").contains(&house.token));
    house.token("shop", Fallback::Pass, None).await;
}

#[tokio::test]
async fn each_token_has_a_limit_of_its_own() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let limited = house.token("small", Fallback::Pass, Some(3)).await;
    let ask = || house.app.get(house.url("verify")).bearer_auth(&limited).send();
    for _ in 0..3 {
        assert_eq!(ask().await.unwrap().status(), 200);
    }
    let refused = ask().await.unwrap();
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    let minute =
        r#"{"error":"Rate Limit Exceeded","message":"Per-minute request limit exceeded","remaining":0}"#;
    assert_eq!(read(refused).await, (429, minute.to_owned()));
    assert_eq!(house.check("hi").await.status(), 200);
    // What its people have marked is heard all the same: a page of it at once.
    let word = json!({ "detection_id": "from-before", "is_spam": true });
    let tell = || house.app.post(house.url("feedback")).bearer_auth(&limited).json(&word).send();
    for _ in 0..30 {
        assert_eq!(tell().await.unwrap().status(), 200);
    }
    assert_eq!(tell().await.unwrap().status(), 429);
}
