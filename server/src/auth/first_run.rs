//! The first run: `/setup` creates the first administrator, for whoever holds the link from the console.

use std::sync::{Mutex, PoisonError};

use app::forms::FormProblem;
use axum::{
    Extension, RequestPartsExt,
    body::Body,
    extract::{Form, FromRequest, Query, Request, State},
    http::{HeaderMap, Response, StatusCode, Uri, request::Parts},
    response::{IntoResponse, Redirect},
};
use domain::{FieldError, Role, User, account::check_identity};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::NewUser;
use subtle::ConstantTimeEq;
use tower_sessions::Session;

use super::{
    ClientAddress, audit, device,
    log_in::{Broken, open_session},
    password::check_rules,
};
use crate::{render, state::AppState};

/// The hash of the one-time token, while one is out. Only in memory: each start makes a new one.
#[derive(Debug, Default)]
pub struct SetupToken(Mutex<Option<[u8; 32]>>);

impl SetupToken {
    /// Makes a token (122 random bits) and forgets the one before.
    pub fn issue(&self) -> String {
        let token = uuid::Uuid::new_v4().simple().to_string();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash(&token));
        token
    }

    /// Whether this is the token that is out.
    pub fn fits(&self, token: &str) -> bool {
        let issued = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        issued.is_some_and(|issued| issued.ct_eq(&hash(token)).into())
    }

    /// No token opens anything any more.
    pub fn spend(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The token in the link, and in a hidden field of the form.
#[derive(Debug, Default, Deserialize)]
pub struct Link {
    #[serde(default)]
    token: String,
}

/// What the log says came of an error.
const BROKEN: &str = "the first account cannot be created";

/// The form of the page.
#[derive(Deserialize)]
pub struct FirstAccount {
    #[serde(flatten)]
    link: Link,
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: SecretString,
}

/// `GET /setup?token=…`: the page, or 403 when the link is not valid (any more).
pub async fn page(app: State<AppState>, Query(link): Query<Link>, request: Request) -> Response<Body> {
    match is_first_run(&app, &link.token).await {
        Ok(true) => render::page(app, request).await,
        Ok(false) => no_such_link(app.0, request.into_parts().0).await,
        Err(error) => error.answer(&app, BROKEN).await,
    }
}

/// Whether the link is valid: the token fits, and nobody got an account by the command line meanwhile.
async fn is_first_run(app: &AppState, token: &str) -> Result<bool, Broken> {
    if app.setup.fits(token) && app.store.has_users().await? {
        app.setup.spend();
    }
    Ok(app.setup.fits(token))
}

/// `POST /setup`: creates the first administrator and logs them in, or shows the page again with the reason.
pub async fn submit(State(app): State<AppState>, session: Session, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let Ok(Extension(from)) = parts.extract::<Extension<ClientAddress>>().await else {
        return render::broken();
    };
    let form = Form::<FirstAccount>::from_request(Request::from_parts(parts.clone(), body), &app).await;
    let form = match form {
        Ok(Form(form)) => form,
        Err(_) => return render::malformed(),
    };
    if !app.setup.fits(&form.link.token) {
        return no_such_link(app, parts).await;
    }
    match create(&app, &form).await {
        Ok(Some(user)) => {
            app.setup.spend();
            match welcome(&app, &session, &parts.headers, &user, from).await {
                Ok(()) => {
                    let response = Redirect::to("/").into_response();
                    device::remember(&app, &parts.headers, &user, response).await
                }
                Err(error) => error.answer(&app, BROKEN).await,
            }
        }
        Ok(None) => {
            app.setup.spend();
            no_such_link(app, parts).await
        }
        Err(Refusal::Broken(error)) => error.answer(&app, BROKEN).await,
        Err(Refusal::Fields(fields)) => show_again(app, parts, form, fields).await,
    }
}

enum Refusal {
    Fields(Vec<FieldError>),
    Broken(Broken),
}

/// Creates the account; `None` when somebody else was first.
async fn create(app: &AppState, form: &FirstAccount) -> Result<Option<User>, Refusal> {
    let identity = check_identity(&form.email, &form.name);
    let password = check_rules(form.password.expose_secret(), &[&form.email, &form.name]);
    let (email, name) = match (identity, password) {
        (Ok(identity), Ok(())) => identity,
        (identity, password) => {
            let mut fields = identity.err().unwrap_or_default();
            fields.extend(password.err());
            return Err(Refusal::Fields(fields));
        }
    };
    let password_hash = app.passwords.hash(form.password.clone()).await;
    let password_hash = password_hash.map_err(|error| Refusal::Broken(error.into()))?;
    let user = NewUser { email, name, role: Role::Admin, password_hash, created_at: app.clock.now() };
    app.store.create_first_user(&user).await.map_err(|error| Refusal::Broken(error.into()))
}

async fn welcome(
    app: &AppState,
    session: &Session,
    headers: &HeaderMap,
    user: &User,
    from: ClientAddress,
) -> Result<(), Broken> {
    audit::by_visitor(&*app.store, app.clock.now(), "user.created", user, from.ip).await?;
    open_session(app, session, headers, user, from).await
}

async fn show_again(
    app: AppState,
    mut parts: Parts,
    form: FirstAccount,
    fields: Vec<FieldError>,
) -> Response<Body> {
    // The page takes the token for its form from the URL, also when it was posted without.
    let token: String = form.link.token.chars().filter(char::is_ascii_alphanumeric).collect();
    if let Ok(uri) = format!("/setup?token={token}").parse::<Uri>() {
        parts.uri = uri;
    }
    let problem = FormProblem { message: String::new(), fields, email: form.email, name: form.name };
    render::page_with_problem(app, parts, StatusCode::UNPROCESSABLE_ENTITY, problem).await
}

async fn no_such_link(app: AppState, parts: Parts) -> Response<Body> {
    let message = "This link has been used or has expired. The server prints a new one on its console at each start. \
                   If you have an account, log in.";
    let problem = FormProblem { message: message.to_owned(), ..FormProblem::default() };
    render::page_with_problem(app, parts, StatusCode::FORBIDDEN, problem).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_token_fits_until_it_is_spent() {
        let setup = SetupToken::default();
        assert!(!setup.fits(""));
        let old = setup.issue();
        let new = setup.issue();
        assert!(!setup.fits(&old));
        assert!(setup.fits(&new));
        assert!(!setup.fits(&new[1..]));
        setup.spend();
        assert!(!setup.fits(&new));
    }
}
