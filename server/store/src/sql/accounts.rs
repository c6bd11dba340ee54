//! Accounts and sessions.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{User, UserId};
use sqlx::Executor;

use super::columns::{At, to_ms};
use super::{Connection, Db, Engine};
use crate::{Accounts, NewUser, Result, SessionRecord, StoreError};

/// Browsers that are known of one person: the newest.
const DEVICES_MAX: u32 = 20;

/// How long links are remembered after their end, so that a late visit is told what happened.
const LINKS_KEPT: TimeDelta = TimeDelta::days(30);

/// A statement that reads [`UserRow`]s. Its columns are named: a connection may have read the schema before a migration of another
/// program added one, and sqlx ends that connection when a row is wider than was prepared.
macro_rules! users {
    ($rest:literal) => {
        concat!("SELECT id, email, name, role, password_hash, created_at, disabled_at FROM users ", $rest)
    };
}
pub(super) use users;

#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    id: i64,
    email: String,
    name: String,
    role: String,
    password_hash: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl TryFrom<UserRow> for (User, String) {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self> {
        let at = At { table: "users", id: row.id };
        let user = User {
            id: UserId(row.id),
            role: at.word("role", &row.role)?,
            created_at: at.time("created_at", row.created_at)?,
            disabled_at: at.maybe_time("disabled_at", row.disabled_at)?,
            email: row.email,
            name: row.name,
        };
        Ok((user, row.password_hash))
    }
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self> {
        <(User, String)>::try_from(row).map(|(user, _)| user)
    }
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id_hash: Vec<u8>,
    user_id: Option<i64>,
    data: String,
    expires_at: i64,
}

impl TryFrom<SessionRow> for SessionRecord {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self> {
        // Sessions have no number; 0 says so. Their hash must not reach a log.
        let at = At { table: "sessions", id: 0 };
        Ok(Self {
            expires_at: at.time("expires_at", row.expires_at)?,
            id_hash: row.id_hash,
            user_id: row.user_id.map(UserId),
            data: row.data,
        })
    }
}

pub(super) async fn insert_user(
    user: &NewUser,
    connection: impl Executor<'_, Database = Db>,
) -> Result<User> {
    sqlx::query_as::<_, UserRow>(
        "INSERT INTO users (email, email_folded, name, role, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING id, email, name, role, password_hash, created_at, disabled_at",
    )
    .bind(&user.email)
    .bind(user.email.to_lowercase())
    .bind(&user.name)
    .bind(user.role.as_str())
    .bind(&user.password_hash)
    .bind(to_ms(user.created_at))
    .fetch_one(connection)
    .await
    .map_err(|error| match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Taken("this e-mail address"),
        _ => error.into(),
    })?
    .try_into()
}

#[async_trait]
impl Accounts for Engine {
    async fn create_user(&self, user: &NewUser) -> Result<User> {
        insert_user(user, &self.writer).await
    }

    async fn create_first_user(&self, user: &NewUser) -> Result<Option<User>> {
        let mut transaction = self.begin().await?;
        if any_user(&mut *transaction).await? {
            return Ok(None);
        }
        let user = insert_user(user, &mut *transaction).await?;
        transaction.commit().await?;
        Ok(Some(user))
    }

