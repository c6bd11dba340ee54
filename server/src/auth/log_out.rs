//! `POST /logout`.

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderName, HeaderValue, Response, header},
    response::{IntoResponse, Redirect},
};
use tower_sessions::Session;

use super::{ClientAddress, audit, gate::Visitor, sessions::cookie_name};
use crate::{render, state::AppState};

/// Has the browser forget what it kept of the pages (Clear Site Data, W3C). Cookies stay: the session's is taken back below, the
/// others are about the look, and about this browser being a known one.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Ends the session, here and in the database, and shows the log-in page.
pub async fn submit(
    State(app): State<AppState>,
    session: Session,
    Extension(Visitor(visitor)): Extension<Visitor>,
    Extension(from): Extension<ClientAddress>,
) -> Response<Body> {
    if let Err(error) = session.flush().await {
        tracing::error!(%error, "the session could not be ended");
        return render::broken();
    }
    if let Some(user) = visitor {
        let recorded = audit::by_visitor(&*app.store, app.clock.now(), "logout", &user, from.ip).await;
        if let Err(error) = recorded {
            tracing::error!(%error, "a log-out could not be recorded");
        }
    }
    let mut response = Redirect::to("/login").into_response();
    // Pages are not stored, but some browsers keep them in memory for the Back button.
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    if app.settings.secure_cookies() {
        // tower-sessions takes the cookie back without `Secure`, which browsers ignore for a `__Host-` name.
        let expired =
            format!("{}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax", cookie_name(&app.settings));
        if let Ok(cookie) = HeaderValue::try_from(expired) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
