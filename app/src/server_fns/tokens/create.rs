//! A token is made, and its secret shown: in this answer and nowhere else, ever.

use domain::ApiToken;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// The form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    /// What to call it.
    pub name: String,
    /// The site whose submissions are checked with it.
    pub site: String,
    /// Requests allowed a minute; blank for no limit.
    pub per_minute: String,
    /// One of [`domain::Fallback`]'s words; anything else is its default.
    pub fallback: String,
}

/// A fresh token.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct IssuedToken {
    /// What the app is given.
    pub secret: String,
    /// What is kept of it.
    pub token: ApiToken,
    /// The address that the app sends its requests to.
    pub base_url: String,
}

/// Without the secret.
impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken").field("token", &self.token).finish_non_exhaustive()
    }
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The form as typed, to show again; blank once it has done its work.
    pub form: TokenForm,
    /// The outcome.
    pub outcome: Result<IssuedToken, AppError>,
}

/// Makes a token.
///
/// # Errors
/// [`AppError::Invalid`] for a blank or overlong name or site, a name that is taken, or a limit that is no number.
#[server(prefix = "/fn", endpoint = "tokens/create")]
pub async fn create_token(
    /// The form, as typed.
    form: TokenForm,
) -> Result<IssuedToken, AppError> {
    use moderation::tokens::{TokenWish, read_limit};

    use crate::context::{authorise, moderation, own_address};

    let user = authorise(domain::Role::Admin)?;
    let per_minute = read_limit(&form.per_minute)?;
    let fallback = form.fallback.parse().unwrap_or_default();
    let wish = TokenWish { name: form.name, site: form.site, per_minute, fallback };
    let (secret, token) = moderation()?.create_token(&wish, Some(user.id)).await?;
    let base_url = format!("{}/api/v1", own_address()?.trim_end_matches('/'));
    Ok(IssuedToken { secret: activelayer::ExposeSecret::expose_secret(&secret).to_owned(), token, base_url })
}

/// Acts on a form that a browser without JavaScript posted to the Settings page, while that page renders. `None` when none was
/// posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "tokens/submitted", input = leptos::server_fn::codec::GetUrl)]
pub async fn submitted_token() -> Result<Option<Submission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    // The page has other forms.
    if !body.starts_with("form") {
        return Ok(None);
    }
    let parsed: Result<CreateToken, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let Ok(CreateToken { form }) = parsed else {
        return Ok(Some(Submission { form: TokenForm::default(), outcome: Err(AppError::malformed()) }));
    };
    let outcome = create_token(form.clone()).await;
    let form = if outcome.is_ok() { TokenForm::default() } else { form };
    Ok(Some(Submission { form, outcome }))
}
