//! People and their sessions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Role, User, UserId};

use crate::Result;

/// An account about to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Log-in name; unique without regard to case.
    pub email: String,
    /// The name shown for them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Argon2id hash in PHC string format.
    pub password_hash: String,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// A browser session as the database keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRecord {
    /// SHA-256 of the session's secret id, so that a stolen database opens no session.
    pub id_hash: Vec<u8>,
    /// Whose session it is, once logged in.
    pub user_id: Option<UserId>,
    /// The session's values, as JSON text; of these, [`session_value`] names those that the person is shown.
    pub data: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Names of values in a session that its owner is shown in the list of sessions.
pub mod session_value {
    /// When the log-in was, in milliseconds since 1970.
    pub const SINCE: &str = "since";
    /// The address that it came from.
    pub const FROM: &str = "from";
    /// What the browser calls itself.
    pub const BROWSER: &str = "browser";
}

/// Writes and reads accounts and sessions.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Creates an account.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when the e-mail address has one already.
    async fn create_user(&self, user: &NewUser) -> Result<User>;

    /// Creates an account only if there is none yet: the first administrator. `None` when somebody was first.
    async fn create_first_user(&self, user: &NewUser) -> Result<Option<User>>;

    /// One account, if it may be used: neither disabled nor removed.
    async fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The account with this e-mail address (any case), which may be disabled, and its password hash.
    async fn user_by_email(&self, email: &str) -> Result<Option<(User, String)>>;

    /// Every account that was not removed, by name.
    async fn users(&self) -> Result<Vec<User>>;

    /// Whether there is any account.
    async fn has_users(&self) -> Result<bool>;

    /// Replaces the password hash, ends every session of the account, forgets its known browsers and voids links that would set
    /// another password. `false` when there is no such account.
    async fn set_password(&self, id: UserId, password_hash: &str) -> Result<bool>;

    /// Writes a session, replacing one of the same id.
    async fn save_session(&self, session: &SessionRecord) -> Result<()>;

    /// A session that has not ended at `now`.
    async fn session(&self, id_hash: &[u8], now: DateTime<Utc>) -> Result<Option<SessionRecord>>;

    /// Ends a session.
    async fn delete_session(&self, id_hash: &[u8]) -> Result<()>;

    /// Notes that somebody logged in with a browser, known by the hash of its cookie, until which it is a known one. Of each
    /// person the newest twenty are kept.
    async fn remember_device(&self, id: UserId, id_hash: &[u8], until: DateTime<Utc>) -> Result<()>;

    /// Whether a person logged in with this browser before, and it is still known at `now`.
    async fn is_known_device(&self, id: UserId, id_hash: &[u8], now: DateTime<Utc>) -> Result<bool>;

    /// Forgets sessions that ended before `now`, browsers that are not known any more, and links that ended a month ago; returns how many
    /// sessions.
    async fn delete_expired_sessions(&self, now: DateTime<Utc>) -> Result<u64>;
}
