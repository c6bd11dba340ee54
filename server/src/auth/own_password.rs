//! `POST /account`: somebody changes their own password. A cookie is replaced with it, so this is a plain post, as log-in is.

use app::forms::FormProblem;
use axum::{
    Extension, RequestPartsExt,
    body::Body,
    extract::{Form, FromRequest, Request, State},
    http::{HeaderMap, Response, StatusCode},
    response::{IntoResponse, Redirect},
};
use domain::{FieldError, User};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    ClientAddress, audit, device,
    gate::Visitor,
    log_in::{Broken, in_words, open_session, too_many},
    password::check_rules,
    throttle::Attempt,
};
use crate::{render, state::AppState};

/// Where the form leads once the password is changed.
const CHANGED: &str = "/account?password=changed";

/// The form.
#[derive(Deserialize)]
pub struct Change {
    #[serde(default)]
    current: SecretString,
    #[serde(default)]
    password: SecretString,
}

/// Why nothing was changed.
enum Refusal {
    Fields(Vec<FieldError>),
    TooMany(std::time::Duration),
    Broken(Broken),
}

impl<E: Into<Broken>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// Changes the password, ends all other sessions, and forgets the browsers that the account was known by.
pub async fn submit(State(app): State<AppState>, session: Session, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let extracted = parts.extract::<(Extension<ClientAddress>, Extension<Visitor>)>().await;
    // The gate lets nobody through without.
    let Ok((Extension(from), Extension(Visitor(Some(user))))) = extracted else {
        return render::broken();
    };
    let form = Form::<Change>::from_request(Request::from_parts(parts.clone(), body), &app).await;
    let Ok(Form(form)) = form else { return render::malformed() };
    match change(&app, &session, &parts.headers, &user, from, form).await {
        Ok(()) => {
            let response = Redirect::to(CHANGED).into_response();
            device::remember(&app, &parts.headers, &user, response).await
        }
        Err(Refusal::Broken(error)) => error.answer(&app, "a password cannot be changed").await,
        Err(Refusal::Fields(fields)) => {
            let problem = FormProblem { fields, ..FormProblem::default() };
            render::page_with_problem(app, parts, StatusCode::UNPROCESSABLE_ENTITY, problem).await
        }
        Err(Refusal::TooMany(wait)) => {
            let words = format!("The current password was wrong too often. Try again in {}.", in_words(wait));
            let fields = vec![FieldError::new("current", words)];
            too_many(app, parts, FormProblem { fields, ..FormProblem::default() }, wait).await
        }
    }
}

async fn change(
    app: &AppState,
    session: &Session,
    headers: &HeaderMap,
    user: &User,
    from: ClientAddress,
    form: Change,
) -> Result<(), Refusal> {
    check_rules(form.password.expose_secret(), &[&user.email, &user.name])
        .map_err(|problem| Refusal::Fields(vec![problem]))?;
    let now = app.clock.now();
    let known = device::known(app, headers, user).await?;
    let attempt = Attempt::new(&user.email, from, known);
    let charged = app.throttle.charge_everywhere(&*app.store, &attempt, now).await?;
    charged.map_err(Refusal::TooMany)?;
    let hash = app.store.user_by_email(&user.email).await?.map(|(_, hash)| hash);
    if !app.passwords.verify(form.current, hash).await? {
        audit::by_visitor(&*app.store, now, "user.password_refused", user, from.ip).await?;
        let wrong = FieldError::new("current", "This is not your current password. Nothing was changed.");
        return Err(Refusal::Fields(vec![wrong]));
    }
    app.throttle.refund_everywhere(&*app.store, &attempt).await;
    let hash = app.passwords.hash(form.password).await?;
    app.store.set_password(user.id, &hash).await?;
    audit::by_visitor(&*app.store, now, "user.password_changed", user, from.ip).await?;
    Ok(open_session(app, session, headers, user, from).await?)
}
