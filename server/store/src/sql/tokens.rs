//! Tokens that apps use at the gateway.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiToken, ApiTokenId, PreviousSecret, TokenBounds, UserId};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::columns::{At, to_ms};
use super::{Engine, audit};
use crate::{ApiTokens, NewApiToken, NewAuditEvent, NewSecret, Result, SecretOf, StoreError};

pub(super) const COLUMNS: &str = "id, name, prefix, site, per_minute, fallback, of_people, created_at, last_used_at, \
                                  revoked_at, expires_at, scopes, networks, rotations, previous_prefix, previous_until";

#[derive(sqlx::FromRow)]
pub(super) struct TokenRow {
    id: i64,
    name: String,
    prefix: String,
    site: String,
    per_minute: Option<i64>,
    fallback: String,
    of_people: bool,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    expires_at: Option<i64>,
    scopes: String,
    networks: String,
    rotations: i64,
    previous_prefix: Option<String>,
    previous_until: Option<i64>,
}

/// A token, and whether it was found by the secret that another one replaced.
#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    token: TokenRow,
    is_previous: bool,
}

impl TryFrom<TokenRow> for ApiToken {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self> {
        let at = At { table: "api_tokens", id: row.id };
        let scopes = row.scopes.split_whitespace().map(|word| at.word("scopes", word));
        let networks = row.networks.split_whitespace().map(|word| at.word("networks", word));
        let until = at.maybe_time("previous_until", row.previous_until)?;
        Ok(Self {
            bounds: TokenBounds {
                scopes: scopes.collect::<Result<_>>()?,
                networks: networks.collect::<Result<_>>()?,
                expires_at: at.maybe_time("expires_at", row.expires_at)?,
            },
            rotations: at.number("rotations", row.rotations)?,
            previous: row.previous_prefix.zip(until).map(|(prefix, until)| PreviousSecret { prefix, until }),
            id: ApiTokenId(row.id),
            fallback: at.word("fallback", &row.fallback)?,
            created_at: at.time("created_at", row.created_at)?,
            last_used_at: at.maybe_time("last_used_at", row.last_used_at)?,
            revoked_at: at.maybe_time("revoked_at", row.revoked_at)?,
            name: row.name,
            prefix: row.prefix,
            site: row.site,
            per_minute: at.maybe_number("per_minute", row.per_minute)?,
            of_people: row.of_people,
        })
    }
}

#[async_trait]
impl ApiTokens for Engine {
    async fn create_api_token(&self, token: &NewApiToken) -> Result<ApiToken> {
        let mut transaction = self.begin().await?;
        let created: ApiToken = sqlx::query_as::<_, TokenRow>(AssertSqlSafe(format!(
            "INSERT INTO api_tokens (name, hash, prefix, site, per_minute, fallback, created_at, expires_at, scopes, networks)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             RETURNING {COLUMNS}"
        )))
        .bind(&token.name)
        .bind(&token.hash[..])
        .bind(&token.prefix)
        .bind(&token.site)
        .bind(token.per_minute.map(i64::from))
        .bind(token.fallback.as_str())
        .bind(to_ms(token.created_at))
        .bind(token.bounds.expires_at.map(to_ms))
        .bind(token.bounds.scope_words().replace(',', ""))
        .bind(token.bounds.network_words().replace(',', ""))
        .fetch_one(&mut *transaction)
        .await
        .map_err(|error| match error.as_database_error() {
            Some(database) if database.is_unique_violation() => StoreError::Taken("this name of a token"),
            _ => error.into(),
        })?
        .try_into()?;
        let mut event = event("token.created", &created, token.created_by, token.created_at);
        tell_bounds(&token.bounds, &mut event);
        audit::record(&event, &mut transaction).await?;
        transaction.commit().await?;
        Ok(created)
    }

