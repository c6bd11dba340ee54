//! Clients whose base URL lacks `/api/v1`, or spells it in another way, meet the pages of people. They are told so in JSON,
//! instead of being sent to the log-in.

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
const ENDPOINTS: [&str; 6] = ["check", "check-comment", "feedback", "verify", "stats", "decisions"];

/// Middleware: answers 404 in JSON where a program asks for an endpoint that is elsewhere.
pub async fn catch(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_below_api = is_below_api(path);
    if !is_below_api && !is_endpoint(path) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // Whoever has cookies has been at the pages, some of which are named as endpoints are. Below /api there are none.
    let may_be_person = !is_below_api && parts.headers.contains_key(COOKIE);
    if !may_be_person && (key::in_head(&parts).is_some() || speaks_json(&parts.headers)) {
        return Reply::from(Refusal::no_such_endpoint()).into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Whether a path is meant to lead below `/api`, however it is written: `//api/v1/check`, `/API/v1/check`, `/api/`.
fn is_below_api(path: &str) -> bool {
    path.split('/').find(|part| !part.is_empty()).is_some_and(|part| part.eq_ignore_ascii_case("api"))
}

fn is_endpoint(path: &str) -> bool {
    let path = path.trim_matches('/');
    ENDPOINTS.contains(&path.strip_prefix("v1/").unwrap_or(path))
}

/// Whether JSON is sent, or asked for rather than a page.
fn speaks_json(headers: &HeaderMap) -> bool {
    let has = |name, what: &str| {
        let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.to_ascii_lowercase().contains(what))
    };
    has(CONTENT_TYPE, "application/json") || (has(ACCEPT, "application/json") && !has(ACCEPT, "text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_the_api_however_it_is_written() {
        for path in ["//api/v1/check", "/API/v1/check", "/api/", "/api//x", "///Api"] {
            assert!(is_below_api(path), "{path}");
        }
        for path in ["/", "//", "/check", "/apis/x", "/detections/api", "*", ""] {
            assert!(!is_below_api(path), "{path}");
        }
    }
}
