//! What a token may: until when, from where, what for; and a new secret beside the old one.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Fallback, RefusalKind, TokenBounds, TokenScope};
use moderation::{Clock, SystemClock, tokens};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::{
    house::{House, read, until},
    upstream::{KEY, Upstream},
};

/// Every endpoint with the scope that it wants.
const ENDPOINTS: [(&str, Option<TokenScope>); 6] = [
    ("check", Some(TokenScope::Check)),
    ("check-comment", Some(TokenScope::Check)),
    ("feedback", Some(TokenScope::Feedback)),
    ("verify", None),
    ("stats", Some(TokenScope::Stats)),
    ("decisions", Some(TokenScope::Decisions)),
];

/// Asks an endpoint with this token; status and what it was told.
async fn ask(house: &House, path: &str, token: &str) -> (u16, Value) {
    let body = match path {
        "feedback" => json!({ "detection_id": "from-before", "is_spam": true }),
        _ => json!({ "message": "hi" }),
    };
    let request = match path {
        "verify" | "stats" | "decisions" => house.app.get(house.url(path)),
        _ => house.app.request(Method::POST, house.url(path)).json(&body),
    };
    let (status, text) = read(request.bearer_auth(token).send().await.unwrap()).await;
    (status, serde_json::from_str(&text).unwrap())
}

/// How many refusals of a kind a token has had.
async fn counted(house: &House, name: &str, kind: RefusalKind, at_least: u64) {
    until("the count", async || {
        let counts = house.store.refusals(SystemClock.now() - TimeDelta::hours(1)).await.unwrap();
        let mut counts = counts.into_iter();
        counts.find(|count| {
            count.token.as_deref() == Some(name) && count.kind == kind && count.count >= at_least
        })
    })
    .await;
}

fn ending(expires_at: DateTime<Utc>) -> TokenBounds {
    TokenBounds { expires_at: Some(expires_at), ..TokenBounds::default() }
}

#[tokio::test]
async fn a_token_asks_only_for_what_its_scopes_name() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    for scope in TokenScope::ALL {
        let bounds = TokenBounds { scopes: vec![*scope], ..TokenBounds::default() };
        let token = house.bounded(scope.as_str(), Fallback::Pass, bounds).await;
        // Twice: what is remembered of a token says the same.
        for _ in 0..2 {
            for (path, wants) in ENDPOINTS {
                let (status, told) = ask(&house, path, &token).await;
                if wants.is_none_or(|wants| wants == *scope) {
                    assert_eq!(status, 200, "{path} with {scope}: {told}");
                } else {
                    let words = told["message"].as_str().unwrap();
                    assert_eq!(
                        (status, &told["error"]),
                        (403, &json!("Scope missing")),
                        "{path} with {scope}"
                    );
                    assert!(words.contains(&format!("lack \"{}\"", wants.unwrap())), "{words}");
                }
            }
        }
    }
    assert_eq!(upstream.asked("check").len(), 2, "only the token that may was asked for");
    counted(&house, "stats", RefusalKind::OutOfScope, 8).await;
    until("the alert", async || {
        let open = house.store.open_alerts().await.unwrap();
        open.into_iter().find(|alert| alert.subject == "stats" && alert.what.contains("scopes lack"))
    })
    .await;
}

