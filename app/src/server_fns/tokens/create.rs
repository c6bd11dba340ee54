//! A token is made, and its secret shown: in this answer and nowhere else, ever.

use domain::{ApiToken, TokenScope};
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
    /// The last day on which it works (UTC); blank for no end.
    pub expires: String,
    /// Networks that it may come from; blank for anywhere.
    pub networks: String,
    /// Not blank: it may ask for verdicts.
    pub check: String,
    /// Not blank: it may send feedback.
    pub feedback: String,
    /// Not blank: it may see the plan's usage.
    pub stats: String,
    /// Not blank: it may hear decisions.
    pub decisions: String,
}

impl TokenForm {
    /// Whether a scope is ticked.
    pub fn has(&self, scope: TokenScope) -> bool {
        let ticked = match scope {
            TokenScope::Check => &self.check,
            TokenScope::Feedback => &self.feedback,
            TokenScope::Stats => &self.stats,
            TokenScope::Decisions => &self.decisions,
        };
        !ticked.is_empty()
    }

    /// The form before anything is typed: everything is ticked.
    pub fn blank() -> Self {
        let ticked = || "yes".to_owned();
        Self { check: ticked(), feedback: ticked(), stats: ticked(), decisions: ticked(), ..Self::default() }
    }
}

/// What the form says about bounds.
#[cfg(feature = "ssr")]
fn bounds(form: &TokenForm, now: chrono::DateTime<chrono::Utc>) -> Result<domain::TokenBounds, AppError> {
    use domain::{FieldError, token_bounds};

    let (expires_at, networks) =
        (token_bounds::read_last_day(&form.expires, now), token_bounds::read_networks(&form.networks));
    let problems = [("expires", expires_at.as_ref().err()), ("networks", networks.as_ref().err())];
    let problems: Vec<_> = problems
        .into_iter()
        .filter_map(|(field, problem)| {
            problem.map(|problem| FieldError { field: field.to_owned(), problem: problem.clone() })
        })
        .collect();
    match (expires_at, networks) {
        (Ok(expires_at), Ok(networks)) => {
            let scopes = TokenScope::ALL.iter().copied().filter(|scope| form.has(*scope)).collect();
            Ok(domain::TokenBounds { scopes, networks, expires_at })
        }
        _ => Err(moderation::ModerationError::Invalid(problems).into()),
    }
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

#[cfg(feature = "ssr")]
impl IssuedToken {
    /// The answer with a new secret, and where the app sends it.
    ///
    /// # Errors
    /// When it is not known what this Gavel is called.
    pub(super) fn of(secret: &activelayer::SecretString, token: ApiToken) -> Result<Self, AppError> {
        let base_url = format!("{}/api/v1", crate::context::own_address()?.trim_end_matches('/'));
        Ok(Self { secret: activelayer::ExposeSecret::expose_secret(secret).to_owned(), token, base_url })
    }
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
/// [`AppError::Invalid`] for a blank or overlong name or site, a name that is taken, a limit that is no number, or bounds that
/// cannot be.
#[server(prefix = "/fn", endpoint = "tokens/create")]
pub async fn create_token(
    /// The form, as typed.
    form: TokenForm,
) -> Result<IssuedToken, AppError> {
    use moderation::tokens::{TokenWish, read_limit};

    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let per_minute = read_limit(&form.per_minute)?;
    let fallback = form.fallback.parse().unwrap_or_default();
    let moderation = moderation()?;
    let bounds = bounds(&form, moderation.now())?;
    let wish = TokenWish { name: form.name, site: form.site, per_minute, fallback, bounds };
    let (secret, token) = moderation.create_token(&wish, Some(user.id)).await?;
    IssuedToken::of(&secret, token)
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
        return Ok(Some(Submission { form: TokenForm::blank(), outcome: Err(AppError::malformed()) }));
    };
    let outcome = create_token(form.clone()).await;
    let form = if outcome.is_ok() { TokenForm::blank() } else { form };
    Ok(Some(Submission { form, outcome }))
}
