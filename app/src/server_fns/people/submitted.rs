//! Forms of the page about people, from browsers without JavaScript.

use domain::InviteForm;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::PeopleOutcome;
use crate::error::AppError;

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleSubmission {
    /// The invitation as typed, to show again; blank once it has done its work, and for other forms.
    pub form: InviteForm,
    /// The outcome.
    pub outcome: Result<PeopleOutcome, AppError>,
}

/// Acts on a form that was posted to the page, while that renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "people/submitted", input = GetUrl)]
pub async fn submitted_people() -> Result<Option<PeopleSubmission>, AppError> {
    use super::{ChangePerson, InvitePerson, change_person, invite_person};

    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let reader = serde_qs::Config::new(5, false);
    if body.starts_with("person") {
        let outcome = match reader.deserialize_str(&body) {
            Ok(ChangePerson { person }) => change_person(person).await,
            Err(_) => Err(AppError::malformed()),
        };
        return Ok(Some(PeopleSubmission { form: InviteForm::default(), outcome }));
    }
    let Ok(InvitePerson { invite }) = reader.deserialize_str(&body) else {
        let form = InviteForm::default();
        return Ok(Some(PeopleSubmission { form, outcome: Err(AppError::malformed()) }));
    };
    let outcome = invite_person(invite.clone()).await;
    let form = if outcome.is_ok() { InviteForm::default() } else { invite };
    Ok(Some(PeopleSubmission { form, outcome }))
}
