//! Requests of other sites are refused; and where it is only a proxy that makes them look so, the answer says what to set.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Response, StatusCode, header},
    middleware::Next,
};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use url::Url;

use super::Sign;
use crate::{config::Settings, render, state::AppState};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// On an answer that is still to be put in words.
#[derive(Clone, Copy, Debug)]
struct CrossSite;

/// Refuses every request but GET, HEAD and OPTIONS that a browser sends on behalf of another site, by `Sec-Fetch-Site`
/// or `Origin`. A page whose origin is the host that was asked for counts as this site: [`super::check_host`] stands
/// before this, and lets only hosts of Gavel's own through. A page of the public URL counts as well, since a proxy may ask
/// for this machine instead.
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
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.extensions_mut().insert(CrossSite);
    response
}

/// Middleware around it: says why, and what to set.
pub async fn explain_refusal(State(app): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let mismatch = if request.method().is_safe() { None } else { mismatch(request.headers()) };
    let response = next.run(request).await;
    if response.extensions().get::<CrossSite>().is_none() {
        return response;
    }
    let text = match mismatch {
        Some((origin, host)) => {
            let text = render::escaped(&words(&app.settings, &origin, &host));
            app.signs.note(Sign::Origin { origin, host });
            text
        }
        None => "This request came from another site. Open Gavel and try again there.".to_owned(),
    };
    render::plain(StatusCode::FORBIDDEN, "Refused", &text)
}

/// The site that a browser names, and the host that arrived here. A browser that also sends `Sec-Fetch-Site` has compared the
/// two itself, before any proxy; others (over plain http, from another machine) leave it to the server.
fn mismatch(headers: &HeaderMap) -> Option<(String, String)> {
    if headers.contains_key(SEC_FETCH_SITE) {
        return None;
    }
    let origin = Url::parse(headers.get(header::ORIGIN)?.to_str().ok()?).ok()?;
    let is_web = matches!(origin.scheme(), "http" | "https") && origin.has_host();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("no host");
    is_web.then(|| (origin.origin().ascii_serialization(), host.to_owned()))
}

fn words(settings: &Settings, origin: &str, host: &str) -> String {
    match &settings.public_url {
        Some(url) => format!(
            "This form was sent by a page of {origin}, but Gavel is at {url}. Open Gavel there and try again. If \
             {origin} is where people should open it, an administrator sets public_url (--public-url {origin})."
        ),
        None => format!(
            "This form was sent by a page of {origin}, but it reached Gavel as {host}, so it may be from another site. \
             If you opened Gavel at {origin}, a proxy in between changes the host: an administrator starts Gavel with \
             --public-url {origin}, or has the proxy pass the host on (nginx: proxy_set_header Host $http_host). \
             If not, do nothing: another site tried to act in your name."
        ),
    }
}
