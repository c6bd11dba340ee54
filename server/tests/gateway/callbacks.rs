//! Apps hear of what was decided after their answer: they are called, or ask.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use chrono::TimeDelta;
use domain::{CallbackForm, Decided, DetectionId, Label};
use moderation::{Clock as _, SystemClock};
use notify::Reach;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    house::{House, SITE, until},
    upstream::Upstream,
};

/// An app's own endpoint: takes what is sent, now and then not.
#[derive(Clone, Default)]
struct Receiver {
    taken: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    /// Each so manieth request fails; 0: none.
    fails: Arc<AtomicUsize>,
    seen: Arc<AtomicUsize>,
}

impl Receiver {
    async fn start() -> (Self, String) {
        let receiver = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (receiver, format!("http://{address}/hook"))
    }

    fn bodies(&self) -> Vec<Value> {
        self.taken.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> axum::http::StatusCode {
    let seen = receiver.seen.fetch_add(1, Ordering::Relaxed) + 1;
    let fails = receiver.fails.load(Ordering::Relaxed);
    if fails > 0 && seen.is_multiple_of(fails) {
        return axum::http::StatusCode::SERVICE_UNAVAILABLE;
    }
    receiver.taken.lock().unwrap().push((headers, body));
    axum::http::StatusCode::NO_CONTENT
}

async fn called(house: &House, url: &str) -> String {
    let form = CallbackForm { site: SITE.to_owned(), url: url.to_owned() };
    let secret =
        moderation::callbacks::set(&*house.store, &form, Reach::Any, None, SystemClock.now()).await.unwrap();
    secret.expose_secret().to_owned()
}

/// The whole feed, read in small parts.
async fn feed(house: &House) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let part = house.get(&format!("decisions?after={after}&limit=3")).send().await.unwrap();
        assert_eq!(part.status(), 200);
        let part: Value = part.json().await.unwrap();
        all.extend(part["decisions"].as_array().unwrap().iter().cloned());
        after = part["next"].as_i64().unwrap();
        if part["more"] == false {
            return all;
        }
    }
}

