//! `GET /healthz` and `GET /readyz`.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use chrono::TimeDelta;
use serde::Serialize;
use tokio::time::timeout;

use crate::state::AppState;

/// A look at the upstream counts for so long: it allows 50 requests a minute, and probes come every few seconds.
const FRESH: TimeDelta = TimeDelta::seconds(60);

/// Probes give up soon, so the answer comes sooner.
const PATIENCE: Duration = Duration::from_millis(1500);

/// `GET /healthz`: the program answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// What `/readyz` tells. Strangers may ask, so it names states, not causes.
#[derive(Serialize)]
struct Readiness {
    /// `ready`, `degraded` (works, without the upstream) or `unavailable`.
    status: &'static str,
    /// `ok` or `failing`.
    database: &'static str,
    /// `ok`, `key refused`, `failing`, or `embedded` when the detector in the program is the upstream.
    upstream: &'static str,
}

/// `GET /readyz`: 200 when requests can be served, 503 when the database does not answer.
///
/// An upstream that is away shows as `degraded`, still with 200: the log, the review and the queue of feedback work
/// without it, and taking every Gavel out of rotation would take those away too.
pub async fn ready(State(app): State<AppState>) -> impl IntoResponse {
    let (database, upstream) = tokio::join!(database(&app), upstream(&app));
    let (code, status) = match (database, upstream) {
        ("ok", "ok" | "embedded") => (StatusCode::OK, "ready"),
        ("ok", _) => (StatusCode::OK, "degraded"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    (code, Json(Readiness { status, database, upstream }))
}

async fn database(app: &AppState) -> &'static str {
    match timeout(PATIENCE, app.store.ping()).await {
        Ok(Ok(())) => "ok",
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            "failing"
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            "failing"
        }
    }
}

async fn upstream(app: &AppState) -> &'static str {
    if app.moderation.is_embedded() {
        return "embedded";
    }
    let health = app.moderation.health();
    let is_fresh = health.verified_at.is_some_and(|at| app.clock.now() - at < FRESH);
    if !is_fresh {
        // The outcome lands in the health that is read next; a probe that runs out of patience says what was last known.
        let _ = timeout(PATIENCE, app.moderation.verify()).await;
    }
    let health = app.moderation.health();
    match (health.key_valid, health.failing_since) {
        (Some(false), _) => "key refused",
        (Some(true), None) => "ok",
        _ => "failing",
    }
}
