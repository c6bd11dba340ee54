//! The people who use Gavel: who may do what, who comes in, who goes. The command line and the pages call the same.

use std::ops::Deref;

use activelayer::{ExposeSecret, SecretString};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    FieldError, Invitation, InviteForm, OwnSession, Person, Role, User, UserId, account::check_name,
};
use store::{EndSessions, NewLink, PersonChange, PersonOutcome, Store, StoreError};

use crate::{
    Moderation, ModerationError,
    tokens::{hash, random_secret},
};

/// How long an invitation can be accepted.
pub const INVITATION_LASTS: TimeDelta = TimeDelta::days(7);

/// How long a link that sets a new password works: long enough to be read, short since it opens an account.
pub const RESET_LASTS: TimeDelta = TimeDelta::days(1);

/// A link that was made. Its secret is here and nowhere else, ever.
#[derive(Clone, Debug)]
pub struct MadeLink {
    /// What the link carries.
    pub secret: SecretString,
    /// The address of the account.
    pub email: String,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
}

/// The page that a link leads to, on a site.
pub fn join_address(site: &str, secret: &SecretString) -> String {
    format!("{}/join?code={}", site.trim_end_matches('/'), secret.expose_secret())
}

/// Changes an account; says in a sentence what happened.
///
/// # Errors
/// [`ModerationError::NotFound`] for nobody's number; [`ModerationError::Refused`] when no administrator would be left who can log in.
pub async fn change(
    store: &dyn Store,
    id: UserId,
    change: &PersonChange,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<String, ModerationError> {
    match store.change_person(id, change, by, now).await? {
        PersonOutcome::Done(before) => Ok(done(&before.name, change)),
        PersonOutcome::Same(user) => Ok(same(&user, change)),
        PersonOutcome::LastAdmin(user) => Err(ModerationError::Refused(format!(
            "{} is the last administrator who can log in. Nothing was changed. Make somebody else an administrator first.",
            user.name
        ))),
        PersonOutcome::Unknown => Err(ModerationError::NotFound("person")),
    }
}

fn done(name: &str, change: &PersonChange) -> String {
    match change {
        PersonChange::Role(role) => {
            format!("{name} is now {}. It counts from the next click on; nobody was logged out.", a(*role))
        }
        PersonChange::Name(new) => format!("The name is now {new}, also beside earlier decisions."),
        PersonChange::Disable => {
            format!(
                "{name} is disabled: all sessions have ended, and nobody can log in. What {name} did is kept."
            )
        }
        PersonChange::Enable => format!("{name} is enabled and can log in again, with the same password."),
        PersonChange::SignOut => format!("{name} is signed out everywhere and can log in again."),
        PersonChange::Remove => format!(
            "{name} is removed: all sessions have ended, and the e-mail address is free. Decisions and the audit record keep the name."
        ),
    }
}

fn same(user: &User, change: &PersonChange) -> String {
    let name = &user.name;
    match change {
        PersonChange::Role(role) => format!("{name} is {} already. Nothing was changed.", a(*role)),
        PersonChange::Disable => format!("{name} is disabled already. Nothing was changed."),
        PersonChange::Enable => format!("{name} is not disabled. Nothing was changed."),
        _ => "Nothing was changed.".to_owned(),
    }
}

fn a(role: Role) -> &'static str {
    match role {
        Role::Viewer => "a viewer",
        Role::Moderator => "a moderator",
        Role::Admin => "an administrator",
    }
}

