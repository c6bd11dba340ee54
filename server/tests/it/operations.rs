//! Health, metrics, and a stop that leaves nothing half done.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use serde_json::{Value, json};
use sqlx::SqlitePool;
use tokio::{net::TcpListener, sync::Notify};

use crate::test_app::{EMAIL, PASSWORD, TestApp};

const KEY: &str = "al_live_0123456789";

/// An upstream that holds every check back until it is let go.
#[derive(Clone, Default)]
struct Upstream {
    asked: Arc<Notify>,
    let_go: Arc<Notify>,
    verifications: Arc<AtomicU32>,
}

impl Upstream {
    async fn start(&self) -> String {
        let routes = Router::new()
            .route("/check", post(check))
            .route("/verify", get(verify))
            .route("/stats", get(stats))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}")
    }
}

async fn check(State(upstream): State<Upstream>) -> Json<Value> {
    upstream.asked.notify_one();
    upstream.let_go.notified().await;
    Json(json!({
        "detection_id": "3b6f1a52-0000-4000-8000-000000000001", "is_spam": true, "total_score": 92.5, "threshold": 50.0,
        "execution_time": 12.5, "timestamp": "2025-02-15T11:32:00Z"
    }))
}

async fn verify(State(upstream): State<Upstream>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    upstream.verifications.fetch_add(1, Ordering::Relaxed);
    if headers.get("authorization").is_none_or(|key| key != &format!("Bearer {KEY}")) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(Json(json!({
        "valid": true, "message": "ok", "timestamp": "2025-02-15T11:32:00Z",
        "key_info": { "name": "Production", "created_at": "2025-01-01T00:00:00Z", "last_used_at": null },
        "user_info": { "id": 1, "email": "owner@example.com", "name": "Owner" }
    })))
}

async fn stats() -> Json<Value> {
    Json(json!({
        "success": true, "timestamp": "2025-02-15T11:32:00Z",
        "data": {
            "plan": { "name": "Free", "id": 1 },
            "usage": {
                "total_requests": 1000, "used_requests": 250, "remaining_requests": 750, "usage_percentage": 25.0
            },
            "period": { "month": 2, "year": 2025 }
        }
    }))
}