    async fn api_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<SecretOf>> {
        let row = sqlx::query_as::<_, FoundRow>(AssertSqlSafe(format!(
            "SELECT {COLUMNS}, hash <> $1 AS is_previous
             FROM api_tokens WHERE (hash = $1 OR previous_hash = $1) AND revoked_at IS NULL"
        )))
        .bind(&hash[..])
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| Ok(SecretOf { is_previous: row.is_previous, token: row.token.try_into()? })).transpose()
    }

    async fn api_tokens(&self) -> Result<Vec<ApiToken>> {
        let rows = sqlx::query_as::<_, TokenRow>(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM api_tokens ORDER BY id DESC"
        )))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(ApiToken::try_from).collect()
    }

    async fn revoke_api_token(
        &self,
        name: &str,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Option<ApiToken>> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query_as::<_, TokenRow>(AssertSqlSafe(format!(
            "UPDATE api_tokens SET revoked_at = $1 WHERE name = $2 AND revoked_at IS NULL RETURNING {COLUMNS}"
        )))
        .bind(to_ms(at))
        .bind(name)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let revoked = ApiToken::try_from(row)?;
        audit::record(&event("token.revoked", &revoked, by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(Some(revoked))
    }

    async fn mark_api_token(
        &self,
        name: &str,
        of_people: bool,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<Option<ApiToken>> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query_as::<_, TokenRow>(AssertSqlSafe(format!(
            "UPDATE api_tokens SET of_people = $1 WHERE name = $2 AND revoked_at IS NULL RETURNING {COLUMNS}"
        )))
        .bind(of_people)
        .bind(name)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let marked = ApiToken::try_from(row)?;
        let mut event = event("token.marked", &marked, by, at);
        event.details["feedback_of"] = json!(if of_people { "people" } else { "program" });
        audit::record(&event, &mut transaction).await?;
        transaction.commit().await?;
        Ok(Some(marked))
    }

    async fn rotate_api_token(&self, new: &NewSecret) -> Result<Option<ApiToken>> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query_as::<_, TokenRow>(AssertSqlSafe(format!(
            "UPDATE api_tokens
             SET previous_hash = hash, previous_prefix = prefix, previous_until = $1,
                 hash = $2, prefix = $3, rotations = rotations + 1
             WHERE name = $4 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5)
             RETURNING {COLUMNS}"
        )))
        .bind(to_ms(new.old_until))
        .bind(&new.hash[..])
        .bind(&new.prefix)
        .bind(&new.name)
        .bind(to_ms(new.at))
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let rotated = ApiToken::try_from(row)?;
        let mut event = event("token.rotated", &rotated, new.by, new.at);
        event.details["old_prefix"] = json!(rotated.previous.as_ref().map(|previous| &previous.prefix));
        event.details["old_until"] = json!(new.old_until);
        audit::record(&event, &mut transaction).await?;
        transaction.commit().await?;
        Ok(Some(rotated))
    }

    async fn api_token_used(&self, id: ApiTokenId, at: DateTime<Utc>) -> Result<()> {
        sqlx::query("UPDATE api_tokens SET last_used_at = $1 WHERE id = $2")
            .bind(to_ms(at))
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn event(action: &'static str, token: &ApiToken, by: Option<UserId>, at: DateTime<Utc>) -> NewAuditEvent {
    NewAuditEvent {
        at,
        user_id: by,
        action,
        subject: format!("token:{}", token.id.0),
        details: json!({ "name": token.name, "site": token.site, "prefix": token.prefix }),
    }
}

/// Only what is bounded is told.
fn tell_bounds(bounds: &TokenBounds, event: &mut NewAuditEvent) {
    if !bounds.has_all_scopes() {
        event.details["scopes"] = json!(bounds.scope_words());
    }
    if !bounds.networks.is_empty() {
        event.details["networks"] = json!(bounds.network_words());
    }
    if let Some(day) = bounds.last_day() {
        event.details["last_day"] = json!(day);
    }
}
