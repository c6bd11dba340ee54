//! The gate in front of every route: closed, except for the doors named here.

use app::error::AppError;
use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, Response, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect},
};
use domain::{Role, User, UserId};
use tower_sessions::Session;
use url::{Url, form_urlencoded::byte_serialize};

use super::{
    ClientAddress,
    local_path::local_path,
    sessions::{self, USER},
    wordpress,
};
use crate::{bodies, render, state::AppState};

/// Who sent a request, on every request that passes the gate; `None` before log-in.
#[derive(Clone, Debug, Default)]
pub struct Visitor(pub Option<User>);

/// What the database knows the session of a request by; on every request of a member.
#[derive(Clone, Debug)]
pub struct SessionHash(pub Vec<u8>);

/// What it takes to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// Nothing; the session is not even looked at.
    Open,
    /// Nothing, but who logged in is known.
    Visitors,
    /// To be on this machine without a proxy between, or an administrator's session: a scraper runs beside the
    /// program, and whoever comes through a proxy is a stranger.
    Metrics,
    /// A session.
    Members,
}

/// The allow-list. What is not on it takes a session.
fn door(path: &str) -> Door {
    match path {
        "/healthz" | "/readyz" | "/favicon.ico" | "/favicon.svg" | "/robots.txt" => Door::Open,
        "/login" | "/setup" | "/join" => Door::Visitors,
        // What those pages ask for once they run in the browser: who is logged in (nobody), which colours.
        "/fn/session/current"
        | "/fn/session/first-run"
        | "/fn/session/form-problem"
        | "/fn/session/join-link"
        | "/fn/session/theme" => Door::Visitors,
        "/metrics" => Door::Metrics,
        path if path.starts_with("/pkg/") => Door::Open,
        _ => Door::Members,
    }
}

/// Middleware: lets a request pass, with its [`Visitor`], or answers it.
pub async fn guard(
    State(app): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let door = door(request.uri().path());
    if door == Door::Open {
        return next.run(request).await;
    }
    let user = match visitor(&app, &session).await {
        Ok(user) => user,
        Err(error) => {
            tracing::error!(%error, "the session could not be read");
            return render::broken();
        }
    };
    if let Some(user) = &user {
        tracing::Span::current().record("user", user.id.0);
    }
    let may_pass = match door {
        Door::Open | Door::Visitors => true,
        Door::Members => user.is_some(),
        Door::Metrics => {
            is_local(&request) || user.as_ref().is_some_and(|user| user.role.allows(Role::Admin))
        }
    };
    if !may_pass {
        let (parts, body) = request.into_parts();
        bodies::drop_rest(body).await;
        return refuse(door, &parts.method, &parts.uri, &parts.headers);
    }
    if let Some(id) = session.id() {
        request.extensions_mut().insert(SessionHash(sessions::hash(id)));
    }
    request.extensions_mut().insert(Visitor(user));
    next.run(request).await
}

fn is_local(request: &Request) -> bool {
    request.extensions().get::<ClientAddress>().is_some_and(|address| address.is_local)
}

async fn visitor(app: &AppState, session: &Session) -> Result<Option<User>, String> {
    let id: Option<i64> = session.get(USER).await.map_err(|error| error.to_string())?;
    match id {
        Some(id) => app.store.user(UserId(id)).await.map_err(|error| error.to_string()),
        None => Ok(None),
    }
}

/// Sends people to the log-in page, and from there back; tells programs, and scripts of a page, that nobody is logged in.
fn refuse(door: Door, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
    let accepts_html = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains("text/html"));
    // The stream of events is asked for by a script, as functions are.
    let is_function = uri.path().starts_with("/fn/") || uri.path() == "/events";
    if door == Door::Metrics {
        (StatusCode::UNAUTHORIZED, "metrics are for this machine and for administrators\n").into_response()
    } else if is_function && !accepts_html {
        (StatusCode::UNAUTHORIZED, Json(AppError::LoggedOut)).into_response()
    } else if is_function || !matches!(*method, Method::GET | Method::HEAD) {
        // A form of a page whose session ended: back to the page that it stood on.
        log_in_first(&referring_page(headers))
    } else {
        log_in_first(way_back(uri))
    }
}

/// The page that was asked for. What WordPress sends along is a password, and goes no further.
fn way_back(uri: &Uri) -> &str {
    match uri.path() {
        wordpress::APPROVED => "/settings/wordpress?came-back=too-old",
        _ => uri.path_and_query().map_or("/", |path| path.as_str()),
    }
}

fn referring_page(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok());
    let page = referer.and_then(|referer| Url::parse(referer).ok());
    page.map_or_else(
        || "/".to_owned(),
        |page| page[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
    )
}

fn log_in_first(next: &str) -> Response<Body> {
    match local_path(next).as_str() {
        "/" => Redirect::to("/login").into_response(),
        next => {
            let next: String = byte_serialize(next.as_bytes()).collect();
            Redirect::to(&format!("/login?next={next}")).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_closed_unless_named() {
        for path in [
            "/",
            "/check",
            "/detections/1",
            "/fn/labels/set",
            "/pkg",
            "/logout",
            "/nowhere",
            "/login/",
            "/Login",
        ] {
            assert_eq!(door(path), Door::Members, "{path}");
        }
        assert_eq!(door("/pkg/gavel.js"), Door::Open);
        assert_eq!(door("/login"), Door::Visitors);
    }

    #[test]
    fn people_come_back_to_where_they_were() {
        let refused = |method: &Method, uri: &str, headers: &[(&str, &str)]| {
            let headers =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            let answer = refuse(Door::Members, method, &uri.parse().unwrap(), &headers);
            let location = answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
            (answer.status().as_u16(), location)
        };
        let to = |place: &str| (303, Some(place.to_owned()));
        let html = ("accept", "text/html");
        assert_eq!(
            refused(&Method::GET, "/detections?q=a+b", &[html]),
            to("/login?next=%2Fdetections%3Fq%3Da%2Bb")
        );
        assert_eq!(refused(&Method::GET, "/", &[]), to("/login"));
        let (_, place) = refused(&Method::GET, "/settings/wordpress/approved?state=1&password=abcd", &[html]);
        assert!(!place.unwrap().contains("abcd"));
        assert_eq!(refused(&Method::POST, "/fn/checks/run", &[]), (401, None));
        let from = ("referer", "http://127.0.0.1:3000/check?x=1");
        assert_eq!(
            refused(&Method::POST, "/fn/checks/run", &[html, from]),
            to("/login?next=%2Fcheck%3Fx%3D1")
        );
        assert_eq!(refused(&Method::POST, "/check", &[("referer", "http://x//evil")]), to("/login"));
    }
}
