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

/// What `/readyz` tells. Strangers may ask, so it names states, and of causes only what keeps the log from being written.
#[derive(Serialize)]
struct Readiness {
    /// `ready`, `degraded` (works, without the upstream) or `unavailable`.
    status: &'static str,
    /// `ok` or `failing`.
    database: &'static str,
    /// `ok`, `key refused`, `failing`, or `embedded` when the detector in the program is the upstream.
    upstream: &'static str,
    /// What is wrong with the database, while it is failing.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// `GET /readyz`: 200 when requests can be served, 503 when the database cannot be read or written.
///
/// An upstream that is away shows as `degraded`, still with 200: the log, the review and the queue of feedback work
/// without it, and taking every Gavel out of rotation would take those away too.
pub async fn ready(State(app): State<AppState>) -> impl IntoResponse {
    let (database, upstream) = tokio::join!(database(&app), upstream(&app));
    let (code, status) = match (&database, upstream) {
        (Ok(()), "ok" | "embedded") => (StatusCode::OK, "ready"),
        (Ok(()), _) => (StatusCode::OK, "degraded"),
        (Err(_), _) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    let reason = database.err();
    let database = if reason.is_none() { "ok" } else { "failing" };
    (code, Json(Readiness { status, database, upstream, reason }))
}

/// Whether the log can be read and written. What keeps it from being written is told: an operator who looks here sees what to do,
/// and a stranger learns nothing that a refused request would not tell.
async fn database(app: &AppState) -> Result<(), String> {
    match timeout(PATIENCE, app.store.ping()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            return Err("the database cannot be read".to_owned());
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            return Err("the database does not answer in time".to_owned());
        }
    }
    match app.moderation.try_writing().await {
        None => Ok(()),
        Some(trouble) => Err(format!("nothing can be written: {}", trouble.reason)),
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
