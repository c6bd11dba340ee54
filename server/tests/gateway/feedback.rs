//! An app's final word reaches the upstream, now or later.

use domain::JudgedBy;
use serde_json::{Value, json};

use crate::{
    guide,
    house::{House, read, until},
    upstream::Upstream,
};

const ID: &str = "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9";

#[tokio::test]
async fn feedback_is_passed_on_and_the_receipt_back() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    house.check("hi").await;
    for is_spam in [false, true] {
        let body =
            json!({ "detection_id": ID, "is_spam": is_spam, "note": "by hand", "api_key": house.token });
        let (status, text) = read(house.post("feedback", &body).send().await.unwrap()).await;
        let receipt: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &receipt["success"]), (200, &json!(true)));
        assert_eq!(receipt["data"]["detection_id"], ID);
        assert_eq!(receipt["data"]["user_status"], is_spam);
        assert_eq!(receipt["has_payment_method"], false, "the upstream's own fields stay");
        let sent = upstream.asked("feedback").pop().unwrap().body;
        assert_eq!(sent, json!({ "detection_id": ID, "is_spam": is_spam, "note": "by hand" }));
    }
}

#[tokio::test]
async fn an_unknown_detection_is_404_in_the_guides_words() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let unknown = json!({ "detection_id": "nobody-knows", "is_spam": true });
    let not_found = (404, guide::NOT_FOUND.to_owned());
    house.check("hi").await;
    upstream.refuse(Some((404, guide::NOT_FOUND)));
    assert_eq!(read(house.post("feedback", &unknown).send().await.unwrap()).await, not_found);
    // What the log knows is kept for the moderators, whatever the upstream makes of it.
    let forgotten = json!({ "detection_id": ID, "is_spam": false });
    assert_eq!(read(house.post("feedback", &forgotten).send().await.unwrap()).await.0, 200);
    let detection = house.store.detection_by_upstream_id(ID).await.unwrap().unwrap();
    assert_eq!(detection.app_word, Some(domain::Label::Ham));
    assert_eq!(
        house.store.next_app_feedback_due().await.unwrap(),
        None,
        "a refusal for good is not tried again"
    );
}

#[tokio::test]
async fn feedback_on_a_detection_from_before_the_gateway_is_the_upstreams_to_answer() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let older = json!({ "detection_id": "from-before", "is_spam": true, "note": "late" });
    let (status, text) = read(house.post("feedback", &older).send().await.unwrap()).await;
    let receipt: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &receipt["data"]["detection_id"]), (200, &json!("from-before")));
    assert_eq!(upstream.asked("feedback").pop().unwrap().body, older);

    // Nothing could be kept, and the app must know.
    upstream.refuse(Some((503, "away")));
    let response = house.post("feedback", &older).send().await.unwrap();
    let (status, text) = read(response).await;
    let error: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &error["error"]), (503, &json!("Service unavailable")));
    assert_eq!(house.store.next_app_feedback_due().await.unwrap(), None);
}

#[tokio::test]
async fn what_other_sites_submitted_does_not_exist_for_an_app() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    house.check("hi").await;
    let stranger = house.token_of("blog", "blog.example.com").await;
    let body = json!({ "detection_id": ID, "is_spam": false });
    let request = house.app.post(house.url("feedback")).bearer_auth(&stranger).json(&body);
    assert_eq!(read(request.send().await.unwrap()).await, (404, guide::NOT_FOUND.to_owned()));
    assert_eq!(upstream.asked("feedback").len(), 0);
    // Another token of the same site may.
    let sibling = house.token("shop 2", domain::Fallback::Pass, None).await;
    let request = house.app.post(house.url("feedback")).bearer_auth(&sibling).json(&body);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn feedback_that_the_upstream_cannot_take_now_is_delivered_later_the_newest_word_only() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    house.check("hi").await;
    upstream.refuse(Some((500, guide::SERVER)));
    for is_spam in [true, false] {
        let body = json!({ "detection_id": ID, "is_spam": is_spam });
        let (status, text) = read(house.post("feedback", &body).send().await.unwrap()).await;
        let receipt: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status, 200);
        assert_eq!(receipt["message"], "Feedback submitted and will be processed shortly");
        assert_eq!(receipt["data"]["detection_id"], ID);
        assert_eq!(receipt["data"]["user_status"], is_spam);
        assert!(receipt["data"]["queued_at"].is_string());
    }
    let refused = upstream.asked("feedback").len();
    upstream.refuse(None);
    let later = until("the delivery", async || upstream.asked("feedback").get(refused).cloned()).await;
    assert_eq!(later.body["detection_id"], ID);
    until("an empty queue", async || {
        house.store.next_app_feedback_due().await.unwrap().is_none().then_some(())
    })
    .await;
    assert_eq!(upstream.asked("feedback").last().unwrap().body["is_spam"], false, "the newest word");
}

#[tokio::test]
async fn feedback_on_what_the_fallback_answered_follows_the_recheck_under_the_new_id() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    upstream.refuse(Some((500, guide::SERVER)));
    let response = house.check("judged later").await;
    let row = house.logged(&response).await.id;
    let answer: Value = response.json().await.unwrap();
    let given = answer["detection_id"].as_str().unwrap();
    let feedback = json!({ "detection_id": given, "is_spam": true });
    let (status, text) = read(house.post("feedback", &feedback).send().await.unwrap()).await;
    assert_eq!(status, 200);
    assert!(text.contains(given));
    assert_eq!(upstream.asked("feedback").len(), 0, "the upstream does not know it yet");

    upstream.refuse(None);
    let delivered = until("the delivery", async || upstream.asked("feedback").pop()).await;
    assert_eq!(delivered.body, json!({ "detection_id": ID, "is_spam": true }));
    let detection = house.store.detection(row).await.unwrap().unwrap();
    assert_eq!(detection.judgement.judged_by, JudgedBy::ActiveLayer);
    // The app still calls it by the id that it was given.
    let (status, text) = read(house.post("feedback", &feedback).send().await.unwrap()).await;
    let receipt: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, receipt["data"]["detection_id"].as_str().unwrap()), (200, given));
    assert_eq!(upstream.asked("feedback").pop().unwrap().body["detection_id"], ID);
}