    async fn user(&self, id: UserId) -> Result<Option<User>> {
        let row = sqlx::query_as::<_, UserRow>(users!(
            "WHERE id = $1 AND disabled_at IS NULL AND removed_at IS NULL"
        ))
        .bind(id.0)
        .fetch_optional(&self.readers)
        .await?;
        row.map(User::try_from).transpose()
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<(User, String)>> {
        // A removed account has no address.
        let row = sqlx::query_as::<_, UserRow>(users!("WHERE email_folded = $1"))
            .bind(email.to_lowercase())
            .fetch_optional(&self.readers)
            .await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn users(&self) -> Result<Vec<User>> {
        let rows =
            sqlx::query_as::<_, UserRow>(users!("WHERE removed_at IS NULL ORDER BY name COLLATE NOCASE, id"))
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter().map(User::try_from).collect()
    }

    async fn has_users(&self) -> Result<bool> {
        any_user(&self.readers).await
    }

    async fn set_password(&self, id: UserId, password_hash: &str) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let changed = set_password(id, password_hash, &mut transaction).await?;
        transaction.commit().await?;
        Ok(changed)
    }

    async fn save_session(&self, session: &SessionRecord) -> Result<()> {
        sqlx::query(
            "INSERT INTO sessions (id_hash, user_id, data, expires_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id_hash) DO UPDATE SET
                 user_id = excluded.user_id, data = excluded.data, expires_at = excluded.expires_at",
        )
        .bind(&session.id_hash)
        .bind(session.user_id.map(|id| id.0))
        .bind(&session.data)
        .bind(to_ms(session.expires_at))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn session(&self, id_hash: &[u8], now: DateTime<Utc>) -> Result<Option<SessionRecord>> {
        let row = sqlx::query_as::<_, SessionRow>(
            "SELECT id_hash, user_id, data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2",
        )
        .bind(id_hash)
        .bind(to_ms(now))
        .fetch_optional(&self.readers)
        .await?;
        row.map(TryInto::try_into).transpose()
    }

    async fn delete_session(&self, id_hash: &[u8]) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE id_hash = $1").bind(id_hash).execute(&self.writer).await?;
        Ok(())
    }

    async fn remember_device(&self, id: UserId, id_hash: &[u8], until: DateTime<Utc>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO known_devices (user_id, id_hash, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, id_hash) DO UPDATE SET expires_at = excluded.expires_at",
        )
        .bind(id.0)
        .bind(id_hash)
        .bind(to_ms(until))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "DELETE FROM known_devices WHERE user_id = $1 AND id_hash NOT IN (
                 SELECT id_hash FROM known_devices WHERE user_id = $1 ORDER BY expires_at DESC LIMIT $2)",
        )
        .bind(id.0)
        .bind(i64::from(DEVICES_MAX))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn is_known_device(&self, id: UserId, id_hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
        let known = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM known_devices WHERE user_id = $1 AND id_hash = $2 AND expires_at > $3)",
        )
        .bind(id.0)
        .bind(id_hash)
        .bind(to_ms(now))
        .fetch_one(&self.readers)
        .await?;
        Ok(known)
    }

    async fn delete_expired_sessions(&self, now: DateTime<Utc>) -> Result<u64> {
        sqlx::query("DELETE FROM one_use_links WHERE expires_at <= $1")
            .bind(to_ms(now - LINKS_KEPT))
            .execute(&self.writer)
            .await?;
        sqlx::query("DELETE FROM known_devices WHERE expires_at <= $1")
            .bind(to_ms(now))
            .execute(&self.writer)
            .await?;
        let done = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
            .bind(to_ms(now))
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}

/// Replaces a password hash, and ends what was opened or could be set with the one before.
pub(super) async fn set_password(
    id: UserId,
    password_hash: &str,
    connection: &mut Connection,
) -> Result<bool> {
    let changed = sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2 AND removed_at IS NULL")
        .bind(password_hash)
        .bind(id.0)
        .execute(&mut *connection)
        .await?
        .rows_affected();
    void_links(id, connection).await?;
    close(id, true, connection).await?;
    Ok(changed > 0)
}

/// Voids links that would set a person's password.
pub(super) async fn void_links(id: UserId, connection: &mut Connection) -> Result<()> {
    sqlx::query("DELETE FROM one_use_links WHERE user_id = $1 AND used_at IS NULL")
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends all sessions of a person, and forgets the browsers that they are known by if asked to; returns how many sessions that were.
pub(super) async fn close(id: UserId, forget_devices: bool, connection: &mut Connection) -> Result<u64> {
    if forget_devices {
        sqlx::query("DELETE FROM known_devices WHERE user_id = $1")
            .bind(id.0)
            .execute(&mut *connection)
            .await?;
    }
    let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(id.0).execute(connection).await?;
    Ok(ended.rows_affected())
}

async fn any_user(connection: impl Executor<'_, Database = Db>) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(connection).await?)
}
