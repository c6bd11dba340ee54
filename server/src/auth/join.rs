//! `/join?code=…`: a link that works once makes the account that somebody was invited to, or sets a new password.

use std::time::Duration;

use app::{context::JoinLink, forms::FormProblem};
use axum::{
    Extension, RequestPartsExt,
    body::Body,
    extract::{Form, FromRequest, Query, Request, State},
    http::{Response, StatusCode, Uri, request::Parts},
    response::{IntoResponse, Redirect},
};
use domain::{FieldError, LinkPurpose, User, account::check_name};
use moderation::tokens::hash;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::{OneUseLink, StoreError};
use tower_sessions::Session;

use super::{
    ClientAddress, device,
    log_in::{Broken, in_words, open_session, too_many},
    password::check_rules,
    throttle::Attempt,
};
use crate::{render, state::AppState};

/// What the log says came of an error.
const BROKEN: &str = "a link cannot be used";

/// Wrong links count against the network that they come from, as wrong passwords for an account of this name would.
const GUESSES: &str = "join";

/// The secret in the link, and in a hidden field of the form.
#[derive(Debug, Default, Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

/// The form of the page.
#[derive(Deserialize)]
pub struct Joining {
    #[serde(flatten)]
    link: Code,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: SecretString,
}

/// Why a link or a form is refused.
enum Refusal {
    Unknown,
    Used,
    Expired,
    TooMany(Duration),
    Fields(Vec<FieldError>),
    Broken(Broken),
}

impl<E: Into<Broken>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// `GET /join?code=…`: the page, or why the link does not work.
pub async fn page(State(app): State<AppState>, Query(code): Query<Code>, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let Ok(Extension(from)) = parts.extract::<Extension<ClientAddress>>().await else {
        return render::broken();
    };
    match usable(&app, &code.code, from).await {
        Ok(link) => {
            parts.extensions.insert(shown(link));
            render::page(State(app), Request::from_parts(parts, body)).await
        }
        Err(refusal) => refuse(app, parts, refusal, FormProblem::default()).await,
    }
}

/// `POST /join`: makes the account or sets the password, and logs the person in; or shows the page again with the reason.
pub async fn submit(State(app): State<AppState>, session: Session, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let Ok(Extension(from)) = parts.extract::<Extension<ClientAddress>>().await else {
        return render::broken();
    };
    let form = Form::<Joining>::from_request(Request::from_parts(parts.clone(), body), &app).await;
    let Ok(Form(form)) = form else { return render::malformed() };
    let link = match usable(&app, &form.link.code, from).await {
        Ok(link) => link,
        Err(refusal) => return refuse(app, parts, refusal, FormProblem::default()).await,
    };
    let joined = match join(&app, &form, &link).await {
        Ok(user) => match open_session(&app, &session, &parts.headers, &user, from).await {
            Ok(()) => Ok(user),
            Err(error) => Err(Refusal::Broken(error)),
        },
        Err(refusal) => Err(refusal),
    };
    match joined {
        Ok(user) => device::remember(&app, &parts.headers, &user, Redirect::to("/").into_response()).await,
        Err(refusal) => {
            // The page takes the code for its form from the URL, also when it was posted without.
            let code: String = form.link.code.chars().filter(char::is_ascii_alphanumeric).collect();
            if let Ok(uri) = format!("/join?code={code}").parse::<Uri>() {
                parts.uri = uri;
            }
            parts.extensions.insert(shown(link));
            refuse(app, parts, refusal, FormProblem { name: form.name, ..FormProblem::default() }).await
        }
    }
}

/// What the page shows of a link.
fn shown(link: OneUseLink) -> JoinLink {
    JoinLink { purpose: Some(link.purpose), email: link.email }
}

/// The link, if it works now. Wrong ones are throttled; right ones cost nothing.
async fn usable(app: &AppState, code: &str, from: ClientAddress) -> Result<OneUseLink, Refusal> {
    let now = app.clock.now();
    let attempt = Attempt::new(GUESSES, from, None);
    let charged = app.throttle.charge_everywhere(&*app.store, &attempt, now).await?;
    charged.map_err(Refusal::TooMany)?;
    let link = app.store.link(&hash(code)).await?.ok_or(Refusal::Unknown)?;
    app.throttle.refund_everywhere(&*app.store, &attempt).await;
    match link {
        link if link.used_at.is_some() => Err(Refusal::Used),
        link if link.expires_at <= now => Err(Refusal::Expired),
        link => Ok(link),
    }
}

/// Does what the link is for.
async fn join(app: &AppState, form: &Joining, link: &OneUseLink) -> Result<User, Refusal> {
    let (name, typed) = match &link.purpose {
        LinkPurpose::Invitation(_) => (check_name(&form.name), form.name.as_str()),
        LinkPurpose::Reset(name) => (Ok(name.clone()), name.as_str()),
    };
    let password = check_rules(form.password.expose_secret(), &[&link.email, typed]);
    let name = match (name, password) {
        (Ok(name), Ok(())) => name,
        (name, password) => {
            return Err(Refusal::Fields(name.err().into_iter().chain(password.err()).collect()));
        }
    };
    let password_hash = app.passwords.hash(form.password.clone()).await?;
    let (secret, now) = (hash(&form.link.code), app.clock.now());
    let joined = match &link.purpose {
        LinkPurpose::Invitation(_) => app.store.accept_invitation(&secret, &name, &password_hash, now).await,
        LinkPurpose::Reset(_) => app.store.accept_reset(&secret, &password_hash, now).await,
    };
    match joined {
        Ok(Some(user)) => Ok(user),
        // Somebody else was faster with it, or the address got an account otherwise.
        Ok(None) | Err(StoreError::Taken(_)) => Err(Refusal::Used),
        Err(error) => Err(error.into()),
    }
}

async fn refuse(app: AppState, parts: Parts, refusal: Refusal, typed: FormProblem) -> Response<Body> {
    let (status, message) = match refusal {
        Refusal::Broken(error) => return error.answer(&app, BROKEN).await,
        Refusal::TooMany(wait) => {
            let message = format!("Too many links that do not work. Try again in {}.", in_words(wait));
            return too_many(app, parts, FormProblem { message, ..typed }, wait).await;
        }
        Refusal::Fields(fields) => {
            let problem = FormProblem { fields, ..typed };
            return render::page_with_problem(app, parts, StatusCode::UNPROCESSABLE_ENTITY, problem).await;
        }
        Refusal::Unknown => (
            StatusCode::FORBIDDEN,
            "This link is not valid: it may be cut off, or a newer one replaced it. Copy it whole, or ask an administrator for a new one.",
        ),
        Refusal::Used => (
            StatusCode::GONE,
            "This link was used already, and works once. Log in with the password that was set with it; if that was not you, tell an \
             administrator.",
        ),
        Refusal::Expired => (
            StatusCode::GONE,
            "This link is too old. Nothing was changed. Ask an administrator for a new one.",
        ),
    };
    let mut parts = parts;
    // Without a link there is no form.
    parts.extensions.remove::<JoinLink>();
    render::page_with_problem(app, parts, status, FormProblem { message: message.to_owned(), ..typed }).await
}
