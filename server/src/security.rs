//! Headers that make browsers careful, and the refusal of cross-site requests.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
    middleware::Next,
};
use leptos::nonce::Nonce;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::{config::Settings, render, state::AppState};

/// Sent with every answer. The Permissions-Policy gives up what the pages do not use.
const FIXED: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), \
             display-capture=(), browsing-topics=()",
        ),
    ),
];

/// Browsers remember for a year that this host speaks TLS only.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Pages show what only the person logged in may see, so nobody between keeps them; the browser asks again.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Middleware: gives the request a fresh nonce, and the answer its headers. Pages take the nonce from the request's
/// extensions, so that header and scripts agree.
pub async fn harden(State(app): State<AppState>, mut request: Request, next: Next) -> Response<Body> {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(content_security_policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.extend(FIXED);
    if app.settings.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(PRIVATE);
    response
}

/// No inline script or style without the nonce, nothing from elsewhere, no frames around.
fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// Refuses every request but GET, HEAD and OPTIONS that a browser sends on behalf of another site, by `Sec-Fetch-Site`
/// or `Origin`. A proxy may change `Host`; the public URL counts as this site, whatever `Host` says.
pub fn cross_site_protection(settings: &Settings) -> CsrfLayer<fn(ProtectionError) -> Response<Body>> {
    let layer = CsrfLayer::new().with_rejection_response(refuse as fn(ProtectionError) -> Response<Body>);
    let Some(url) = &settings.public_url else { return layer };
    let origin = url.origin().ascii_serialization();
    layer.clone().add_trusted_origin(&origin).unwrap_or_else(|error| {
        tracing::warn!(%error, "the public URL cannot be trusted as an origin");
        layer
    })
}

fn refuse(_: ProtectionError) -> Response<Body> {
    render::plain(
        StatusCode::FORBIDDEN,
        "Refused",
        "This request came from another site. Open Gavel and try again there.",
    )
}
