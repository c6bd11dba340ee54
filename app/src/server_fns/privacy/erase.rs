//! Somebody asks to be forgotten.

use domain::forgetting::{Erased, ErasureForm, PersonCount};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ErasureOutcome {
    /// Nothing yet: this is what there is of them, as they were typed.
    Found(ErasureForm, PersonCount),
    /// They are erased, as far as this says.
    Erased(Erased),
}

/// Says what there is of somebody (`look`), or forgets everything that they wrote (`erase`).
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong about who it is, or about the reason.
#[server(prefix = "/fn", endpoint = "privacy/erase")]
pub async fn erase_person(
    /// Who, and why, as typed.
    person: ErasureForm,
    /// What to do.
    #[server(default)]
    wish: String,
) -> Result<ErasureOutcome, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let moderation = moderation()?;
    if wish == "erase" {
        return Ok(ErasureOutcome::Erased(moderation.erase_person(&person, user.id).await?));
    }
    let found = moderation.find_person(&person).await?;
    Ok(ErasureOutcome::Found(person, found))
}
