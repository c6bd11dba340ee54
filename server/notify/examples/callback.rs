//! An app that hears of moderators' decisions: `POST /gavel` is the callback, `GET /comments/{id}` says what the app made of it.
//!
//! ```sh
//! GAVEL_CALLBACK_SECRET=gvlcb_… LISTEN=127.0.0.1:8080 cargo run --package notify --example callback
//! ```

#![expect(clippy::disallowed_methods, reason = "an app of its own, which has no clock but the system's")]

use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use chrono::{TimeDelta, Utc};
use tokio::net::TcpListener;

/// What the app needs of a decision.
#[derive(serde::Deserialize)]
struct Decision {
    external_id: Option<String>,
    is_spam: bool,
    version: i64,
}

#[derive(Clone)]
struct App {
    secret: Arc<str>,
    /// The newest decision about each comment, by the app's own id, in place of a database.
    comments: Arc<Mutex<HashMap<String, (i64, bool)>>>,
}

async fn decided(State(app): State<App>, headers: HeaderMap, body: String) -> StatusCode {
    let signature =
        headers.get(notify::SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Compared in constant time; what is older than five minutes could be somebody's copy.
    if !notify::verify(&app.secret, signature, &body, Utc::now(), TimeDelta::minutes(5)) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(decision) = serde_json::from_str::<Decision>(&body) else { return StatusCode::BAD_REQUEST };
    if let Some(id) = decision.external_id {
        let mut comments = app.comments.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = comments.entry(id).or_insert((0, false));
        // A decision may come twice, or after a newer one.
        if decision.version > kept.0 {
            *kept = (decision.version, decision.is_spam);
        }
    }
    StatusCode::NO_CONTENT
}

async fn comment(State(app): State<App>, Path(id): Path<String>) -> &'static str {
    match app.comments.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
        Some((_, true)) => "hidden",
        Some((_, false)) => "public",
        None => "as it was",
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = App { secret: env::var("GAVEL_CALLBACK_SECRET")?.into(), comments: Arc::default() };
    let routes =
        Router::new().route("/gavel", post(decided)).route("/comments/{id}", get(comment)).with_state(app);
    Ok(axum::serve(TcpListener::bind(env::var("LISTEN")?).await?, routes).await?)
}
