//! Gives a record from before the chain its hashes.

use sqlx::sqlite::SqlitePool;

use super::audit::chain::{Entry, Head, NOTHING, keep};
use super::audit::hexadecimal;
use crate::Result;

/// Entries whose hashes are written between two looks.
const SEALED_AT_ONCE: u32 = 10_000;

/// Gives the entries of a database from before the chain their hashes, once: a record that lost its head keeps its faults.
pub(super) async fn seal(writer: &SqlitePool) -> Result<()> {
    let is_new = "SELECT NOT EXISTS (SELECT 1 FROM audit_head)
                      AND NOT EXISTS (SELECT 1 FROM audit_events WHERE hash IS NOT NULL)
                      AND coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit_events'), 0)
                          = coalesce((SELECT max(id) FROM audit_events), 0)";
    // Nothing is locked where nothing is to be done; another program may have done it meanwhile.
    if !sqlx::query_scalar::<_, bool>(is_new).fetch_one(writer).await? {
        return Ok(());
    }
    let mut transaction = super::begin(writer).await?;
    if !sqlx::query_scalar::<_, bool>(is_new).fetch_one(&mut *transaction).await? {
        return Ok(());
    }
    let mut newest = Head { id: 0, hash: NOTHING.to_vec() };
    loop {
        let entries: Vec<Entry> = sqlx::query_as(
            "SELECT id, at, user_id, action, subject, details FROM audit_events WHERE id > ?1 ORDER BY id LIMIT ?2",
        )
        .bind(newest.id)
        .bind(SEALED_AT_ONCE)
        .fetch_all(&mut *transaction)
        .await?;
        if entries.is_empty() {
            break;
        }
        let mut hashes = Vec::new();
        for entry in entries {
            newest = Head { id: entry.id, hash: entry.hash(&newest.hash) };
            hashes.push((newest.id, hexadecimal(&newest.hash)));
        }
        sqlx::query(
            "WITH made AS MATERIALIZED (SELECT value FROM json_each(?1))
             UPDATE audit_events SET hash = unhex(value ->> 1) FROM made WHERE id = (value ->> 0)",
        )
        .bind(serde_json::json!(hashes).to_string())
        .execute(&mut *transaction)
        .await?;
    }
    keep(&newest, &mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}
