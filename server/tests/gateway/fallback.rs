//! The upstream gives no verdict: what the app hears, and what becomes of the submission.

use domain::{Fallback, JudgedBy};
use serde_json::{Value, json};

use crate::{
    guide,
    house::{House, read, until},
    upstream::Upstream,
};

#[tokio::test]
async fn the_gateways_own_trouble_with_the_upstream_lets_submissions_pass_in_the_guides_shape() {
    for (status, body) in [
        (401, guide::UNAUTHORIZED),
        (403, guide::NO_PLAN),
        (404, "<html>wrong base URL</html>"),
        (422, "<html>a firewall</html>"),
        (422, "{}"),
        (429, guide::QUOTA),
        (500, guide::SERVER),
        (200, "<html>garbage</html>"),
        (302, ""),
    ] {
        let upstream = Upstream::start().await;
        let house = House::before(&upstream).await;
        upstream.refuse(Some((status, body)));
        let response = house.check("hi").await;
        let logged = house.logged(&response).await;
        assert_eq!(logged.judgement.judged_by, JudgedBy::Fallback, "{status}");
        let (told, text) = read(response).await;
        assert_eq!(told, 200, "{status}");
        assert_eq!(text, logged.judgement.raw_answer);
        let answer: Value = serde_json::from_str(&text).unwrap();
        let fields: Vec<_> = answer.as_object().unwrap().keys().cloned().collect();
        let guides = ["detection_id", "execution_time", "is_spam", "threshold", "timestamp", "total_score"];
        assert_eq!(fields, guides, "{status}");
        assert_eq!((&answer["is_spam"], &answer["total_score"]), (&json!(false), &json!(0)));
    }
}

#[tokio::test]
async fn the_engine_decides_where_the_site_says_so() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let token = house.token("clever", Fallback::Engine, None).await;
    upstream.refuse(Some((500, guide::SERVER)));
    let spam =
        "Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.";
    let ham = "Hey team, attached is the weekly report. Let me know if you need any follow-up data.";
    for (message, is_spam) in [(spam, true), (ham, false)] {
        let request =
            house.app.post(house.url("check")).bearer_auth(&token).json(&json!({ "message": message }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let logged = house.logged(&response).await.judgement;
        assert_eq!((logged.judged_by, logged.is_spam), (JudgedBy::Fallback, is_spam), "{message}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["is_spam"], is_spam);
        assert!(answer["total_score"].as_f64().unwrap() > 0.0);
    }
}

#[tokio::test]
async fn a_site_may_rather_be_told_and_its_submission_is_kept_all_the_same() {
    let unavailable =
        r#"{"error":"Service unavailable","message":"The service cannot be reached. Try again later."}"#;
    for (status, body, told) in [
        (401, guide::UNAUTHORIZED, (503, unavailable)),
        (500, guide::SERVER, (503, unavailable)),
        (429, guide::QUOTA, (429, guide::QUOTA)),
    ] {
        // A house of its own: failures of one case would open the circuit for the next.
        let upstream = Upstream::start().await;
        let house = House::before(&upstream).await;
        let token = house.token("strict", Fallback::Reject, None).await;
        upstream.refuse(Some((status, body)));
        let request =
            house.app.post(house.url("check")).bearer_auth(&token).json(&json!({ "message": "hi" }));
        let response = request.send().await.unwrap();
        assert_eq!(house.logged(&response).await.judgement.judged_by, JudgedBy::Fallback);
        assert_eq!(read(response).await, (told.0, told.1.to_owned()), "{status}");
    }
}

#[tokio::test]
async fn a_bad_key_behind_the_gateway_is_not_the_callers() {
    let upstream = Upstream::start().await;
    upstream.refuse_all(401, guide::UNAUTHORIZED);
    let house = House::before(&upstream).await;
    let (status, text) = read(house.get("verify").send().await.unwrap()).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &answer["valid"]), (200, &json!(true)));
    assert_eq!(answer["key_info"]["name"], "shop");
    assert!(answer["user_info"]["id"].is_u64() && answer["user_info"]["email"].is_string());
    assert_eq!(answer["upstream_key_valid"], false);
    assert_eq!(house.get("stats").send().await.unwrap().status(), 503);
}

#[tokio::test]
async fn when_the_upstream_is_back_it_judges_and_a_changed_verdict_is_on_record() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    upstream.refuse(Some((500, guide::SERVER)));
    let response = house.check("judged later").await;
    let before = house.logged(&response).await;
    upstream.refuse(None);
    let after = until("the recheck", async || {
        let detection = house.store.detection(before.id).await.unwrap().unwrap();
        (detection.judgement.judged_by == JudgedBy::ActiveLayer).then_some(detection)
    })
    .await;
    assert_eq!((before.judgement.is_spam, after.judgement.is_spam), (false, true));
    assert_eq!(after.judgement.raw_answer, guide::ANSWER);
    assert_eq!((after.created_at, &after.content), (before.created_at, &before.content));
    let by_old_id = house.store.detection_by_upstream_id(&before.judgement.upstream_id).await.unwrap();
    assert_eq!(by_old_id.unwrap().id, before.id);
    let events = house.store.audit_events(None, 10).await.unwrap();
    let change = events.iter().find(|event| event.action == "detection.verdict_changed").unwrap();
    assert_eq!(change.subject, format!("detection:{}", before.id.0));
    assert_eq!(change.details, json!({ "was": "ham", "is": "spam" }));
}

#[tokio::test]
async fn content_that_the_upstream_refuses_for_good_does_not_hold_up_the_rest() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    upstream.refuse(Some((500, guide::SERVER)));
    let first = house.check("refused later").await;
    let first = house.logged(&first).await;
    upstream.refuse(Some((422, guide::INVALID)));
    until("the recheck fails", async || {
        (house.store.recheck_attempts(first.id).await.unwrap() > 0).then_some(())
    })
    .await;
    // Whatever came first (a 500 is tried again, a 422 never), the next one is judged.
    upstream.refuse(Some((500, guide::SERVER)));
    let second = house.check("judged later").await;
    let second = house.logged(&second).await;
    upstream.refuse(None);
    until("the second is judged", async || {
        let detection = house.store.detection(second.id).await.unwrap().unwrap();
        (detection.judgement.judged_by == JudgedBy::ActiveLayer).then_some(())
    })
    .await;
}
