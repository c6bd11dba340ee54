//! `gavel engine serve`: the same contract from the detector, and its faults.

use std::{net::SocketAddr, sync::Arc};

use moderation::SystemClock;
use serde_json::{Value, json};
use server::api::{
    engine::{EngineServerOptions, serve},
    faults::Faults,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    guide,
    house::{client, read},
};

pub(crate) const ENGINE_KEY: &str = "engine-key-1";

/// A running engine.
pub(crate) struct EngineProcess {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl EngineProcess {
    pub(crate) async fn start(address: &str, faults: &[&str], per_minute: u32, monthly_quota: u64) -> Self {
        let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
        let options = EngineServerOptions {
            keys: vec![ENGINE_KEY.into(), "engine-key-2".into()],
            per_minute,
            monthly_quota,
            faults: Faults::new(faults, 11).unwrap(),
        };
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let serving = tokio::spawn(async move {
            serve(options, Arc::new(SystemClock), listener, stopped).await.unwrap();
        });
        Self { address, stop, serving }
    }

    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.serving.await.unwrap();
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1/{path}", self.address)
    }
}

#[tokio::test]
async fn the_engine_serves_the_guides_five_endpoints() {
    let engine = EngineProcess::start("127.0.0.1:0", &[], 1000, 1000).await;
    let app = client();
    let post = |path: &str, body: Value| {
        app.post(engine.url(path)).header("x-api-key", ENGINE_KEY).json(&body).send()
    };
    let get = |path: &str| app.get(engine.url(path)).bearer_auth(ENGINE_KEY).send();
    let spam =
        "Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.";
    let answer: Value = post("check", json!({ "message": spam })).await.unwrap().json().await.unwrap();
    assert_eq!(answer["is_spam"], true);
    let id = answer["detection_id"].as_str().unwrap();
    let comment = post("check-comment", json!({ "message": "Lovely recipe, thank you!" })).await.unwrap();
    let comment: Value = comment.json().await.unwrap();
    assert_eq!(comment["is_spam"], false);
    let receipt = post("feedback", json!({ "detection_id": id, "is_spam": false })).await.unwrap();
    let receipt: Value = receipt.json().await.unwrap();
    assert_eq!(receipt["data"]["user_status"], false);
    let unknown = post("feedback", json!({ "detection_id": "x", "is_spam": false })).await.unwrap();
    assert_eq!(read(unknown).await, (404, guide::NOT_FOUND.to_owned()));
    let verify: Value = get("verify").await.unwrap().json().await.unwrap();
    assert_eq!((&verify["valid"], &verify["message"]), (&json!(true), &json!("API key is valid")));
    let stats: Value = get("stats").await.unwrap().json().await.unwrap();
    assert_eq!(stats["data"]["usage"]["used_requests"], 2);
    let missing = post("check", json!({})).await.unwrap();
    assert_eq!(read(missing).await, (422, guide::INVALID.to_owned()));
    let wrong = app.get(engine.url("verify")).bearer_auth("wrong").send().await.unwrap();
    assert_eq!(read(wrong).await, (401, guide::UNAUTHORIZED.to_owned()));
    engine.stop().await;
}

#[tokio::test]
async fn each_key_has_its_limit_and_its_quota() {
    let engine = EngineProcess::start("127.0.0.1:0", &[], 5, 3).await;
    let app = client();
    let check =
        |key: &str| app.post(engine.url("check")).bearer_auth(key).json(&json!({ "message": "hi" })).send();
    for _ in 0..3 {
        assert_eq!(check(ENGINE_KEY).await.unwrap().status(), 200);
    }
    let (status, text) = read(check(ENGINE_KEY).await.unwrap()).await;
    let monthly = r#"{"error":"Rate Limit Exceeded","message":"Monthly request limit exceeded","limit":3,"used":3,"remaining":0}"#;
    assert_eq!((status, text.as_str()), (429, monthly));
    check(ENGINE_KEY).await.unwrap();
    let by_minute = check(ENGINE_KEY).await.unwrap();
    assert!(by_minute.headers().contains_key("retry-after"));
    let (status, text) = read(by_minute).await;
    assert_eq!(status, 429);
    assert!(text.contains("Per-minute") && !text.contains("limit\":"), "{text}");
    assert_eq!(check("engine-key-2").await.unwrap().status(), 200);
    engine.stop().await;
}

#[tokio::test]
async fn faults_happen_as_asked() {
    let check = async |fault: &str| {
        let engine = EngineProcess::start("127.0.0.1:0", &[fault], 1000, 1000).await;
        let request = client().post(engine.url("check")).bearer_auth(ENGINE_KEY);
        let answer = request.json(&json!({ "message": "hi" })).send().await;
        match answer {
            Ok(response) => Some(read(response).await),
            Err(_) => None,
        }
    };
    assert_eq!(check("500:1").await, Some((500, guide::SERVER.to_owned())));
    assert_eq!(check("429:1").await.unwrap().0, 429);
    let (status, text) = check("garbage:1").await.unwrap();
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<Value>(&text).is_err());
    assert_eq!(check("refuse:1").await, None);
    assert_eq!(check("delay:1:20").await.unwrap().0, 200);
    assert_eq!(check("500:0").await.unwrap().0, 200);
}
