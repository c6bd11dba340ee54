//! Links that work once: invitations, and links that set a new password.

use chrono::{DateTime, Utc};
use domain::{Invitation, LinkPurpose, User, UserId};
use serde_json::{Value, json};
use sqlx::Executor;

use super::accounts::{self, UserRow};
use super::columns::{At, to_ms};
use super::{Connection, Db, Engine, audit};
use crate::{NewAuditEvent, NewLink, NewUser, OneUseLink, Result, StoreError};

#[derive(sqlx::FromRow)]
struct LinkRow {
    id: i64,
    user_id: Option<i64>,
    name: Option<String>,
    email: String,
    role: Option<String>,
    created_by: Option<i64>,
    expires_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<LinkRow> for OneUseLink {
    type Error = StoreError;

    fn try_from(row: LinkRow) -> Result<Self> {
        let at = At { table: "one_use_links", id: row.id };
        let purpose = match row.user_id {
            Some(_) => LinkPurpose::Reset(row.name.unwrap_or_default()),
            None => LinkPurpose::Invitation(at.word("role", row.role.as_deref().unwrap_or_default())?),
        };
        Ok(Self {
            id: row.id,
            purpose,
            email: row.email,
            expires_at: at.time("expires_at", row.expires_at)?,
            used_at: at.maybe_time("used_at", row.used_at)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct InvitationRow {
    id: i64,
    email: String,
    role: String,
    invited_by: Option<String>,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = StoreError;

    fn try_from(row: InvitationRow) -> Result<Self> {
        let at = At { table: "one_use_links", id: row.id };
        Ok(Self {
            id: row.id,
            role: at.word("role", &row.role)?,
            created_at: at.time("created_at", row.created_at)?,
            expires_at: at.time("expires_at", row.expires_at)?,
            email: row.email,
            invited_by: row.invited_by,
        })
    }
}

/// An event about somebody's account or invitation; the record says so when nobody's session stands behind it.
pub(super) fn about(
    subject: String,
    email: &str,
    action: &'static str,
    mut facts: Value,
    (by, at): (Option<UserId>, DateTime<Utc>),
) -> NewAuditEvent {
    facts["email"] = json!(email);
    if by.is_none() {
        facts["by"] = json!("command line");
    }
    NewAuditEvent { at, user_id: by, action, subject, details: facts }
}

fn of_invitation(id: i64) -> String {
    format!("invitation:{id}")
}

/// How the record names an account.
pub(super) fn of_user(id: UserId) -> String {
    format!("user:{}", id.0)
}

pub(super) async fn create(store: &Engine, link: &NewLink) -> Result<i64> {
    let mut transaction = store.begin().await?;
    let folded = link.email.to_lowercase();
    if link.user_id.is_none() {
        let has_account = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE email_folded = $1)");
        if has_account.bind(&folded).fetch_one(&mut *transaction).await? {
            return Err(StoreError::Taken("this e-mail address"));
        }
    }
    let earlier = "DELETE FROM one_use_links WHERE used_at IS NULL AND email_folded = $1 AND user_id IS NOT DISTINCT FROM $2";
    sqlx::query(earlier).bind(&folded).bind(link.user_id.map(|id| id.0)).execute(&mut *transaction).await?;
    let id = sqlx::query_scalar(
        "INSERT INTO one_use_links (hash, user_id, email, email_folded, role, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(&link.hash[..])
    .bind(link.user_id.map(|id| id.0))
    .bind(&link.email)
    .bind(&folded)
    .bind(link.role.map(|role| role.as_str()))
    .bind(link.created_by.map(|id| id.0))
    .bind(to_ms(link.created_at))
    .bind(to_ms(link.expires_at))
    .fetch_one(&mut *transaction)
    .await?;
    let by = (link.created_by, link.created_at);
    let event = match link.user_id {
        Some(user) => about(of_user(user), &link.email, "user.reset_link_made", json!({}), by),
        None => about(of_invitation(id), &link.email, "user.invited", json!({ "role": link.role }), by),
    };
    audit::record(&event, &mut transaction).await?;
    transaction.commit().await?;
    Ok(id)
}

async fn row(hash: &[u8; 32], connection: impl Executor<'_, Database = Db>) -> Result<Option<LinkRow>> {
    let row = sqlx::query_as(
        "SELECT l.id, l.user_id, u.name, l.email, l.role, l.created_by, l.expires_at, l.used_at
         FROM one_use_links l LEFT JOIN users u ON u.id = l.user_id WHERE l.hash = $1",
    );
    Ok(row.bind(&hash[..]).fetch_optional(connection).await?)
}

pub(super) async fn find(
    hash: &[u8; 32],
    connection: impl Executor<'_, Database = Db>,
) -> Result<Option<OneUseLink>> {
    row(hash, connection).await?.map(OneUseLink::try_from).transpose()
}

pub(super) async fn open_invitations(store: &Engine, now: DateTime<Utc>) -> Result<Vec<Invitation>> {
    let rows = sqlx::query_as::<_, InvitationRow>(
        "SELECT l.id, l.email, l.role, u.name AS invited_by, l.created_at, l.expires_at
         FROM one_use_links l LEFT JOIN users u ON u.id = l.created_by
         WHERE l.user_id IS NULL AND l.used_at IS NULL AND l.expires_at > $1 ORDER BY l.id DESC",
    )
    .bind(to_ms(now))
    .fetch_all(&store.readers)
    .await?;
    rows.into_iter().map(Invitation::try_from).collect()
}

pub(super) async fn withdraw(
    store: &Engine,
    id: i64,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> Result<Option<Invitation>> {
    let mut transaction = store.begin().await?;
    let row = sqlx::query_as::<_, InvitationRow>(
        "DELETE FROM one_use_links WHERE id = $1 AND user_id IS NULL AND used_at IS NULL AND expires_at > $2
         RETURNING id, email, role, NULL AS invited_by, created_at, expires_at",
    )
    .bind(id)
    .bind(to_ms(at))
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(invitation) = row.map(Invitation::try_from).transpose()? else { return Ok(None) };
    let facts = json!({ "role": invitation.role });
    let event = about(of_invitation(id), &invitation.email, "user.invitation_withdrawn", facts, (by, at));
    audit::record(&event, &mut transaction).await?;
    transaction.commit().await?;
    Ok(Some(invitation))
}

/// Marks a link as used and returns it, if it works at this time.
async fn spend(hash: &[u8; 32], at: DateTime<Utc>, connection: &mut Connection) -> Result<Option<LinkRow>> {
    let spent = sqlx::query(
        "UPDATE one_use_links SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $1",
    );
    if spent.bind(to_ms(at)).bind(&hash[..]).execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(None);
    }
    row(hash, connection).await
}

pub(super) async fn accept_invitation(
    store: &Engine,
    hash: &[u8; 32],
    name: &str,
    password_hash: &str,
    at: DateTime<Utc>,
) -> Result<Option<User>> {
    let mut transaction = store.begin().await?;
    let Some(link) = spend(hash, at, &mut transaction).await?.filter(|link| link.user_id.is_none()) else {
        return Ok(None);
    };
    let place = At { table: "one_use_links", id: link.id };
    let role = place.word("role", link.role.as_deref().unwrap_or_default())?;
    let new = NewUser {
        email: link.email,
        name: name.to_owned(),
        role,
        password_hash: password_hash.to_owned(),
        created_at: at,
    };
    let user = accounts::insert_user(&new, &mut *transaction).await?;
    let facts = json!({ "role": role, "invitation": link.id, "invited_by": link.created_by });
    let event = about(of_user(user.id), &user.email, "user.created", facts, (Some(user.id), at));
    audit::record(&event, &mut transaction).await?;
    transaction.commit().await?;
    Ok(Some(user))
}

pub(super) async fn accept_reset(
    store: &Engine,
    hash: &[u8; 32],
    password_hash: &str,
    at: DateTime<Utc>,
) -> Result<Option<User>> {
    let mut transaction = store.begin().await?;
    let Some(id) = spend(hash, at, &mut transaction).await?.and_then(|link| link.user_id) else {
        return Ok(None);
    };
    let row = sqlx::query_as::<_, UserRow>(accounts::users!(
        "WHERE id = $1 AND disabled_at IS NULL AND removed_at IS NULL"
    ))
    .bind(id)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(user) = row.map(User::try_from).transpose()? else { return Ok(None) };
    accounts::set_password(user.id, password_hash, &mut transaction).await?;
    let event = about(of_user(user.id), &user.email, "user.password_reset", json!({}), (Some(user.id), at));
    audit::record(&event, &mut transaction).await?;
    transaction.commit().await?;
    Ok(Some(user))
}