async fn readiness(app: &TestApp) -> (u16, Value) {
    let response = app.browser.get(app.url("/readyz")).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn health_tells_of_program_database_and_upstream() {
    let app = TestApp::start().await;
    let alive = app.browser.get(app.url("/healthz")).send().await.unwrap();
    assert_eq!((alive.status().as_u16(), alive.text().await.unwrap().as_str()), (200, "ok\n"));
    let ready = json!({ "status": "ready", "database": "ok", "upstream": "embedded" });
    assert_eq!(readiness(&app).await, (200, ready));
}

#[tokio::test]
async fn an_upstream_that_is_well_is_not_asked_at_every_probe() {
    let upstream = Upstream::default();
    let url = upstream.start().await;
    let wanted = TestApp::wanted().with("--activelayer-base-url", &url).with("--activelayer-api-key", KEY);
    let app = wanted.start().await;
    for _ in 0..20 {
        let ready = json!({ "status": "ready", "database": "ok", "upstream": "ok" });
        assert_eq!(readiness(&app).await, (200, ready));
    }
    // Once by the poll at the start, and once by a probe that came before its answer.
    assert!((1..=2).contains(&upstream.verifications.load(Ordering::Relaxed)));
}

#[tokio::test]
async fn an_upstream_that_is_away_or_refuses_degrades_but_does_not_take_down() {
    let upstream = Upstream::default();
    let url = upstream.start().await;
    let wanted =
        TestApp::wanted().with("--activelayer-base-url", &url).with("--activelayer-api-key", "revoked");
    let refused = json!({ "status": "degraded", "database": "ok", "upstream": "key refused" });
    assert_eq!(readiness(&wanted.start().await).await, (200, refused));

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let wanted = TestApp::wanted().with("--activelayer-base-url", &url).with("--activelayer-api-key", KEY);
    let failing = json!({ "status": "degraded", "database": "ok", "upstream": "failing" });
    assert_eq!(readiness(&wanted.start().await).await, (200, failing));
}

#[tokio::test]
async fn metrics_count_by_route_and_hold_no_secrets() {
    let upstream = Upstream::default();
    let url = upstream.start().await;
    let wanted = TestApp::wanted().with("--activelayer-base-url", &url).with("--activelayer-api-key", KEY);
    let app = wanted.start().await;
    app.log_in(EMAIL, PASSWORD).await;
    app.page("/detections?q=hush").send().await.unwrap();
    app.page("/detections/4711").send().await.unwrap();
    let odd = reqwest::Method::from_bytes(b"HUSHHUSH").unwrap();
    app.browser.request(odd, app.url("/hush")).send().await.unwrap();
    let response = app.browser.get(app.url("/metrics")).send().await.unwrap();
    assert_eq!(response.headers().get("content-type").unwrap(), "text/plain; version=0.0.4; charset=utf-8");
    let metrics = response.text().await.unwrap();
    for line in [
        "gavel_http_requests_total{method=\"GET\",route=\"/detections/{id}\",status=\"404\"}",
        "gavel_logins_total{outcome=\"accepted\"}",
        "gavel_checks_today{verdict=\"spam\"} 0",
        "gavel_feedback{state=\"pending\"} 0",
        "gavel_upstream_up",
        "gavel_http_request_duration_seconds_bucket{method=\"GET\",route=\"/detections\",le=\"0.005\"}",
    ] {
        assert!(metrics.contains(line), "{line} is missing");
    }
    for secret in [KEY, EMAIL, PASSWORD, "hush", "HUSH", "4711"] {
        assert!(!metrics.contains(secret), "{secret} is told");
    }
}

#[tokio::test]
async fn a_stop_waits_for_what_is_under_way() {
    let upstream = Upstream::default();
    let url = upstream.start().await;
    let wanted = TestApp::wanted().with("--activelayer-base-url", &url).with("--activelayer-api-key", KEY);
    let app = wanted.start().await;
    app.log_in(EMAIL, PASSWORD).await;
    let check = [("form[message]", "Buy now"), ("form[split]", "one"), ("form[endpoint]", "check")];
    let request = app.browser.post(app.url("/fn/checks/run")).form(&check).send();
    let under_way = tokio::spawn(request);
    upstream.asked.notified().await;

    let (address, database) = (app.address, app.database.clone());
    let stopped = app.stop();
    // New callers are turned away as soon as the stop is heard; the check is still being judged then.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopped.is_finished() && !under_way.is_finished());
    let log = store::open(&database).await.unwrap();
    upstream.let_go.notify_one();
    assert_eq!(under_way.await.unwrap().unwrap().status(), 200);
    tokio::time::timeout(Duration::from_secs(5), stopped).await.expect("a stop").unwrap().unwrap();
    assert!(log.detection(domain::DetectionId(1)).await.unwrap().is_some(), "and is in the log");
}

#[tokio::test]
async fn pages_are_answered_while_another_server_is_put_together() {
    let app = TestApp::start_logged_in().await;
    let done = Arc::new(AtomicBool::new(false));
    let elsewhere = std::thread::spawn({
        let done = Arc::clone(&done);
        move || {
            while !done.load(Ordering::Relaxed) {
                assert!(server::render::pages().len() > 5);
            }
        }
    });
    for _ in 0..10 {
        let page = app.page("/detections").timeout(Duration::from_secs(20)).send().await;
        assert_eq!(page.map(|page| page.status().as_u16()).map_err(|error| error.to_string()), Ok(200));
    }
    done.store(true, Ordering::Relaxed);
    elsewhere.join().unwrap();
}

#[tokio::test]
async fn the_figures_wait_for_no_program_that_holds_the_database_and_say_what_they_lack() {
    let app = TestApp::start_logged_in().await;
    let check = [("form[message]", "Buy now"), ("form[split]", "one"), ("form[endpoint]", "check")];
    assert!(
        app.browser.post(app.url("/fn/checks/run")).form(&check).send().await.unwrap().status().is_success()
    );
    let writes = SqlitePool::connect(&app.database).await.unwrap();
    let lock = writes.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let figures = || app.page("/stats").timeout(Duration::from_secs(8)).send();
    let page = figures().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("The newest checks are not counted yet, since "), "{page}");
    lock.rollback().await.unwrap();
    for _ in 0..600 {
        if !figures().await.unwrap().text().await.unwrap().contains("not counted yet") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("they were never counted");
}
