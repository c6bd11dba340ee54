//! Clients whose base URL lacks `/api/v1` meet the pages of people. They are told so in JSON, instead of being sent to the log-in.

use activelayer::wire::Refusal;
use axum::{
    extract::Request,
    http::{
        HeaderMap,
        header::{ACCEPT, CONTENT_TYPE, COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Reply, key};

/// The endpoints' names. Some of them are pages, too.
const ENDPOINTS: [&str; 5] = ["check", "check-comment", "feedback", "verify", "stats"];

/// Middleware: answers 404 in JSON where a program asks for an endpoint that is elsewhere.
pub async fn catch(request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_matches('/');
    let path = path.strip_prefix("v1/").unwrap_or(path);
    if !ENDPOINTS.contains(&path) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // Whoever has cookies has been at the pages.
    if parts.headers.contains_key(COOKIE) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    if key::in_head(&parts).is_some() || speaks_json(&parts.headers) {
        return Reply::from(Refusal::no_such_endpoint()).into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Whether JSON is sent, or asked for rather than a page.
fn speaks_json(headers: &HeaderMap) -> bool {
    let has = |name, what: &str| {
        let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.to_ascii_lowercase().contains(what))
    };
    has(CONTENT_TYPE, "application/json") || (has(ACCEPT, "application/json") && !has(ACCEPT, "text/html"))
}