/// Labels with a time for undoing that is over.
async fn label(house: &House, by: domain::UserId, id: DetectionId, label: Label) -> domain::DecisionId {
    let now = SystemClock.now();
    let decision = store::NewDecision {
        detection_id: id,
        label,
        user_id: by,
        decided_at: now,
        send_after: now - TimeDelta::seconds(1),
        seen_version: None,
        with: domain::LabelParts::default(),
    };
    match house.store.decide(&decision).await.unwrap() {
        store::LabelOutcome::Decided(decision) => decision.id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_label_is_told_signed_with_the_apps_own_name_for_it() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let (receiver, url) = Receiver::start().await;
    let secret = called(&house, &url).await;
    let request =
        house.post("check", &json!({ "message": "hello" })).header("gavel-external-id", "comment-7");
    let response = request.send().await.unwrap();
    let row = house.logged(&response).await;
    let told: Value = response.json().await.unwrap();
    assert!(upstream.asked("check")[0].body.get("external_id").is_none(), "it is not forwarded");
    let moderator = house.moderator().await;
    let opposite = Label::from_is_spam(!row.judgement.is_spam);
    label(&house, moderator, row.id, opposite).await;
    let body = until("the call", async || receiver.bodies().pop()).await;
    assert_eq!(body["detection_id"], told["detection_id"]);
    assert_eq!((&body["event"], &body["external_id"]), (&json!("label"), &json!("comment-7")));
    assert_eq!((&body["is_spam"], &body["previous_is_spam"]), (&json!(opposite.is_spam()), &told["is_spam"]));
    assert_eq!((&body["decided_by"], &body["version"]), (&json!("person"), &body["id"]));
    let (headers, text) = receiver.taken.lock().unwrap()[0].clone();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert!(notify::verify(
        &secret,
        &header("gavel-signature"),
        &text,
        SystemClock.now(),
        TimeDelta::minutes(5)
    ));
    assert_eq!(header("gavel-event"), "decision.label");
    assert_eq!(header("gavel-delivery"), format!("decision-{}", body["id"]));
    assert_eq!((&body["reason"], feed(&house).await), (&Value::Null, vec![body.clone()]));
    // A reason that is given later is told, too.
    let decision = house.store.decisions(row.id).await.unwrap().remove(0).id;
    let reason = house.store.reason_lists().await.unwrap()[0].spam[1].id;
    let given = house.store.turn_reason(Decided::One(decision), reason, moderator, SystemClock.now()).await;
    assert_eq!(given.unwrap().unwrap().len(), 1);
    let again = until("the call", async || receiver.bodies().get(1).cloned()).await;
    assert_eq!((&again["reason"], &again["is_spam"]), (&json!("scam"), &body["is_spam"]));
    assert!(again["version"].as_i64() > body["version"].as_i64());
    // What was told is not late any more.
    until("it is told", async || {
        house.store.detection(row.id).await.unwrap().unwrap().told.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_can_still_be_undone_is_not_told() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let row = house.logged(&house.check("hello").await).await;
    let moderator = house.moderator().await;
    // The upstream, too, hears of it in a day.
    let decision = house.label(moderator, row.id, Label::Spam).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(feed(&house).await, Vec::<Value>::new());
    house.store.undo(decision, moderator, SystemClock.now()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(feed(&house).await, Vec::<Value>::new(), "nothing has changed for the app");
}

#[tokio::test]
async fn another_sites_token_sees_nothing_and_bad_numbers_are_named() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let row = house.logged(&house.check("hello").await).await;
    let moderator = house.moderator().await;
    label(&house, moderator, row.id, Label::Spam).await;
    until("the feed", async || (feed(&house).await.len() == 1).then_some(())).await;
    let other = house.token_of("other", "other.example.com").await;
    let ask = |query: &str, token: &str| {
        house.app.get(house.url(&format!("decisions{query}"))).bearer_auth(token).send()
    };
    let part: Value = ask("", &other).await.unwrap().json().await.unwrap();
    assert_eq!(part, json!({ "decisions": [], "next": 0, "more": false }));
    for query in ["?after=-1", "?after=x", "?limit=0", "?limit=1001"] {
        let refused = ask(query, &house.token).await.unwrap();
        assert_eq!(refused.status(), 422, "{query}");
        assert!(refused.json::<Value>().await.unwrap()["errors"].is_object(), "{query}");
    }
    assert_eq!(ask("", "gvl_nobody").await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_receiver_that_fails_ends_with_what_stands_and_never_hears_an_older_word_last() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let (receiver, url) = Receiver::start().await;
    called(&house, &url).await;
    let moderator = house.moderator().await;
    let mut rows = Vec::new();
    for number in 0..8 {
        let body = json!({ "message": format!("message {number}"), "external_id": number });
        rows.push(house.logged(&house.post("check", &body).send().await.unwrap()).await);
    }
    // One failure: the next attempt comes after five seconds.
    receiver.fails.store(9, Ordering::Relaxed);
    let mut rng = fastrand::Rng::with_seed(3);
    for _ in 0..40 {
        let row = &rows[rng.usize(..rows.len())];
        label(&house, moderator, row.id, Label::from_is_spam(rng.bool())).await;
        tokio::time::sleep(Duration::from_millis(rng.u64(..60))).await;
    }
    receiver.fails.store(0, Ordering::Relaxed);
    until("everything is told", async || {
        let callback = house.store.callbacks().await.unwrap().remove(0);
        let settled = house.store.settle_app_decisions(SystemClock.now(), 100).await.unwrap() == 0;
        (settled && callback.waiting == 0).then_some(())
    })
    .await;
    let mut last: HashMap<String, (i64, bool)> = HashMap::new();
    for body in receiver.bodies() {
        let version = body["version"].as_i64().unwrap();
        let id = body["external_id"].as_str().unwrap().to_owned();
        let before = last.insert(id, (version, body["is_spam"].as_bool().unwrap()));
        assert!(before.is_none_or(|(before, _)| before <= version), "an older word came last");
    }
    for (number, row) in rows.iter().enumerate() {
        let stands = house.store.detection(row.id).await.unwrap().unwrap();
        if let Some(label) = stands.label {
            let heard = last.get(&number.to_string()).map(|(_, is_spam)| *is_spam);
            assert_eq!(heard, Some(label.is_spam()), "{}", row.id.0);
        }
    }
    let told = feed(&house).await;
    let mut heard = receiver.bodies();
    heard.dedup();
    assert_eq!(heard, told, "the feed gives the same list");
}
