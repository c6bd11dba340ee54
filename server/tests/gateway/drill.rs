//! The fault drill: whatever the upstream does, every caller is answered in time, and nothing is lost.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sqlx::SqlitePool;

use crate::{
    engine::{ENGINE_KEY, EngineProcess},
    house::{House, until},
};

/// Callers at once.
const CALLERS: usize = 20;

/// Clients of the API give up after 5 s.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_every_fault_all_are_answered_logged_and_judged_in_the_end() {
    tokio::join!(drill(&["refuse:1"]), drill(&["500:1"]), drill(&["429:1"]), drill(&["garbage:1"]));
    // These take the callers' whole patience, so what else the machine does shows most.
    tokio::join!(
        drill(&["delay:1:8000"]),
        drill(&["refuse:0.15", "delay:0.15:8000", "500:0.15", "429:0.15", "garbage:0.15"]),
    );
}

async fn drill(faults: &[&str]) {
    let engine = EngineProcess::start("127.0.0.1:0", faults, 1_000_000, 1_000_000).await;
    let address = engine.address.to_string();
    let url = format!("http://{address}/api/v1");
    let house =
        House::in_a_file(&["--activelayer-base-url", &url, "--activelayer-api-key", ENGINE_KEY]).await;
    let database = SqlitePool::connect(&house.database).await.unwrap();

    let calls = (0..CALLERS).map(|caller| {
        let request = house.post("check", &json!({ "message": format!("caller {caller}") }));
        tokio::spawn(async move {
            let started = Instant::now();
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let answer: Value = response.json().await.unwrap();
            (started.elapsed(), status, answer)
        })
    });
    let mut ids = HashSet::new();
    for call in calls.collect::<Vec<_>>() {
        let (took, status, answer) = call.await.unwrap();
        assert!(took < PATIENCE, "{faults:?}: {took:?}");
        assert_eq!(status, 200, "{faults:?}");
        assert!(answer["is_spam"].is_boolean(), "{faults:?}: {answer}");
        assert!(ids.insert(answer["detection_id"].as_str().unwrap().to_owned()));
    }
    until("every row", async || {
        let logged = "SELECT count(DISTINCT message) FROM detection_contents";
        (count(&database, logged).await == CALLERS as i64).then_some(())
    })
    .await;

    engine.stop().await;
    let healthy = EngineProcess::start(&address, &[], 1_000_000, 1_000_000).await;
    until("every verdict", async || {
        let judged = "SELECT count(*) FROM detections WHERE judged_by = 'activelayer'";
        (count(&database, judged).await == CALLERS as i64).then_some(())
    })
    .await;
    assert_eq!(count(&database, "SELECT count(*) FROM detections").await, CALLERS as i64, "{faults:?}");
    for id in ids {
        assert!(house.store.detection_by_upstream_id(&id).await.unwrap().is_some(), "{faults:?}: {id}");
    }
    drop(healthy);
}

async fn count(database: &SqlitePool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(database).await.unwrap()
}
