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
use domain::{FieldError, User};
use secrecy::SecretString;
use serde::Deserialize;
use store::{StoreError, Trouble, session_value};
use tower_sessions::{Session, session};

use super::{
    ClientAddress, audit, device,
    gate::Visitor,
    local_path::local_path,
    password::HashError,
    sessions::{self, USER},
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
        Ok(user) => match open_session(&app, &session, &parts.headers, &user, from).await {
            Ok(()) => {
                let response = Redirect::to(&next).into_response();
                device::remember(&app, &parts.headers, &user, response).await
            }
            Err(error) => error.answer(&app, "nobody can be logged in").await,
        },
        Err(refusal) => show_again(app, parts, refusal, email).await,
    }
}

/// Why nobody was logged in.
enum Refusal {
    Empty(Vec<FieldError>),
    Wrong,
    Disabled,
    TooMany(Duration),
    Broken(Broken),
}

/// Something broke on somebody's way in.
#[derive(Debug)]
pub struct Broken {
    error: String,
    /// What keeps the database from being written, where the error tells it.
    trouble: Option<Trouble>,
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self { error: error.to_string(), trouble: error.trouble() }
    }
}

impl From<session::Error> for Broken {
    fn from(error: session::Error) -> Self {
        Self { error: error.to_string(), trouble: None }
    }
}

impl From<HashError> for Broken {
    fn from(error: HashError) -> Self {
        Self { error: error.to_string(), trouble: None }
    }
}

impl Broken {
    /// 503 with what keeps the database from being written, when that is it; else 500. The log has the error and `what`
    /// came of it.
    pub(super) async fn answer(self, app: &AppState, what: &'static str) -> Response<Body> {
        tracing::error!(error = self.error.as_str(), "{what}");
        let reason = match self.trouble {
            Some(trouble) => Some(trouble.words().to_owned()),
            // Errors of sessions do not tell.
            None => app.moderation.try_writing().await.map(|trouble| trouble.reason),
        };
        reason.map_or_else(render::broken, |reason| unwritten(&reason))
    }
}

/// The answer while nothing can be written, and so no session kept.
fn unwritten(reason: &str) -> Response<Body> {
    let what = if reason == Trouble::Full.words() {
        "The disk that the database is on is full: nobody can log in until there is room.".to_owned()
    } else {
        format!("Nobody can log in at the moment: {reason}. Try again in a moment.")
    };
    let text = format!("{what} What is there is kept.");
    render::plain(StatusCode::SERVICE_UNAVAILABLE, "Nobody can log in", &text)
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
        empty.push(FieldError::new("email", "Give the e-mail address of your account."));
    }
    if form.password.expose_secret().is_empty() {
        empty.push(FieldError::new("password", "Give your password."));
    }
    if !empty.is_empty() {
        return Err(Refusal::Empty(empty));
    }
    let now = app.clock.now();
    let broken = |error: StoreError| Refusal::Broken(error.into());
    let found = app.store.user_by_email(form.email.trim()).await.map_err(broken)?;
    let (user, hash) = found.unzip();
    let device = match &user {
        Some(user) => device::known(app, headers, user).await.map_err(broken)?,
        None => None,
    };
    let attempt = Attempt::new(&form.email, from, device);
    let charged = app.throttle.charge_everywhere(&*app.store, &attempt, now).await.map_err(broken)?;
    charged.map_err(|wait| {
        tracing::warn!(client = %from.ip, "too many failed log-ins");
        count("throttled");
        Refusal::TooMany(wait)
    })?;
    let fits = app.passwords.verify(form.password, hash).await;
    let fits = fits.map_err(|error| Refusal::Broken(error.into()))?;
    match user {
        Some(user) if fits && user.disabled_at.is_some() => {
            app.throttle.refund_everywhere(&*app.store, &attempt).await;
            count("disabled");
            audit::refused(&*app.store, now, Some(&user), from.ip).await.map_err(broken)?;
            Err(Refusal::Disabled)
        }
        Some(user) if fits => {
            app.throttle.refund_everywhere(&*app.store, &attempt).await;
            count("accepted");
            Ok(user)
        }
        user => {
            count("refused");
            audit::refused(&*app.store, now, user.as_ref(), from.ip).await.map_err(broken)?;
            Err(Refusal::Wrong)
        }
    }
}

/// Opens a session for somebody, under an id that no one could have known before, and records it. The session keeps what its owner is
/// to tell it by: since when, from which address, with which browser.
///
/// # Errors
/// When the store fails.
pub(super) async fn open_session(
    app: &AppState,
    session: &Session,
    headers: &HeaderMap,
    user: &User,
    from: ClientAddress,
) -> Result<(), Broken> {
    let now = app.clock.now();
    session.clear().await;
    session.cycle_id().await?;
    session.insert(USER, user.id.0).await?;
    session.insert(session_value::SINCE, now.timestamp_millis()).await?;
    session.insert(session_value::FROM, from.ip.to_string()).await?;
    session.insert(session_value::BROWSER, sessions::browser(headers)).await?;
    Ok(audit::by_visitor(&*app.store, now, "login", user, from.ip).await?)
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
        Refusal::Disabled => {
            let problem = again("This account is disabled. Ask an administrator to enable it.");
            render::page_with_problem(app, parts, StatusCode::FORBIDDEN, problem).await
        }
        Refusal::TooMany(wait) => {
            let problem = again(&format!("Too many failed log-ins. Try again in {}.", in_words(wait)));
            too_many(app, parts, problem, wait).await
        }
        Refusal::Broken(error) => error.answer(&app, "nobody can be logged in").await,
    }
}

/// A page again with why it is too early, and when it is not.
pub(super) async fn too_many(
    app: AppState,
    parts: Parts,
    problem: FormProblem,
    wait: Duration,
) -> Response<Body> {
    let mut response = render::page_with_problem(app, parts, StatusCode::TOO_MANY_REQUESTS, problem).await;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
    response
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

pub(super) fn in_words(wait: Duration) -> String {
    match whole_seconds(wait) {
        1 => "a second".to_owned(),
        seconds @ ..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("gavel_logins_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    #[tokio::test]
    async fn what_keeps_the_database_from_being_written_is_told() {
        let full = Broken::from(StoreError::NoRoom { left: 7 });
        assert_eq!(full.trouble, Some(Trouble::Full));
        for (trouble, words) in [
            (
                Trouble::Full,
                "The disk that the database is on is full: nobody can log in until there is room.",
            ),
            (Trouble::Locked, "Nobody can log in at the moment: another program holds the database."),
        ] {
            let answer = unwritten(trouble.words());
            assert_eq!(answer.status(), 503);
            let page = to_bytes(answer.into_body(), 10_000).await.unwrap();
            assert!(String::from_utf8_lossy(&page).contains(words), "{words}");
        }
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(in_words(Duration::from_millis(200)), "a second");
        assert_eq!(in_words(Duration::from_secs(90)), "90 seconds");
        assert_eq!(in_words(Duration::from_millis(90_001)), "2 minutes");
    }
}
