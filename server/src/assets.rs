//! The web assets inside the program: style sheet, module and glue, compressed at build time, kept by browsers for good.

use axum::{
    body::Body,
    extract::Path,
    http::{Extensions, HeaderMap, HeaderValue, Response, StatusCode, Uri, Version, header},
};
use leptos::config::LeptosOptions;
use rust_embed::{Embed, EmbeddedFile};
use serde::Deserialize;

/// `target/site` as `make build` leaves it. A release carries the files; a debug build reads them from the disk.
#[derive(Embed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Site;

/// The folder under `/pkg/` changes its name with its content.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Names like `/favicon.svg` do not: browsers ask again after an hour, and mostly hear "unchanged".
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// What the build says of the assets.
#[derive(Deserialize)]
struct Manifest {
    /// `pkg/<hash>`, the folder of glue, modules and style sheet.
    pkg_dir: String,
}

/// Where the pages find their assets; `None` when none were built.
pub fn leptos_options() -> Option<LeptosOptions> {
    let manifest = Site::get("manifest.json")?;
    let manifest: Manifest = serde_json::from_slice(&manifest.data).ok()?;
    Some(found_in(&manifest.pkg_dir))
}

/// Options for pages without assets: they work, unstyled.
pub fn no_assets() -> LeptosOptions {
    found_in("pkg")
}

fn found_in(pkg_dir: &str) -> LeptosOptions {
    LeptosOptions::builder().output_name("gavel").site_pkg_dir(pkg_dir).build()
}

/// `GET /pkg/…`: a file whose name changes with its content.
pub async fn bundle(Path(path): Path<String>, headers: HeaderMap) -> Response<Body> {
    serve::<Site>(&format!("pkg/{path}"), &headers, FOR_GOOD)
}

/// `GET /favicon.svg` and the like: a file with a name of its own.
pub async fn public(uri: Uri, headers: HeaderMap) -> Response<Body> {
    serve::<Site>(uri.path().trim_start_matches('/'), &headers, FOR_AN_HOUR)
}

/// Whether an answer is a page: assets are compressed at build time, and the rest is too small to gain.
pub fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html"))
}

fn serve<S: Embed>(path: &str, request: &HeaderMap, keep: HeaderValue) -> Response<Body> {
    // The compressed siblings are not files of their own.
    let is_sibling = path.ends_with(".br") || path.ends_with(".gz");
    let Some((file, encoding)) = find::<S>(path, request).filter(|_| !is_sibling) else {
        let mut response = Response::new(Body::from("there is no such file\n"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let etag = etag(&file);
    let is_known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .any(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag));
    let kind = mime_of(path);
    let mut response = if is_known { Response::default() } else { Response::new(Body::from(file.data)) };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, keep);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(header::CONTENT_TYPE, kind);
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The smallest form of a file that the client takes.
fn find<S: Embed>(path: &str, request: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    for (ending, encoding) in [("br", "br"), ("gz", "gzip")] {
        if accepts(request, encoding)
            && let Some(file) = S::get(&format!("{path}.{ending}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    S::get(path).map(|file| (file, None))
}

/// Whether `Accept-Encoding` names the coding without `q=0` (RFC 9110, 12.5.3). A mere `*` gets the file as it is.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding))
            && !parts
                .any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0)))
    })
}

fn etag(file: &EmbeddedFile) -> String {
    use std::fmt::Write;
    let mut tag = String::from("\"");
    // 128 bits of the SHA-256 tell files apart well enough.
    for byte in &file.metadata.sha256_hash()[..16] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

fn mime_of(path: &str) -> HeaderValue {
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("ico") => "image/x-icon",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    HeaderValue::from_static(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site of two files: one with compressed siblings, one without.
    #[derive(Embed)]
    #[folder = "tests/site"]
    struct Fixture;

    fn get(path: &str, headers: &[(header::HeaderName, &str)]) -> Response<Body> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        serve::<Fixture>(path, &headers, FOR_GOOD)
    }

    fn header_of(response: &Response<Body>, name: header::HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    async fn text(response: Response<Body>) -> String {
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.into()).unwrap()
    }

    #[tokio::test]
    async fn the_smallest_form_that_the_client_takes_is_sent() {
        for (accepted, coding, body) in [
            ("gzip, deflate, br", Some("br"), "as brotli\n"),
            ("gzip", Some("gzip"), "as gzip\n"),
            ("br;q=0, gzip", Some("gzip"), "as gzip\n"),
            ("identity", None, "as it is\n"),
        ] {
            let response = get("pkg/gavel-1.js", &[(header::ACCEPT_ENCODING, accepted)]);
            assert_eq!(response.status(), 200);
            assert_eq!(header_of(&response, header::CONTENT_ENCODING), coding, "{accepted}");
            assert_eq!(header_of(&response, header::CONTENT_TYPE), Some("text/javascript; charset=utf-8"));
            assert_eq!(header_of(&response, header::VARY), Some("accept-encoding"));
            let keep = header_of(&response, header::CACHE_CONTROL);
            assert_eq!(keep, Some("public, max-age=31536000, immutable"));
            assert_eq!(text(response).await, body, "{accepted}");
        }
    }

    #[tokio::test]
    async fn a_file_without_siblings_is_sent_as_it_is() {
        let response = get("pkg/gavel-1_bg.wasm", &[(header::ACCEPT_ENCODING, "br, gzip")]);
        assert_eq!(header_of(&response, header::CONTENT_ENCODING), None);
        assert_eq!(header_of(&response, header::CONTENT_TYPE), Some("application/wasm"));
    }

    #[tokio::test]
    async fn a_known_file_is_not_sent_again() {
        let first = get("pkg/gavel-1.js", &[(header::ACCEPT_ENCODING, "br")]);
        let tag = header_of(&first, header::ETAG).unwrap().to_owned();
        let known = format!("\"other\", W/{tag}");
        let again = [(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, known.as_str())];
        let again = get("pkg/gavel-1.js", &again);
        assert_eq!(again.status(), 304);
        assert_eq!(header_of(&again, header::ETAG), Some(tag.as_str()));
        assert_eq!(text(again).await, "");
        let plain = get("pkg/gavel-1.js", &[(header::IF_NONE_MATCH, tag.as_str())]);
        assert_eq!(plain.status(), 200, "another form of the file has another tag");
    }

    #[test]
    fn what_is_not_there_and_what_is_no_file_of_its_own_is_404() {
        for path in ["pkg/none.js", "pkg/gavel-1.js.br", "pkg/gavel-1.js.gz", "../it/main.rs", ""] {
            assert_eq!(get(path, &[]).status(), 404, "{path}");
        }
    }

    #[test]
    fn codings_are_taken_only_when_wanted() {
        let wants = |value: &'static str, coding: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            accepts(&headers, coding)
        };
        assert!(wants("gzip, deflate, br, zstd", "br"));
        assert!(wants("GZIP;q=0.5", "gzip"));
        assert!(!wants("br;q=0, gzip", "br"));
        assert!(!wants("br; q=0.000", "br"));
        assert!(!wants("identity", "gzip"));
        assert!(!wants("*", "br"));
    }
}
