//! What is refused is in the log and counted; what is merely odd is judged; what can be left out is left out.

use domain::{Fallback, JudgedBy, NO_SCORE, PageRequest, RefusalKind, SearchQuery};
use moderation::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::{
    house::{House, read, until},
    upstream::Upstream,
};

async fn found(house: &House, query: &str) -> usize {
    let query = SearchQuery::parse(query).unwrap();
    let page = PageRequest { order: domain::Order::Newest, from: None, limit: 50 };
    house.store.search(&query, &page, SystemClock.now()).await.unwrap().rows.len()
}

const INVALID_IP: &str =
    r#"{"error":"Validation failed","errors":{"ip":["The ip field must be a valid IP address."]}}"#;

#[tokio::test]
async fn odd_fields_are_forwarded_as_they_came_and_read_for_the_log() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let body = json!({
        "message": "Hello there", "name": 4711, "ip": "203.0.113.9, 198.51.100.7", "timestamp": "1739619120.25",
        "website_url": "mailto:a@example.net", "user_agent": ["x"], "email": "a@example.net",
    });
    let response = house.post("check", &body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("gavel-left-out"));
    assert_eq!(upstream.asked("check")[0].body, body);
    let content = house.logged(&response).await.content;
    assert_eq!((content.name.as_deref(), content.ip), (Some("4711"), "203.0.113.9".parse().ok()));
    assert_eq!(content.timestamp, Some(1_739_619_120));
    let odd: Vec<_> = content.odd().map(|(field, _)| field).collect();
    assert_eq!(odd, ["name", "ip", "timestamp", "user_agent", "website_url"]);
    assert_eq!(content.extra["timestamp"], "1739619120.25");
}

#[tokio::test]
async fn an_optional_field_that_the_upstream_refuses_is_left_out_and_named() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    upstream.refuse_when(|body| body.get("ip").is_some(), 422, INVALID_IP);
    let response = house.post("check", &json!({ "message": "hi", "ip": "999.1.1.1" })).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["gavel-left-out"]),
        (200, &"ip".parse().unwrap())
    );
    let row = house.logged(&response).await;
    assert_eq!(
        (row.judgement.judged_by, &row.content.extra["ip"]),
        (JudgedBy::ActiveLayer, &json!("999.1.1.1"))
    );
    let asked: Vec<_> = upstream.asked("check").iter().map(|asked| asked.body.get("ip").cloned()).collect();
    assert_eq!(asked, [Some(json!("999.1.1.1")), None]);
    assert_eq!(found(&house, "is:refused").await, 0);
}

#[tokio::test]
async fn a_refusal_for_good_goes_back_in_the_upstreams_words_and_is_in_the_log() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let words = r#"{"error":"Validation failed","message":"The message is too strange.","errors":{"message":["Too strange."]}}"#;
    upstream.refuse(Some((422, words)));
    let response =
        house.post("check", &json!({ "message": "casino", "email": "a@example.net" })).send().await.unwrap();
    let row = house.logged(&response).await;
    assert_eq!(read(response).await, (422, words.to_owned()));
    assert_eq!((row.judgement.judged_by, row.judgement.score), (JudgedBy::Refused, NO_SCORE));
    assert_eq!(
        (row.content.message.as_str(), row.content.email.as_deref()),
        ("casino", Some("a@example.net"))
    );
    assert_eq!(row.judgement.refusal().as_deref(), Some("Too strange."));
    upstream.refuse(None);
    // Neither spam nor ham, and not judged again.
    assert_eq!((found(&house, "is:refused").await, found(&house, "is:ham").await), (1, 0));
    assert_eq!((found(&house, "is:spam").await, found(&house, "score:<50").await), (0, 0));
    let overview = house.store.overview(SystemClock.now()).await.unwrap();
    assert_eq!((overview.today.spam, overview.today.ham), (0, 0));
    assert_eq!(house.store.backlog().await.unwrap().rechecks.count, 0);
    assert_eq!(upstream.asked("check").len(), 1);
}

#[tokio::test]
async fn a_submission_without_a_message_is_refused_here_and_in_the_log() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    for (body, message) in
        [(json!({ "email": "a@example.net" }), "required"), (json!({ "message": 7 }), "a string")]
    {
        let response = house.post("check-comment", &body).send().await.unwrap();
        let row = house.logged(&response).await;
        assert_eq!((response.status().as_u16(), row.judgement.judged_by), (422, JudgedBy::Refused));
        assert!(row.judgement.refusal().unwrap().contains(message), "{:?}", row.judgement);
    }
    assert_eq!(upstream.asked("check-comment").len(), 0);
}

