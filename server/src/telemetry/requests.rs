//! One log line and one count for each request; its id ties both to whatever was logged in between.

use std::{any::Any, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, Response},
    middleware::Next,
};
use tracing::Instrument;

use super::metrics;
use crate::{render, state::AppState};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Middleware: gives the request an id, and tells its route, status and time. Neither the path nor the query is told:
/// they can hold tokens, e-mail addresses and words of a message.
pub async fn observe(State(app): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let started = Instant::now();
    let id = uuid::Uuid::now_v7().to_string();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, method, route, user = tracing::field::Empty);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let seconds = started.elapsed().as_secs_f64();
    metrics::request(method, &route, status.as_u16(), seconds);
    let ms = (seconds * 1000.0).round();
    span.in_scope(|| {
        if status.is_server_error() {
            app.moderation.failed_to_answer(&format!("{method} {route}"), status.as_u16());
            tracing::error!(status = status.as_u16(), ms, "answered");
        } else if is_routine(&route) {
            tracing::debug!(status = status.as_u16(), ms, "answered");
        } else {
            tracing::info!(status = status.as_u16(), ms, "answered");
        }
    });
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// Probes and assets would drown the rest.
fn is_routine(route: &str) -> bool {
    route.starts_with("/pkg/")
        || matches!(
            route,
            "/healthz" | "/readyz" | "/metrics" | "/favicon.svg" | "/favicon.ico" | "/robots.txt"
        )
}

/// Clients can send any word as a method; a metric must not have as many labels.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The answer to a request whose handler panicked; the panic's place was logged as it happened.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    render::broken()
}
