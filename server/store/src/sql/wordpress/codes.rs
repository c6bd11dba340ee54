//! Codes that work once.

use chrono::{DateTime, Utc};

use super::super::Engine;
use super::super::columns::to_ms;
use crate::Result;

pub(super) async fn keep(
    hash: &[u8; 32],
    data: &str,
    (until, now): (DateTime<Utc>, DateTime<Utc>),
    store: &Engine,
) -> Result<()> {
    let mut transaction = store.begin().await?;
    sqlx::query("DELETE FROM pending_codes WHERE until <= $1")
        .bind(to_ms(now))
        .execute(&mut *transaction)
        .await?;
    sqlx::query("INSERT INTO pending_codes (hash, data, until) VALUES ($1, $2, $3)")
        .bind(&hash[..])
        .bind(data)
        .bind(to_ms(until))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn take(hash: &[u8; 32], now: DateTime<Utc>, store: &Engine) -> Result<Option<String>> {
    let taken = sqlx::query_scalar("DELETE FROM pending_codes WHERE hash = $1 AND until > $2 RETURNING data")
        .bind(&hash[..])
        .bind(to_ms(now))
        .fetch_optional(&store.writer)
        .await?;
    Ok(taken)
}