#[tokio::test]
async fn a_sign_up_is_judged_without_a_message() {
    let upstream = Upstream::start().await;
    let (house, alone) = (House::before(&upstream).await, House::with(&[]).await);
    let body =
        json!({ "message": "", "email": "a@example.net", "name": "Bo", "data_type": "user_registration" });
    for house in [&house, &alone] {
        let response = house.post("check", &body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(house.logged(&response).await.content.message, "");
    }
    let asked = upstream.asked("check").remove(0).body;
    assert_eq!((&asked["message"], &asked["data_type"]), (&json!(""), &json!("user_registration")));
}

#[tokio::test]
async fn the_engine_inside_refuses_what_is_wrong_and_logs_it_with_its_content() {
    let house = House::with(&[]).await;
    for (field, value) in
        [("ip", json!("999.1.1.1")), ("website_url", json!("not a url")), ("email", json!("x".repeat(256)))]
    {
        let mut body = json!({ "message": "Buy now" });
        body[field] = value.clone();
        let response = house.post("check", &body).send().await.unwrap();
        let row = house.logged(&response).await;
        let (status, text) = read(response).await;
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, error["errors"].as_object().unwrap().len()), (422, 1), "{text}");
        assert!(error["errors"][field][0].is_string(), "{text}");
        assert_eq!((row.judgement.judged_by, &row.content.extra[field]), (JudgedBy::Refused, &value));
    }
    assert_eq!(found(&house, "is:refused").await, 3);
    until("their words", async || (found(&house, "judged:refused").await == 3).then_some(())).await;
    // Odd ones are left out of the verdict.
    let score = async |body: Value| {
        let (status, text) = read(house.post("check", &body).send().await.unwrap()).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()["total_score"].clone()
    };
    let text = "The parcel arrived on Tuesday, thank you.";
    let plain = score(json!({ "message": text })).await;
    assert_eq!(
        score(json!({ "message": text, "website_url": "tel:+4930", "name": 7, "timestamp": "x" })).await,
        plain
    );
}

#[tokio::test]
async fn the_stand_in_judges_whatever_the_fields_are_like() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    upstream.refuse(Some((500, "{}")));
    let token = house.token("engine", Fallback::default(), None).await;
    let spam =
        "Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.";
    let body =
        json!({ "message": spam, "ip": "999.1.1.1", "website_url": "not a url", "email": "x".repeat(300) });
    let response = house.app.post(house.url("check")).bearer_auth(&token).json(&body).send().await.unwrap();
    let (status, text) = read(response).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &answer["is_spam"]), (200, &json!(true)), "{text}");
}

#[tokio::test]
async fn the_spent_quota_of_the_engine_inside_publishes_no_spam() {
    let house = House::with(&["--embedded-quota", "1"]).await;
    let token = house.token("engine", Fallback::default(), None).await;
    let spam =
        "Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.";
    for by in [JudgedBy::Detector, JudgedBy::Fallback] {
        let request =
            house.app.post(house.url("check")).bearer_auth(&token).json(&json!({ "message": spam }));
        let response = request.send().await.unwrap();
        assert_eq!(house.logged(&response).await.judgement.judged_by, by);
        let answer: Value = serde_json::from_str(&read(response).await.1).unwrap();
        assert_eq!(answer["is_spam"], json!(true));
    }
}

