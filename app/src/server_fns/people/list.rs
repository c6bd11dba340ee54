//! Everybody with an account, and who is invited.

use domain::{Invitation, Person, UserId};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the page about people shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleReport {
    /// Who looks.
    pub me: UserId,
    /// Everybody with an account, by name.
    pub people: Vec<Person>,
    /// Invitations that can be accepted, newest first.
    pub invitations: Vec<Invitation>,
}

/// Everybody with an account, and who is invited.
///
/// # Errors
/// [`AppError::Forbidden`] for those who are no administrators.
#[server(prefix = "/fn", endpoint = "people/list", input = GetUrl)]
pub async fn list_people() -> Result<PeopleReport, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let moderation = moderation()?;
    let (people, invitations) = (moderation.people().await?, moderation.invitations().await?);
    Ok(PeopleReport { me: user.id, people, invitations })
}
