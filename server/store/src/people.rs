//! People as administrators look after them, and the links by which they come in.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Invitation, LinkPurpose, OwnSession, Person, Role, User, UserId};

use crate::Result;

/// What happens to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonChange {
    /// It gets another role.
    Role(Role),
    /// The person is called otherwise.
    Name(String),
    /// It opens nothing until it is enabled again; its sessions end.
    Disable,
    /// It opens what it did again.
    Enable,
    /// Its sessions end, and browsers that it is known by are forgotten.
    SignOut,
    /// It goes, and its address is free; what the person did keeps the name.
    Remove,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonOutcome {
    /// It was done, to the account as it was before.
    Done(User),
    /// It was so before; nothing was written.
    Same(User),
    /// Nobody else could manage people afterwards; nothing was written.
    LastAdmin(User),
    /// There is no such account.
    Unknown,
}

/// A link about to be made.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// SHA-256 of its secret.
    pub hash: [u8; 32],
    /// Whose password it sets; `None` for an invitation.
    pub user_id: Option<UserId>,
    /// The address of the account.
    pub email: String,
    /// The role that an invitation gives.
    pub role: Option<Role>,
    /// Who makes it; `None` on the command line.
    pub created_by: Option<UserId>,
    /// Now.
    pub created_at: DateTime<Utc>,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
}

/// A link that works once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneUseLink {
    /// Local id.
    pub id: i64,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The address of the account.
    pub email: String,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

/// Which of somebody's sessions end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndSessions {
    /// The one of this key ([`OwnSession::key`]).
    One(String),
    /// All but the one that the database knows by this hash.
    Others(Vec<u8>),
}

/// Looks after people. Whatever changes something leaves an audit event in the same transaction; `by` is `None` on the command line.
#[async_trait]
pub trait People: Send + Sync {
    /// Everybody whose account was not removed, by name.
    async fn people(&self) -> Result<Vec<Person>>;

    /// The names of all who ever had an account, by name.
    async fn names(&self) -> Result<Vec<(UserId, String)>>;

    /// Changes an account. That somebody is left who can manage people is looked at in the same transaction.
    async fn change_person(
        &self,
        id: UserId,
        change: &PersonChange,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<PersonOutcome>;

    /// Makes a link; an earlier one for the same person or address is void. Returns its id.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] for an invitation to an address that has an account.
    async fn create_link(&self, link: &NewLink) -> Result<i64>;

    /// The link with this hash, also when it was used or is too old.
    async fn link(&self, hash: &[u8; 32]) -> Result<Option<OneUseLink>>;

    /// Invitations that can be accepted, newest first.
    async fn invitations(&self, now: DateTime<Utc>) -> Result<Vec<Invitation>>;

    /// Takes an invitation back; `None` when it cannot be accepted anyway.
    async fn withdraw_invitation(
        &self,
        id: i64,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Option<Invitation>>;

    /// Makes the account that an invitation is for; `None` when the link does not work (any more).
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when the address got an account meanwhile.
    async fn accept_invitation(
        &self,
        hash: &[u8; 32],
        name: &str,
        password_hash: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<User>>;

    /// Sets the password that a reset link is for, and ends the sessions of the account; `None` when the link does not work (any more).
    async fn accept_reset(
        &self,
        hash: &[u8; 32],
        password_hash: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<User>>;

    /// The sessions of a person that have not ended at `now`, newest first; `this` is the one that asks.
    async fn sessions_of(&self, id: UserId, this: &[u8], now: DateTime<Utc>) -> Result<Vec<OwnSession>>;

    /// Ends sessions of a person; returns how many.
    async fn end_sessions(&self, id: UserId, which: &EndSessions, at: DateTime<Utc>) -> Result<u64>;
}
