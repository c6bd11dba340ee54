//! `POST /api/connect/claim`: where ActiveLayer's own WordPress plugin fetches its key, once its owner has pressed Connect and allowed it
//! here. It has no key yet, so it is as small as a stranger's request may be.

use activelayer::ExposeSecret;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use moderation::ModerationError;
use serde::Deserialize;
use serde_json::json;

use crate::state::AppState;

/// Largest body, in bytes: a code has some 600 characters, what proves it 128 (RFC 7636, 4.1).
const LARGEST: usize = 8 * 1024;

/// What the plugin sends.
#[derive(Deserialize)]
struct Claim {
    code: String,
    code_verifier: String,
}

/// The endpoint.
pub fn routes(app: AppState) -> Router {
    Router::new().route("/connect/claim", post(claim)).layer(DefaultBodyLimit::max(LARGEST)).with_state(app)
}

async fn claim(State(app): State<AppState>, claim: Result<Json<Claim>, JsonRejection>) -> Response {
    let Ok(Json(Claim { code, code_verifier })) = claim else {
        return refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The body must be JSON with code and code_verifier.",
        );
    };
    match app.moderation.claim_connection(&code, &code_verifier).await {
        Ok(key) => {
            let answer = Json(json!({ "api_key": key.expose_secret() }));
            ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
        }
        Err(ModerationError::Refused(words)) => refused(StatusCode::BAD_REQUEST, &words),
        Err(error) => {
            tracing::error!(%error, "a site could not fetch its key");
            refused(StatusCode::SERVICE_UNAVAILABLE, "Try again in a minute.")
        }
    }
}

fn refused(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "message": words }))).into_response()
}
