//! Forms of the page about privacy, from browsers without JavaScript.

use domain::forgetting::{ErasureForm, PersonCount, RetentionForm};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::{ErasureOutcome, RetentionOutcome};
use crate::error::AppError;

/// A form that was posted to the page, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PrivacySubmission {
    /// A rule, as typed; blank once it is set.
    Retention(RetentionForm, Result<RetentionOutcome, AppError>),
    /// Who is to be erased, as typed, and what there is of them where that was asked for before; blank once they are.
    Erasure(ErasureForm, Option<PersonCount>, Result<ErasureOutcome, AppError>),
}

/// Acts on a form that was posted to the page, while that renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "privacy/submitted", input = GetUrl)]
pub async fn submitted_privacy() -> Result<Option<PrivacySubmission>, AppError> {
    use super::{ErasePerson, SetRetention, erase_person, set_retention};

    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let reader = serde_qs::Config::new(5, false);
    if let Ok(ErasePerson { person, wish }) = reader.deserialize_str(&body) {
        let is_wished = wish == "erase";
        let outcome = erase_person(person.clone(), wish).await;
        let found = match &outcome {
            Ok(ErasureOutcome::Erased(_)) => {
                return Ok(Some(PrivacySubmission::Erasure(ErasureForm::default(), None, outcome)));
            }
            Ok(ErasureOutcome::Found(_, found)) => Some(*found),
            // It was looked for before it was to be erased.
            Err(AppError::Invalid(_)) if is_wished => again(&person).await,
            Err(_) => None,
        };
        return Ok(Some(PrivacySubmission::Erasure(person, found, outcome)));
    }
    let Ok(SetRetention { retention, wish }) = reader.deserialize_str(&body) else {
        let outcome = Err(AppError::malformed());
        return Ok(Some(PrivacySubmission::Retention(RetentionForm::default(), outcome)));
    };
    let outcome = set_retention(retention.clone(), wish).await;
    let is_set = matches!(outcome, Ok(RetentionOutcome::Set));
    let form = if is_set { RetentionForm::default() } else { retention };
    Ok(Some(PrivacySubmission::Retention(form, outcome)))
}

#[cfg(feature = "ssr")]
async fn again(person: &ErasureForm) -> Option<PersonCount> {
    let looked = super::erase_person(person.clone(), "look".to_owned()).await;
    match looked {
        Ok(ErasureOutcome::Found(_, found)) => Some(found),
        _ => None,
    }
}
