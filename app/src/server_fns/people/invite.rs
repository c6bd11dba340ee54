//! Somebody is invited.

use domain::InviteForm;
use leptos::prelude::*;

use super::PeopleOutcome;
use crate::error::AppError;

/// Makes an invitation. Its link is in the answer and nowhere else.
///
/// # Errors
/// [`AppError::Invalid`] for what is no address or role, and for an address that has an account.
#[server(prefix = "/fn", endpoint = "people/invite")]
pub async fn invite_person(
    /// The form, as typed.
    invite: InviteForm,
) -> Result<PeopleOutcome, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let moderation = moderation()?;
    let made = moderation.invite(&invite, user.id).await?;
    let words = format!(
        "Send this link to {}. It works once, for 7 days, and is shown only now; an earlier one is void.",
        made.email
    );
    Ok(PeopleOutcome { words, link: Some(super::shown(&made)?) })
}