#[tokio::test]
async fn who_was_told_that_there_is_no_verdict_meets_the_row_that_waits() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let token = house.token("reject", Fallback::Reject, None).await;
    upstream.refuse(Some((500, "{}")));
    let ask = async |message: &str, name: &str, path: &str| {
        let body = json!({ "message": message, "name": name, "timestamp": fastrand::u32(..) });
        let request = house.app.post(house.url(path)).bearer_auth(&token).json(&body);
        let response = request.send().await.unwrap();
        let row = response.headers()["x-gavel-detection"].to_str().unwrap().to_owned();
        (response.status().as_u16(), row, response.text().await.unwrap())
    };
    let (status, row, _) = ask("first words", "Bo", "check").await;
    assert_eq!(status, 503);
    let (status, again, _) = ask("first  words\n", "Bo", "check").await;
    assert_eq!((status, &again), (503, &row), "the same row");
    for (message, name, path) in [
        ("other words", "Bo", "check"),
        ("first words", "Al", "check"),
        ("first words", "Bo", "check-comment"),
    ] {
        assert_ne!(ask(message, name, path).await.1, row, "{message} {name} {path}");
    }
    upstream.refuse(None);
    let asked = upstream.asked("check").iter().filter(|asked| asked.body["name"] == "Bo").count();
    let id = domain::DetectionId(row.parse().unwrap());
    until("the verdict", async || {
        let row = house.store.detection(id).await.unwrap().unwrap();
        row.judgement.judged_by.is_verdict().then_some(())
    })
    .await;
    let (status, again, text) = ask("first words", "Bo", "check").await;
    assert_eq!((status, &again), (200, &row));
    assert_eq!(text, crate::guide::ANSWER, "what the recheck was told");
    let (before, after) = (asked, upstream.asked("check").len());
    assert!(after > before, "it was judged again, once");
    let same = upstream.asked("check").iter().filter(|asked| asked.body["message"] == "first words").count();
    // The first attempts, and the recheck; none of those who asked again.
    ask("first words", "Bo", "check").await;
    let now = upstream.asked("check").iter().filter(|asked| asked.body["message"] == "first words").count();
    assert_eq!(now, same);

    // What the app was told in the end counts as told: a label to the contrary comes late.
    assert_eq!(found(&house, "is:late").await, 0);
    let ana = house.moderator().await;
    house.label(ana, id, domain::Label::Ham).await;
    assert_eq!(found(&house, "is:late \"first words\"").await, 1);

    // The same words from somewhere else are another submission.
    let elsewhere =
        json!({ "message": "first words", "name": "Bo", "ip": "203.0.113.66", "context": { "post_id": 2 } });
    let request = house.app.post(house.url("check")).bearer_auth(&token).json(&elsewhere);
    let response = request.send().await.unwrap();
    assert_ne!(response.headers()["x-gavel-detection"].to_str().unwrap(), row);
    assert_eq!(upstream.asked("check").last().unwrap().body["ip"], "203.0.113.66");
}

#[tokio::test]
async fn refusals_are_counted_by_token_and_kind_and_a_revoked_one_is_seen() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let old = house.token("old", Fallback::Engine, None).await;
    house.store.revoke_api_token("old", None, SystemClock.now()).await.unwrap();
    for _ in 0..3 {
        house
            .app
            .post(house.url("check"))
            .bearer_auth(&old)
            .json(&json!({ "message": "hi" }))
            .send()
            .await
            .unwrap();
    }
    house.app.post(house.url("check")).bearer_auth("gvl_nobody").json(&json!({})).send().await.unwrap();
    house.app.get(house.url("verify")).send().await.unwrap();
    for body in ["{", "{", "[]", "{}"] {
        let request = house.app.post(house.url("check")).bearer_auth(&house.token).body(body);
        request.send().await.unwrap();
    }
    let gzipped =
        house.app.post(house.url("check")).bearer_auth(&house.token).header("content-encoding", "gzip");
    assert_eq!(gzipped.body("x").send().await.unwrap().status(), 415);
    let counts = until("the counts", async || {
        let counts = house.store.refusals(SystemClock.now() - chrono::TimeDelta::hours(1)).await.unwrap();
        let sum: u64 = counts.iter().map(|count| count.count).sum();
        (sum >= 10).then_some(counts)
    })
    .await;
    let of = |token: Option<&str>, kind| {
        let count = counts.iter().find(|count| count.token.as_deref() == token && count.kind == kind);
        count.map_or(0, |count| count.count)
    };
    assert_eq!(of(Some("old"), RefusalKind::Revoked), 3);
    assert_eq!(of(None, RefusalKind::UnknownKey), 2);
    assert_eq!((of(Some("shop"), RefusalKind::Unreadable), of(Some("shop"), RefusalKind::Invalid)), (2, 2));
    assert_eq!(of(Some("shop"), RefusalKind::Compressed), 1);
    until("the alert with all three", async || {
        let open = house.store.open_alerts().await.unwrap();
        open.into_iter().find(|alert| alert.subject == "old" && alert.what.contains("3 requests"))
    })
    .await;
}

