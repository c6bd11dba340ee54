//! Headers that make browsers careful, and who is refused: other sites, and whoever asks for another host.

mod host;
mod origin;
mod signs;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, header},
    middleware::Next,
};
use leptos::nonce::Nonce;

use crate::state::AppState;

pub use host::check_host;
pub(crate) use host::{asked_host, is_of_this_machine, is_private};
pub use origin::{cross_site_protection, explain_refusal};
pub(crate) use signs::{ProxySigns, Sign};

/// Sent with every page. The Permissions-Policy gives up what the pages do not use.
const FIXED: [(HeaderName, HeaderValue); 4] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), \
             display-capture=(), browsing-topics=()",
        ),
    ),
];

/// No other site embeds what is here.
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// Browsers remember for a year that this host speaks TLS only.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Pages show what only the person logged in may see, so nobody keeps them: not even the browser, whose Back button would
/// show them after the log-out.
const PRIVATE: HeaderValue = HeaderValue::from_static("no-store");

/// Middleware: gives the request a fresh nonce, and the answer its headers. Pages take the nonce from the request's
/// extensions, so that header and scripts agree.
pub async fn harden(State(app): State<AppState>, mut request: Request, next: Next) -> Response<Body> {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if app.settings.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    // What is no document opens nothing and frames nothing; half a kilobyte with each would say so.
    if is_part_of_a_page(headers) {
        headers.insert(CORP, SAME_ORIGIN);
        return response;
    }
    if let Ok(policy) = HeaderValue::try_from(content_security_policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.extend(FIXED);
    headers.insert(CORP, SAME_ORIGIN);
    headers.entry(header::CACHE_CONTROL).or_insert(PRIVATE);
    response
}

/// Whether an answer is a script, a module or a style of ours, which is never a page by itself.
fn is_part_of_a_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    ["text/javascript", "text/css", "application/wasm"].iter().any(|part| kind.starts_with(part))
        && headers.contains_key(header::CACHE_CONTROL)
}

/// No inline script or style without the nonce, nothing from elsewhere, no frames around.
fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}
