//! Where clients put their key: four places, tried in the order of how well they keep a secret.

use axum::http::{HeaderName, header::AUTHORIZATION, request::Parts};
use serde::Deserialize;
use url::form_urlencoded;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key in `Authorization: Bearer`, `X-API-Key` or the query's `api_key`.
pub(super) fn in_head(parts: &Parts) -> Option<String> {
    let text = |name: &HeaderName| present(parts.headers.get(name)?.to_str().ok()?);
    bearer(text(&AUTHORIZATION)).or_else(|| text(&X_API_KEY)).or_else(|| in_query(parts.uri.query()?))
}

/// The key in the body's `api_key`.
pub(super) fn in_body(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Keyed {
        api_key: Option<String>,
    }
    let keyed: Keyed = serde_json::from_slice(body).ok()?;
    present(&keyed.api_key?)
}

/// The scheme's name has no case (RFC 9110, 11.1).
fn bearer(authorization: Option<String>) -> Option<String> {
    let authorization = authorization?;
    let (scheme, key) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { present(key) } else { None }
}

fn in_query(query: &str) -> Option<String> {
    let key = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "api_key")?.1;
    present(&key)
}

fn present(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn found(uri: &str, headers: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        in_head(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn every_place_is_looked_at_and_blanks_count_as_absent() {
        for (uri, headers, key) in [
            ("/x", &[("authorization", "Bearer a")][..], Some("a")),
            ("/x", &[("authorization", "bearer  a ")], Some("a")),
            ("/x", &[("x-api-key", "b")], Some("b")),
            ("/x?api_key=c%2B", &[], Some("c+")),
            ("/x?api_key=c", &[("x-api-key", "b"), ("authorization", "Bearer a")], Some("a")),
            ("/x?api_key=c", &[("x-api-key", ""), ("authorization", "Bearer ")], Some("c")),
            ("/x?api_key=", &[("authorization", "Basic a")], None),
            ("/x?key=c", &[], None),
        ] {
            assert_eq!(found(uri, headers).as_deref(), key, "{uri} {headers:?}");
        }
    }

    #[test]
    fn a_body_that_is_no_object_has_no_key() {
        assert_eq!(in_body(br#"{"message":"hi","api_key":"d"}"#).as_deref(), Some("d"));
        for body in [&b"{"[..], b"[]", b"{}", br#"{"api_key":7}"#, br#"{"api_key":""}"#, b"\xff"] {
            assert_eq!(in_body(body), None);
        }
    }
}
