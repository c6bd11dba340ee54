//! A list of reasons or a macro is kept or taken away.

use domain::{MacroForm, MacroId, ReasonListForm};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// One of the page's two forms, as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ReasonsForm {
    /// A list of reasons.
    List(ReasonListForm),
    /// A macro.
    Macro(MacroForm),
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasonsSubmission {
    /// The form as typed, to show again.
    pub form: ReasonsForm,
    /// The outcome.
    pub outcome: Result<(), AppError>,
}

/// Keeps a list of reasons, in the place of the one that the site has.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "reasons/set")]
pub async fn set_reasons(
    /// The form, as typed.
    list: ReasonListForm,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    Ok(moderation()?.set_reason_list(&list, Some(user.id)).await?)
}

/// Takes a site's own list away: it has the one for all sites again.
///
/// # Errors
/// [`AppError::NotFound`] when it has none: somebody else was faster.
#[server(prefix = "/fn", endpoint = "reasons/remove")]
pub async fn remove_reasons(
    /// The site.
    site: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    Ok(moderation()?.remove_reason_list(&site, Some(user.id)).await?)
}

/// Keeps a macro, new or in the place of an old one.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "reasons/set-macro")]
pub async fn set_macro(
    /// The form, as typed.
    one: MacroForm,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    moderation()?.set_macro(&one, Some(user.id)).await?;
    Ok(())
}

/// Takes a macro away. What it did stays.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there: somebody else was faster.
#[server(prefix = "/fn", endpoint = "reasons/remove-macro")]
pub async fn remove_macro(
    /// Its number.
    id: MacroId,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    Ok(moderation()?.remove_macro(id, Some(user.id)).await?)
}

/// Acts on a form that a browser without JavaScript posted to the page, while that page renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "reasons/submitted", input = GetUrl)]
pub async fn submitted_reasons() -> Result<Option<ReasonsSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let reader = serde_qs::Config::new(5, false);
    if let Ok(SetMacro { one }) = reader.deserialize_str(&body) {
        let outcome = set_macro(one.clone()).await;
        return Ok(Some(ReasonsSubmission { form: ReasonsForm::Macro(one), outcome }));
    }
    Ok(Some(match reader.deserialize_str(&body) {
        Ok(SetReasons { list }) => {
            let outcome = set_reasons(list.clone()).await;
            ReasonsSubmission { form: ReasonsForm::List(list), outcome }
        }
        Err(_) => {
            let form = ReasonsForm::List(ReasonListForm::default());
            ReasonsSubmission { form, outcome: Err(AppError::malformed()) }
        }
    }))
}
