//! The chain of hashes: `SHA-256(hash of the entry before ‖ JSON array of id, at, user_id, action, subject, details)`. The first entry
//! follows 32 zero bytes. The newest id and hash stand in `audit_head` too, so that a record that was cut off is noticed.

use domain::{AuditCheck, AuditFault};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqlitePool;
use sqlx::{FromRow, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::hexadecimal;
use crate::Result;

/// What the first entry follows.
const NOTHING: [u8; 32] = [0; 32];

/// An entry's own content, as the table has it.
#[derive(sqlx::FromRow)]
pub(super) struct Entry {
    pub(super) id: i64,
    pub(super) at: i64,
    pub(super) user_id: Option<i64>,
    pub(super) action: String,
    pub(super) subject: String,
    pub(super) details: String,
}

impl Entry {
    fn hash(&self, before: &[u8]) -> Vec<u8> {
        let Self { id, at, user_id, action, subject, details } = self;
        // JSON, since it says where a text ends.
        let content = serde_json::json!([id, at, user_id, action, subject, details]).to_string();
        Sha256::new().chain_update(before).chain_update(content).finalize().to_vec()
    }
}

/// The newest entry.
#[derive(sqlx::FromRow)]
pub(super) struct Head {
    pub(super) id: i64,
    pub(super) hash: Vec<u8>,
}

async fn head(connection: &mut SqliteConnection) -> Result<Option<Head>> {
    Ok(sqlx::query_as("SELECT id, hash FROM audit_head").fetch_optional(connection).await?)
}

/// What the next entry follows. Its id is the highest that was ever used, also by somebody who put entries in: a record that was
/// tampered with must not keep anybody from working.
pub(super) async fn next(connection: &mut SqliteConnection) -> Result<Head> {
    let highest: i64 = sqlx::query_scalar(
        "SELECT max(coalesce((SELECT max(id) FROM audit_events), 0),
                    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit_events'), 0))",
    )
    .fetch_one(&mut *connection)
    .await?;
    let head = head(connection).await?.unwrap_or(Head { id: 0, hash: NOTHING.to_vec() });
    Ok(Head { id: highest.max(head.id), hash: head.hash })
}

/// Entries that are written at once: SQLite takes 32,766 values in a statement.
const WRITTEN_AT_ONCE: usize = 1_000;

/// Writes entries behind the newest one.
pub(super) async fn append(
    entries: &[Entry],
    mut newest: Head,
    connection: &mut SqliteConnection,
) -> Result<()> {
    for entries in entries.chunks(WRITTEN_AT_ONCE) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO audit_events (id, at, user_id, action, subject, details, hash) ",
        );
        sql.push_values(entries, |mut row, entry| {
            newest = Head { id: entry.id, hash: entry.hash(&newest.hash) };
            row.push_bind(entry.id)
                .push_bind(entry.at)
                .push_bind(entry.user_id)
                .push_bind(&entry.action)
                .push_bind(&entry.subject)
                .push_bind(&entry.details)
                .push_bind(newest.hash.clone());
        });
        sql.build().execute(&mut *connection).await?;
    }
    keep(&newest, connection).await
}

/// Notes the newest entry.
async fn keep(head: &Head, connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit_head (one, id, hash) VALUES (1, ?, ?)
         ON CONFLICT (one) DO UPDATE SET id = excluded.id, hash = excluded.hash",
    )
    .bind(head.id)
    .bind(&head.hash)
    .execute(connection)
    .await?;
    Ok(())
}

const ENTRIES: &str = "SELECT id, at, user_id, action, subject, details, hash FROM audit_events ORDER BY id";

/// Entries whose hashes are written between two looks.
const SEALED_AT_ONCE: u32 = 10_000;

/// Gives the entries of a database from before the chain their hashes, once: a record that lost its head keeps its faults.
pub(in crate::sqlite) async fn seal(writer: &SqlitePool) -> Result<()> {
    let is_new = "SELECT NOT EXISTS (SELECT 1 FROM audit_head)
                      AND NOT EXISTS (SELECT 1 FROM audit_events WHERE hash IS NOT NULL)
                      AND coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit_events'), 0)
                          = coalesce((SELECT max(id) FROM audit_events), 0)";
    // Nothing is locked where nothing is to be done; another program may have done it meanwhile.
    if !sqlx::query_scalar::<_, bool>(is_new).fetch_one(writer).await? {
        return Ok(());
    }
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    if !sqlx::query_scalar::<_, bool>(is_new).fetch_one(&mut *transaction).await? {
        return Ok(());
    }
    let mut newest = Head { id: 0, hash: NOTHING.to_vec() };
    loop {
        let entries: Vec<Entry> = sqlx::query_as(
            "SELECT id, at, user_id, action, subject, details FROM audit_events WHERE id > ? ORDER BY id LIMIT ?",
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
            "WITH made AS MATERIALIZED (SELECT value FROM json_each(?))
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

/// Goes through the record, oldest first.
///
/// An entry is sound when it follows the last sound one, or the entry before as that stands or as it should stand: one entry that was
/// tampered with is one fault, and the next one is sound again.
pub(super) async fn check(connection: &mut SqliteConnection) -> Result<AuditCheck> {
    let kept = head(connection).await?;
    let mut check = AuditCheck::default();
    let fault = |found: AuditFault, check: &mut AuditCheck| {
        if check.faults.len() < AuditCheck::FAULTS_MAX {
            check.faults.push(found);
        }
    };
    // The hashes that the next entry may follow: of the last sound entry, and of the entry before as it stands and as it should.
    let mut followed = [NOTHING.to_vec(), NOTHING.to_vec(), NOTHING.to_vec()];
    let mut last = 0;
    let is_head = |id: i64, hash: &[u8]| kept.as_ref().is_some_and(|kept| kept.id == id && kept.hash == hash);
    let mut meets_head = is_head(0, &NOTHING);
    let mut rows = sqlx::query(ENTRIES).fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        check.entries += 1;
        let entry = Entry::from_row(&row)?;
        let hash: Vec<u8> = row.try_get::<Option<_>, _>("hash")?.unwrap_or_default();
        let sound = &followed[0];
        let is_sound = followed.iter().any(|followed| entry.hash(followed) == hash);
        // Nothing of ours comes behind the head.
        let is_behind = kept.as_ref().is_some_and(|kept| entry.id > kept.id);
        followed = if is_sound && !is_behind {
            [hash.clone(), hash.clone(), hash.clone()]
        } else {
            let gap = !is_behind && entry.id > last + 1;
            fault(
                if gap { AuditFault::Missing(last, entry.id) } else { AuditFault::Changed(entry.id) },
                &mut check,
            );
            [sound.clone(), hash.clone(), entry.hash(sound)]
        };
        meets_head |= is_head(entry.id, &hash);
        last = entry.id;
    }
    drop(rows);
    match &kept {
        Some(kept) if last < kept.id => fault(AuditFault::CutOff(last, kept.id), &mut check),
        Some(_) if meets_head => {}
        _ => fault(AuditFault::NoHead, &mut check),
    }
    check.head = kept.map(|kept| (kept.id, hexadecimal(&kept.hash)));
    Ok(check)
}
