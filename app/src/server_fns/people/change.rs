//! What becomes of an account.

use domain::PersonForm;
use leptos::prelude::*;

use super::PeopleOutcome;
use crate::error::AppError;

/// Changes somebody's role, lets them in no more or again, ends their sessions, removes them, makes a link that sets a new password,
/// or takes an invitation back: one form each, told apart by [`PersonForm::act`].
///
/// # Errors
/// [`AppError::Refused`] when no administrator would be left; [`AppError::NotFound`] when somebody else was faster.
#[server(prefix = "/fn", endpoint = "people/change")]
pub async fn change_person(
    /// The form, as sent.
    person: PersonForm,
) -> Result<PeopleOutcome, AppError> {
    use domain::{PersonAct, UserId};
    use moderation::PersonChange;

    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let moderation = moderation()?;
    let id = UserId(person.id);
    let act: PersonAct = person.act.parse().map_err(|_| AppError::malformed())?;
    let change = match act {
        PersonAct::Role => {
            let role = person.role.parse().map_err(|_| AppError::bad_field("role", "Choose a role."))?;
            PersonChange::Role(role)
        }
        PersonAct::Disable => PersonChange::Disable,
        PersonAct::Enable => PersonChange::Enable,
        PersonAct::SignOut => PersonChange::SignOut,
        PersonAct::Remove => PersonChange::Remove,
        PersonAct::Reset => {
            let made = moderation.reset_link(id, user.id).await?;
            let words = format!(
                "With this link {} sets a new password. It works once, for 24 hours, and is shown only now. Until it is used, \
                 everything stays as it is.",
                made.email
            );
            return Ok(PeopleOutcome { words, link: Some(super::shown(&made)?) });
        }
        PersonAct::Withdraw => {
            let words = moderation.withdraw_invitation(person.id, user.id).await?;
            return Ok(PeopleOutcome { words, link: None });
        }
    };
    let words = moderation.change_person(id, &change, user.id).await?;
    Ok(PeopleOutcome { words, link: None })
}
