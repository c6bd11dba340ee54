//! Codes that work once.

use chrono::{DateTime, Utc};

use super::super::SqliteStore;
use super::super::columns::to_ms;
use crate::Result;

pub(super) async fn keep(
    hash: &[u8; 32],
    data: &str,
    (until, now): (DateTime<Utc>, DateTime<Utc>),
    store: &SqliteStore,
) -> Result<()> {
    let mut transaction = store.begin().await?;
    sqlx::query("DELETE FROM pending_codes WHERE until <= ?")
        .bind(to_ms(now))
        .execute(&mut *transaction)
        .await?;
    sqlx::query("INSERT INTO pending_codes (hash, data, until) VALUES (?, ?, ?)")
        .bind(&hash[..])
        .bind(data)
        .bind(to_ms(until))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn take(hash: &[u8; 32], now: DateTime<Utc>, store: &SqliteStore) -> Result<Option<String>> {
    let taken = sqlx::query_scalar("DELETE FROM pending_codes WHERE hash = ? AND until > ? RETURNING data")
        .bind(&hash[..])
        .bind(to_ms(now))
        .fetch_optional(&store.writer)
        .await?;
    Ok(taken)
}