#[tokio::test]
async fn a_token_comes_only_from_its_networks_and_proxies_are_believed_as_everywhere() {
    let upstream = Upstream::start().await;
    let url = upstream.base_url();
    let flags = ["--activelayer-base-url", &url, "--activelayer-api-key", KEY];
    let (open, proxied) = (
        House::with(&flags).await,
        House::with(&[&flags[..], &["--trusted-proxies", "127.0.0.1"]].concat()).await,
    );
    let bounds = |networks: &[&str]| TokenBounds {
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        ..TokenBounds::default()
    };
    let home = open.bounded("home", Fallback::Pass, bounds(&["192.0.2.0/24", "127.0.0.0/8"])).await;
    let away = open.bounded("away", Fallback::Pass, bounds(&["203.0.113.0/24", "2001:db8::/32"])).await;
    for (path, _) in ENDPOINTS {
        assert_eq!(ask(&open, path, &home).await.0, 200, "{path}");
        let (status, told) = ask(&open, path, &away).await;
        assert_eq!((status, &told["error"]), (403, &json!("Address not allowed")), "{path}");
        assert!(told["message"].as_str().unwrap().contains("127.0.0.1"), "{told}");
    }
    counted(&open, "away", RefusalKind::OutOfNetwork, 6).await;
    // Nobody is believed who is no proxy that the settings name.
    let verify = async |house: &House, token: &str, client: &str| {
        let request = house.app.get(house.url("verify")).bearer_auth(token);
        request.header("x-forwarded-for", client).send().await.unwrap().status().as_u16()
    };
    assert_eq!(verify(&open, &away, "203.0.113.9").await, 403);
    let away = proxied.bounded("away", Fallback::Pass, bounds(&["203.0.113.0/24", "2001:db8::/32"])).await;
    for (client, status) in [
        ("203.0.113.9", 200),
        ("198.51.100.1", 403),
        ("[2001:db8::7]:4711", 200),
        ("203.0.113.9, 198.51.100.1", 403),
    ] {
        assert_eq!(verify(&proxied, &away, client).await, status, "{client}");
    }
    // A token in the body is held to the same.
    let body = json!({ "message": "hi", "api_key": away });
    let request = proxied.app.post(proxied.url("check")).json(&body);
    assert_eq!(request.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn an_expired_token_opens_nothing_and_is_told_of_as_a_revoked_one() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let now = SystemClock.now();
    let over = house.bounded("over", Fallback::Pass, ending(now - TimeDelta::seconds(1))).await;
    for (path, _) in ENDPOINTS {
        let (status, told) = ask(&house, path, &over).await;
        assert_eq!((status, &told["error"]), (401, &json!("Expired API key")), "{path}");
        assert!(told["message"].as_str().unwrap().contains("its last day was 20"), "{told}");
    }
    assert_eq!(upstream.asked("check").len(), 0);
    counted(&house, "over", RefusalKind::Expired, 6).await;
    until("the alert", async || {
        let open = house.store.open_alerts().await.unwrap();
        open.into_iter().find(|alert| alert.subject == "over" && alert.what.contains("expired token over"))
    })
    .await;
    // One that ends while it is used: what is remembered of it ends, too.
    let soon = house.bounded("soon", Fallback::Pass, ending(SystemClock.now() + TimeDelta::seconds(3))).await;
    assert_eq!(ask(&house, "check", &soon).await.0, 200);
    until("its end", async || (ask(&house, "check", &soon).await.0 == 401).then_some(())).await;
}

#[tokio::test]
async fn with_a_new_secret_the_old_one_goes_on_for_a_while_and_then_ends() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let first = house.token.clone();
    let rotate = async |overlap| {
        let now = SystemClock.now();
        let (secret, token) = tokens::rotate(&*house.store, "shop", overlap, None, now).await.unwrap();
        (secret.expose_secret().to_owned(), token)
    };
    assert_eq!(ask(&house, "check", &first).await.0, 200);
    // Both are one token: the same row, the same feed. The running program was told of nothing.
    let (second, token) = rotate(TimeDelta::seconds(8)).await;
    assert_eq!(token.rotations, 1);
    for (path, _) in ENDPOINTS {
        assert_eq!(ask(&house, path, &first).await.0, 200, "{path} by the old one");
        assert_eq!(ask(&house, path, &second).await.0, 200, "{path} by the new one");
    }
    until("the old one's end", async || (ask(&house, "check", &first).await.0 == 401).then_some(())).await;
    let (_, told) = ask(&house, "verify", &first).await;
    assert_eq!(told["error"], "Replaced API key");
    assert_eq!(ask(&house, "check", &second).await.0, 200);
    counted(&house, "shop", RefusalKind::Replaced, 2).await;
    until("the alert", async || {
        let open = house.store.open_alerts().await.unwrap();
        open.into_iter().find(|alert| alert.subject == "shop" && alert.what.contains("The old secret"))
    })
    .await;
    // Without an overlap a secret that was used a moment ago ends with the next request, also for checks.
    let (third, _) = rotate(TimeDelta::zero()).await;
    let (status, told) = ask(&house, "check", &second).await;
    assert_eq!((status, &told["error"]), (401, &json!("Replaced API key")));
    assert_eq!(ask(&house, "check", &first).await.0, 401);
    assert_eq!(ask(&house, "check", &third).await.0, 200);
    // A secret from before the last two that only memory knows: it was good a moment ago.
    let (fourth, _) = rotate(TimeDelta::hours(24)).await;
    assert_eq!(ask(&house, "check", &third).await.0, 200);
    rotate(TimeDelta::hours(24)).await;
    assert_eq!(ask(&house, "check", &third).await.0, 401);
    assert_eq!(ask(&house, "check", &fourth).await.0, 200);
    house.store.revoke_api_token("shop", None, SystemClock.now()).await.unwrap().unwrap();
    assert_eq!(ask(&house, "check", &fourth).await.0, 401);
}
