//! Browsers that somebody logged in with before: a cookie tells, so that strangers who try passwords lock nobody out who comes
//! with it. It opens nothing, and is good for as many attempts as anybody has.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header},
};
use chrono::TimeDelta;
use domain::User;
use sha2::{Digest, Sha256};

use crate::state::AppState;

/// How long a browser is remembered after a log-in.
const LIFETIME: TimeDelta = TimeDelta::days(365);

/// What the database knows a browser by: a stolen database makes nobody a known one.
pub(super) type Device = [u8; 32];

fn name(app: &AppState) -> &'static str {
    if app.settings.secure_cookies() { "__Host-gavel_device" } else { "gavel_device" }
}

/// The cookie's value, if it is one of ours by its looks.
fn value(app: &AppState, headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name(app))?.1;
    (value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| value.to_owned())
}

fn hash(value: &str) -> Device {
    Sha256::digest(value).into()
}

/// The browser, if this person logged in with it before.
///
/// # Errors
/// When the store fails.
pub(super) async fn known(app: &AppState, headers: &HeaderMap, user: &User) -> store::Result<Option<Device>> {
    let Some(device) = value(app, headers).map(|value| hash(&value)) else { return Ok(None) };
    let is_known = app.store.is_known_device(user.id, &device, app.clock.now()).await?;
    Ok(is_known.then_some(device))
}

/// Remembers the browser of somebody who has just logged in. When that fails, the log-in stands.
pub(super) async fn remember(
    app: &AppState,
    headers: &HeaderMap,
    user: &User,
    mut response: Response<Body>,
) -> Response<Body> {
    // 122 random bits. A cookie that this person did not get here is not kept: somebody else may have planted it.
    let is_known = known(app, headers, user).await.is_ok_and(|device| device.is_some());
    let kept = value(app, headers).filter(|_| is_known);
    let value = kept.unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
    let until = app.clock.now() + LIFETIME;
    if let Err(error) = app.store.remember_device(user.id, &hash(&value), until).await {
        tracing::error!(%error, "a browser could not be remembered");
        return response;
    }
    let secure = if app.settings.secure_cookies() { "; Secure" } else { "" };
    let cookie = format!(
        "{}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        name(app),
        LIFETIME.num_seconds()
    );
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