/// Makes an invitation; an earlier one to the same address is void.
///
/// # Errors
/// [`ModerationError::Invalid`] for what is no address or role, and for an address that has an account.
pub async fn invite(
    store: &dyn Store,
    form: &InviteForm,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<MadeLink, ModerationError> {
    let (email, role) = form.validate().map_err(ModerationError::Invalid)?;
    let made = make(store, None, email, Some(role), by, (now, now + INVITATION_LASTS)).await;
    made.map_err(|error| match error {
        ModerationError::Store(StoreError::Taken(_)) => {
            ModerationError::Invalid(vec![FieldError::new("email", "This address has an account already.")])
        }
        error => error,
    })
}

/// Makes a link that sets a new password; an earlier one for the same person is void. Until it is used, everything stays as it is.
///
/// # Errors
/// [`ModerationError::NotFound`] for nobody's number; [`ModerationError::Refused`] for a disabled account.
pub async fn reset(
    store: &dyn Store,
    id: UserId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<MadeLink, ModerationError> {
    let user = store.users().await?.into_iter().find(|user| user.id == id);
    let user = user.ok_or(ModerationError::NotFound("person"))?;
    if user.disabled_at.is_some() {
        let words = format!(
            "{} is disabled, so a new password would open nothing. Enable the account first.",
            user.name
        );
        return Err(ModerationError::Refused(words));
    }
    make(store, Some(id), user.email, None, by, (now, now + RESET_LASTS)).await
}

async fn make(
    store: &dyn Store,
    user_id: Option<UserId>,
    email: String,
    role: Option<Role>,
    created_by: Option<UserId>,
    (created_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<MadeLink, ModerationError> {
    let secret = random_secret()?;
    let link = NewLink {
        hash: hash(&secret),
        user_id,
        email: email.clone(),
        role,
        created_by,
        created_at,
        expires_at,
    };
    store.create_link(&link).await?;
    Ok(MadeLink { secret: SecretString::from(secret), email, expires_at })
}

impl Moderation {
    /// Everybody with an account, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn people(&self) -> Result<Vec<Person>, ModerationError> {
        Ok(self.store.people().await?)
    }

    /// Whether anybody has an account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_people(&self) -> Result<bool, ModerationError> {
        Ok(self.store.has_users().await?)
    }

    /// Invitations that can be accepted, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, ModerationError> {
        Ok(self.store.invitations(self.clock.now()).await?)
    }

    /// Changes an account on behalf of `by`; see [`change`].
    ///
    /// # Errors
    /// Those of [`change`].
    pub async fn change_person(
        &self,
        id: UserId,
        what: &PersonChange,
        by: UserId,
    ) -> Result<String, ModerationError> {
        change(self.store.deref(), id, what, Some(by), self.clock.now()).await
    }

    /// Makes an invitation on behalf of `by`; see [`invite`].
    ///
    /// # Errors
    /// Those of [`invite`].
    pub async fn invite(&self, form: &InviteForm, by: UserId) -> Result<MadeLink, ModerationError> {
        invite(self.store.deref(), form, Some(by), self.clock.now()).await
    }

    /// Makes a link that sets somebody's password, on behalf of `by`; see [`reset`].
    ///
    /// # Errors
    /// Those of [`reset`].
    pub async fn reset_link(&self, id: UserId, by: UserId) -> Result<MadeLink, ModerationError> {
        reset(self.store.deref(), id, Some(by), self.clock.now()).await
    }

    /// Takes an invitation back, on behalf of `by`; says so in a sentence.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when it cannot be accepted anyway.
    pub async fn withdraw_invitation(&self, id: i64, by: UserId) -> Result<String, ModerationError> {
        let withdrawn = self.store.withdraw_invitation(id, Some(by), self.clock.now()).await?;
        let invitation = withdrawn.ok_or(ModerationError::NotFound("open invitation"))?;
        Ok(format!("The invitation of {} is withdrawn: its link opens nothing any more.", invitation.email))
    }

    /// Gives somebody another name, as they ask for it.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] for a blank or overlong name.
    pub async fn rename(&self, id: UserId, name: &str) -> Result<String, ModerationError> {
        let name = check_name(name).map_err(|problem| ModerationError::Invalid(vec![problem]))?;
        self.change_person(id, &PersonChange::Name(name), id).await
    }

    /// Somebody's own sessions, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn own_sessions(&self, id: UserId, this: &[u8]) -> Result<Vec<OwnSession>, ModerationError> {
        Ok(self.store.sessions_of(id, this, self.clock.now()).await?)
    }

    /// Ends sessions of somebody who asks for it; returns how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_own_sessions(&self, id: UserId, which: &EndSessions) -> Result<u64, ModerationError> {
        Ok(self.store.end_sessions(id, which, self.clock.now()).await?)
    }
}
