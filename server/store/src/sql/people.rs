//! People as administrators look after them. The last administrator is counted in the transaction that would take them away.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Invitation, OwnSession, Person, Role, User, UserId};
use serde_json::{Map, Value, json};

use super::accounts::{self, UserRow};
use super::columns::{At, to_ms};
use super::{Connection, Engine, audit, links};
use crate::{
    EndSessions, NewAuditEvent, NewLink, OneUseLink, People, PersonChange, PersonOutcome, Result,
    session_value,
};

#[async_trait]
impl People for Engine {
    async fn people(&self) -> Result<Vec<Person>> {
        let users = crate::Accounts::users(self).await?;
        let last: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT user_id, max(at) FROM audit_events WHERE action = 'login' AND user_id IS NOT NULL GROUP BY user_id",
        )
        .fetch_all(&self.readers)
        .await?;
        let person = |user: User| {
            let last = last.iter().find(|(id, _)| *id == user.id.0);
            let last_log_in =
                last.map(|(id, at)| At { table: "audit_events", id: *id }.time("at", *at)).transpose()?;
            Ok(Person { user, last_log_in })
        };
        users.into_iter().map(person).collect()
    }

    async fn names(&self) -> Result<Vec<(UserId, String)>> {
        let names = sqlx::query_as("SELECT id, name FROM users ORDER BY name COLLATE NOCASE, id");
        let names: Vec<(i64, String)> = names.fetch_all(&self.readers).await?;
        Ok(names.into_iter().map(|(id, name)| (UserId(id), name)).collect())
    }

    async fn change_person(
        &self,
        id: UserId,
        change: &PersonChange,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<PersonOutcome> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query_as::<_, UserRow>(accounts::users!("WHERE id = $1 AND removed_at IS NULL"))
            .bind(id.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(user) = row.map(User::try_from).transpose()? else { return Ok(PersonOutcome::Unknown) };
        if is_so(&user, change) {
            return Ok(PersonOutcome::Same(user));
        }
        if takes_an_admin(&user, change) && !another_admin(id, &mut transaction).await? {
            return Ok(PersonOutcome::LastAdmin(user));
        }
        let facts = apply(&user, change, at, &mut transaction).await?;
        audit::record(&event(&user, change, facts, by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(PersonOutcome::Done(user))
    }

    async fn create_link(&self, link: &NewLink) -> Result<i64> {
        links::create(self, link).await
    }

    async fn link(&self, hash: &[u8; 32]) -> Result<Option<OneUseLink>> {
        links::find(hash, &self.readers).await
    }

    async fn invitations(&self, now: DateTime<Utc>) -> Result<Vec<Invitation>> {
        links::open_invitations(self, now).await
    }

    async fn withdraw_invitation(
        &self,
        id: i64,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Option<Invitation>> {
        links::withdraw(self, id, by, at).await
    }

    async fn accept_invitation(
        &self,
        hash: &[u8; 32],
        name: &str,
        password_hash: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<User>> {
        links::accept_invitation(self, hash, name, password_hash, at).await
    }

    async fn accept_reset(
        &self,
        hash: &[u8; 32],
        password_hash: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<User>> {
        links::accept_reset(self, hash, password_hash, at).await
    }

    async fn sessions_of(&self, id: UserId, this: &[u8], now: DateTime<Utc>) -> Result<Vec<OwnSession>> {
        let rows: Vec<(Vec<u8>, i64, String)> = sqlx::query_as(
            "SELECT id_hash, expires_at, data FROM sessions
             WHERE user_id = $1 AND expires_at > $2 ORDER BY expires_at DESC, id_hash",
        )
        .bind(id.0)
        .bind(to_ms(now))
        .fetch_all(&self.readers)
        .await?;
        let at = At { table: "sessions", id: 0 };
        let session = |(hash, expires_at, data): (Vec<u8>, i64, String)| {
            let data: Map<String, Value> = at.json("data", &data)?;
            let text = |key| data.get(key).and_then(Value::as_str).map(str::to_owned);
            Ok(OwnSession {
                is_this: hash == this,
                key: audit::hexadecimal(&hash),
                since: at.maybe_time("data", data.get(session_value::SINCE).and_then(Value::as_i64))?,
                expires_at: at.time("expires_at", expires_at)?,
                from: text(session_value::FROM),
                browser: text(session_value::BROWSER),
            })
        };
        rows.into_iter().map(session).collect()
    }

    async fn end_sessions(&self, id: UserId, which: &EndSessions, at: DateTime<Utc>) -> Result<u64> {
        let mut transaction = self.begin().await?;
        let ended = match which {
            EndSessions::One(key) => sqlx::query(concat!(
                "DELETE FROM sessions WHERE user_id = $1 AND ",
                hexed!("id_hash"),
                " = $2"
            ))
            .bind(id.0)
            .bind(key.to_lowercase()),
            EndSessions::Others(hash) => {
                sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id_hash <> $2").bind(id.0).bind(hash)
            }
        };
        let ended = ended.execute(&mut *transaction).await?.rows_affected();
        if ended > 0 {
            let event = NewAuditEvent {
                at,
                user_id: Some(id),
                action: "session.ended",
                subject: links::of_user(id),
                details: json!({ "sessions": ended }),
            };
            audit::record(&event, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }
}

/// Whether nothing would change.
fn is_so(user: &User, change: &PersonChange) -> bool {
    match change {
        PersonChange::Role(role) => user.role == *role,
        PersonChange::Name(name) => user.name == *name,
        PersonChange::Disable => user.disabled_at.is_some(),
        PersonChange::Enable => user.disabled_at.is_none(),
        PersonChange::SignOut | PersonChange::Remove => false,
    }
}

/// Whether there is an administrator fewer afterwards who can log in.
fn takes_an_admin(user: &User, change: &PersonChange) -> bool {
    let is_one = user.role.allows(Role::Admin) && user.disabled_at.is_none();
    is_one
        && match change {
            PersonChange::Role(role) => !role.allows(Role::Admin),
            PersonChange::Disable | PersonChange::Remove => true,
            PersonChange::Name(_) | PersonChange::Enable | PersonChange::SignOut => false,
        }
}

async fn another_admin(id: UserId, connection: &mut Connection) -> Result<bool> {
    let another = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users
                        WHERE role = $1 AND id <> $2 AND disabled_at IS NULL AND removed_at IS NULL)",
    );
    Ok(another.bind(Role::Admin.as_str()).bind(id.0).fetch_one(connection).await?)
}

/// Writes the change; returns its facts for the record.
async fn apply(
    user: &User,
    change: &PersonChange,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<Value> {
    let id = user.id;
    Ok(match change {
        PersonChange::Role(role) => {
            let update = sqlx::query("UPDATE users SET role = $1 WHERE id = $2");
            update.bind(role.as_str()).bind(id.0).execute(connection).await?;
            json!({ "before": user.role, "after": role })
        }
        PersonChange::Name(name) => {
            let update = sqlx::query("UPDATE users SET name = $1 WHERE id = $2");
            update.bind(name).bind(id.0).execute(connection).await?;
            json!({ "before": user.name, "after": name })
        }
        PersonChange::Disable => {
            let update = sqlx::query("UPDATE users SET disabled_at = $1 WHERE id = $2");
            update.bind(to_ms(at)).bind(id.0).execute(&mut *connection).await?;
            json!({ "sessions": leave(id, false, connection).await? })
        }
        PersonChange::Enable => {
            let update = sqlx::query("UPDATE users SET disabled_at = NULL WHERE id = $1");
            update.bind(id.0).execute(connection).await?;
            json!({})
        }
        PersonChange::SignOut => json!({ "sessions": accounts::close(id, true, connection).await? }),
        PersonChange::Remove => {
            // No address has such a form, so the one that the account had is free.
            let update = sqlx::query(
                "UPDATE users SET removed_at = $1, email = '', email_folded = 'removed:' || id, password_hash = ''
                 WHERE id = $2",
            );
            update.bind(to_ms(at)).bind(id.0).execute(&mut *connection).await?;
            json!({ "role": user.role, "sessions": leave(id, true, connection).await? })
        }
    })
}

/// Ends sessions, voids links, and gives back what the person had for review.
async fn leave(id: UserId, forget_devices: bool, connection: &mut Connection) -> Result<u64> {
    sqlx::query("DELETE FROM claims WHERE user_id = $1").bind(id.0).execute(&mut *connection).await?;
    accounts::void_links(id, connection).await?;
    accounts::close(id, forget_devices, connection).await
}

fn event(
    user: &User,
    change: &PersonChange,
    facts: Value,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> NewAuditEvent {
    let action = match change {
        PersonChange::Role(_) => "user.role_changed",
        PersonChange::Name(_) => "user.renamed",
        PersonChange::Disable => "user.disabled",
        PersonChange::Enable => "user.enabled",
        PersonChange::SignOut => "user.signed_out",
        PersonChange::Remove => "user.removed",
    };
    links::about(links::of_user(user.id), &user.email, action, facts, (by, at))
}