#[tokio::test]
async fn bodies_that_clients_really_send_are_read() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let sent = async |content_type: &str, body: &[u8], path: &str| {
        let request =
            house.app.post(house.url(path)).bearer_auth(&house.token).header("content-type", content_type);
        let response = request.body(body.to_vec()).send().await.unwrap();
        assert_eq!(response.status(), 200, "{content_type}");
        upstream.asked(path.trim_end_matches('/')).pop().unwrap().body
    };
    let json = "application/json";
    let half = sent(json, br#"{"message":"Win \ud83d","name":"\ude00 Bo"}"#, "check").await;
    assert_eq!((&half["message"], &half["name"]), (&json!("Win \u{fffd}"), &json!("\u{fffd} Bo")));
    assert_eq!(sent(json, b"\xef\xbb\xbf{\"message\":\"Hello\"}", "check").await["message"], "Hello");
    let latin =
        sent("application/json; charset=windows-1252", b"{\"message\":\"Caf\xe9 ouvert\"}", "check").await;
    assert_eq!(latin["message"], "Café ouvert");
    let form = sent(
        "application/x-www-form-urlencoded",
        b"message=Hello+there&email=a%40example.net&context[site_url]=https%3A%2F%2Fx.example",
        "check/",
    )
    .await;
    assert_eq!((&form["message"], &form["email"]), (&json!("Hello there"), &json!("a@example.net")));
    assert_eq!(form["context"]["site_url"], "https://x.example");
    let nul = sent(
        json,
        br#"{"message":"Hello dear friend\u0000 casino","email":"promo\u0000@chips.example"}"#,
        "check",
    )
    .await;
    assert_eq!(nul["message"], "Hello dear friend\u{0} casino");
    until("the words", async || (found(&house, "casino").await == 1).then_some(())).await;
    let with_key =
        house.app.post(house.url("check")).header("content-type", "application/x-www-form-urlencoded");
    let with_key = with_key.body(format!("message=Hi&api_key={}", house.token)).send().await.unwrap();
    assert_eq!(with_key.status(), 200);
    assert!(upstream.asked("check").pop().unwrap().body.get("api_key").is_none());
}

#[tokio::test]
async fn a_base_url_that_is_misspelt_is_told_so_in_json() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let base = format!("http://{}", house.address);
    for path in ["//api/v1/check", "/API/v1/check", "/Api/V1/check", "/api/", "/api//x", "//api/"] {
        let request = || house.app.post(format!("{base}{path}")).body(r#"{"message":"hi"}"#);
        for request in [
            request().bearer_auth(&house.token),
            request().header("x-api-key", &house.token),
            request().header("x-api-key", &house.token).header("cookie", "gavel_session=x"),
            request().header("content-type", "application/json"),
            request().header("accept", "application/json"),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.headers()["content-type"], "application/json", "{path}");
            let (status, text) = read(response).await;
            assert_eq!(status, 404, "{path}");
            assert!(text.contains("/api/v1"), "{path}: {text}");
        }
    }
    // People get their page, or the way to it.
    let page =
        house.app.get(format!("{base}/API/")).header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
    assert_eq!(page.headers()["content-type"].to_str().unwrap().split(';').next(), Some("text/html"));
}

#[tokio::test]
async fn a_base_url_without_its_path_is_told_so_in_json() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let base = format!("http://{}", house.address);
    for path in
        ["verify", "stats", "check", "check-comment", "feedback", "stats/", "v1/stats", "api/x", "api/check"]
    {
        let request = house.app.get(format!("{base}/{path}")).header("x-api-key", &house.token);
        let response = request.header("accept", "application/json, */*;q=0.1").send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json", "{path}");
        let (status, text) = read(response).await;
        assert_eq!(status, 404, "{path}");
        assert!(text.contains("/api/v1"), "{path}: {text}");
    }
    let posted =
        house.app.post(format!("{base}/check")).json(&json!({ "message": "hi" })).send().await.unwrap();
    assert_eq!(posted.status(), 404);
    // People get their page, or the way to it.
    let page =
        house.app.get(format!("{base}/stats")).header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
    assert_eq!(page.headers()["content-type"].to_str().unwrap().split(';').next(), Some("text/html"));
}
