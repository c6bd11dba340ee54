//! A token gets another secret, shown in this answer and nowhere else, ever.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::IssuedToken;
use crate::error::AppError;

/// The form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RotateForm {
    /// The token's name.
    pub name: String,
    /// For how many hours the old secret goes on; blank for a day.
    pub hours: String,
}

/// Gives another secret to the token in force with this name. The old one goes on for some hours.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, [`AppError::Invalid`] for hours that are no number.
#[server(prefix = "/fn", endpoint = "tokens/rotate")]
pub async fn rotate_token(
    /// The form, as typed.
    rotate: RotateForm,
) -> Result<IssuedToken, AppError> {
    use domain::{FieldError, token_bounds::read_overlap};

    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let overlap = read_overlap(&rotate.hours).map_err(|problem| {
        moderation::ModerationError::Invalid(vec![FieldError { field: "hours".to_owned(), problem }])
    })?;
    let (secret, token) = moderation()?.rotate_token(&rotate.name, overlap, Some(user.id)).await?;
    IssuedToken::of(&secret, token)
}

/// Acts on a form that a browser without JavaScript posted to the Settings page, while that page renders. `None` when none was
/// posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "tokens/submitted-rotation", input = leptos::server_fn::codec::GetUrl)]
pub async fn submitted_rotation() -> Result<Option<Result<IssuedToken, AppError>>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    // The page has other forms.
    if !body.starts_with("rotate") {
        return Ok(None);
    }
    let parsed: Result<RotateToken, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    Ok(Some(match parsed {
        Ok(RotateToken { rotate }) => rotate_token(rotate).await,
        Err(_) => Err(AppError::malformed()),
    }))
}
