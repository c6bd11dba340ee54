//! `POST /login`.

use std::time::Duration;

use app::forms::FormProblem;
use axum::{
    Extension, RequestPartsExt,
    body::Body,
    extract::{Form, FromRequest, Query, Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect},
};
use domain::User;
use secrecy::SecretString;
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    ClientAddress, account::problem, audit, device, gate::Visitor, local_path::local_path, sessions::USER,
    throttle::Attempt,
};
use crate::{render, state::AppState};

/// Where a log-in leads; in the query of the page and in its form.
#[derive(Debug, Default, Deserialize)]
pub struct Destination {
    /// A page of this Gavel.
    #[serde(default)]
    pub next: String,
}

/// The form of the page.
#[derive(Deserialize)]
pub struct LogIn {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    #[serde(flatten)]
    destination: Destination,
}

/// `GET /login`: the page; whoever is logged in goes on.
pub async fn page(
    app: State<AppState>,
    visitor: Extension<Visitor>,
    Query(destination): Query<Destination>,
    request: Request,
) -> Response<Body> {
    match &visitor.0.0 {
        Some(_) => Redirect::to(&local_path(&destination.next)).into_response(),
        None => render::page(app, request).await,
    }
}

/// `POST /login`: opens a session and goes on, or shows the page again with the reason.
pub async fn submit(State(app): State<AppState>, session: Session, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let Ok(Extension(from)) = parts.extract::<Extension<ClientAddress>>().await else {
        return render::broken();
    };
    let form = Form::<LogIn>::from_request(Request::from_parts(parts.clone(), body), &app).await;
    let form = match form {
        Ok(Form(form)) => form,
        Err(_) => return render::malformed(),
    };
    let next = local_path(&form.destination.next);
    let email = form.email.clone();
    match authenticate(&app, from, &parts.headers, form).await {
        Ok(user) => match open_session(&app, &session, &user, from, "login").await {
            Ok(()) => {
                let response = Redirect::to(&next).into_response();
                device::remember(&app, &parts.headers, &user, response).await
            }
            Err(error) => broken(&error),
        },
        Err(Refusal::Broken(error)) => broken(&error),
        Err(refusal) => show_again(app, parts, refusal, email).await,
    }
}

/// Why nobody was logged in.
enum Refusal {
    Empty(Vec<domain::FieldError>),
    Wrong,
    TooMany(Duration),
    Broken(String),
}

async fn authenticate(
    app: &AppState,
    from: ClientAddress,
    headers: &HeaderMap,
    form: LogIn,
) -> Result<User, Refusal> {
    use secrecy::ExposeSecret;
    let mut empty = Vec::new();
    if form.email.trim().is_empty() {
        empty.push(problem("email", "Give the e-mail address of your account."));
    }
    if form.password.expose_secret().is_empty() {
        empty.push(problem("password", "Give your password."));
    }
    if !empty.is_empty() {
        return Err(Refusal::Empty(empty));
    }
    let now = app.clock.now();
    let broken = |error: &dyn std::fmt::Display| Refusal::Broken(error.to_string());
    let found = app.store.user_by_email(form.email.trim()).await.map_err(|error| broken(&error))?;
    let (user, hash) = found.unzip();
    let device = match &user {
        Some(user) => device::known(app, headers, user).await.map_err(|error| broken(&error))?,
        None => None,
    };
    let attempt = Attempt::new(&form.email, from, device);
    app.throttle.charge(&attempt, now).map_err(|wait| {
        tracing::warn!(client = %from.ip, "too many failed log-ins");
        count("throttled");
        Refusal::TooMany(wait)
    })?;
    let fits = app.passwords.verify(form.password, hash).await.map_err(|error| broken(&error))?;
    match user {
        Some(user) if fits => {
            app.throttle.refund(&attempt);
            count("accepted");
            Ok(user)
        }
        user => {
            count("refused");
            audit::refused(&*app.store, now, user.as_ref(), from.ip).await.map_err(|error| broken(&error))?;
            Err(Refusal::Wrong)
        }
    }
}

/// Opens a session for somebody, under an id that no one could have known before, and records it.
///
/// # Errors
/// When the store fails.
pub async fn open_session(
    app: &AppState,
    session: &Session,
    user: &User,
    from: ClientAddress,
    action: &'static str,
) -> Result<(), String> {
    session.clear().await;
    session.cycle_id().await.map_err(|error| error.to_string())?;
    session.insert(USER, user.id.0).await.map_err(|error| error.to_string())?;
    audit::by_visitor(&*app.store, app.clock.now(), action, user, from.ip)
        .await
        .map_err(|error| error.to_string())
}

async fn show_again(app: AppState, parts: Parts, refusal: Refusal, email: String) -> Response<Body> {
    let again = |message: &str| FormProblem {
        message: message.to_owned(),
        email: email.clone(),
        ..FormProblem::default()
    };
    match refusal {
        Refusal::Empty(fields) => {
            let problem = FormProblem { fields, ..again("") };
            render::page_with_problem(app, parts, StatusCode::UNPROCESSABLE_ENTITY, problem).await
        }
        Refusal::Wrong => {
            let problem = again("E-mail address or password is wrong. Check both and try again.");
            render::page_with_problem(app, parts, StatusCode::UNAUTHORIZED, problem).await
        }
        Refusal::TooMany(wait) => {
            let problem = again(&format!("Too many failed log-ins. Try again in {}.", in_words(wait)));
            let mut response =
                render::page_with_problem(app, parts, StatusCode::TOO_MANY_REQUESTS, problem).await;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
            response
        }
        Refusal::Broken(error) => broken(&error),
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn in_words(wait: Duration) -> String {
    match whole_seconds(wait) {
        1 => "a second".to_owned(),
        seconds @ ..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn broken(error: &str) -> Response<Body> {
    tracing::error!(error, "nobody can be logged in");
    render::broken()
}

fn count(outcome: &'static str) {
    metrics::counter!("gavel_logins_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(in_words(Duration::from_millis(200)), "a second");
        assert_eq!(in_words(Duration::from_secs(90)), "90 seconds");
        assert_eq!(in_words(Duration::from_millis(90_001)), "2 minutes");
    }
}
