//! The chain of hashes: `SHA-256(hash of the entry before ‖ JSON array of id, at, user_id, action, subject, details)`. The first entry
//! follows 32 zero bytes. The newest id and hash stand in `audit_head` too, so that a record that was cut off is noticed.

use domain::{AuditCheck, AuditFault};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, QueryBuilder, Row};

use super::super::{Connection, Db};
use super::hexadecimal;
use crate::Result;

/// What the first entry follows.
pub(in super::super) const NOTHING: [u8; 32] = [0; 32];

/// An entry's own content, as the table has it.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Entry {
    pub(in super::super) id: i64,
    pub(in super::super) at: i64,
    pub(in super::super) user_id: Option<i64>,
    pub(in super::super) action: String,
    pub(in super::super) subject: String,
    pub(in super::super) details: String,
}

impl Entry {
    pub(in super::super) fn hash(&self, before: &[u8]) -> Vec<u8> {
        let Self { id, at, user_id, action, subject, details } = self;
        // JSON, since it says where a text ends.
        let content = serde_json::json!([id, at, user_id, action, subject, details]).to_string();
        Sha256::new().chain_update(before).chain_update(content).finalize().to_vec()
    }
}

/// The newest entry.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Head {
    pub(in super::super) id: i64,
    pub(in super::super) hash: Vec<u8>,
}

async fn head(connection: &mut Connection) -> Result<Option<Head>> {
    Ok(sqlx::query_as("SELECT id, hash FROM audit_head").fetch_optional(connection).await?)
}

/// What the next entry follows. Its id is the highest that was ever used, also by somebody who put entries in: a record that was
/// tampered with must not keep anybody from working.
pub(super) async fn next(connection: &mut Connection) -> Result<Head> {
    let (last, ever): (i64, i64) = sqlx::query_as(concat!(
        "SELECT coalesce((SELECT max(id) FROM audit_events), 0), ",
        ever_given!("audit_events")
    ))
    .fetch_one(&mut *connection)
    .await?;
    let head = head(connection).await?.unwrap_or(Head { id: 0, hash: NOTHING.to_vec() });
    Ok(Head { id: last.max(ever).max(head.id), hash: head.hash })
}

/// Entries that are written at once: SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
const WRITTEN_AT_ONCE: usize = 1_000;

/// Writes entries behind the newest one.
pub(super) async fn append(entries: &[Entry], mut newest: Head, connection: &mut Connection) -> Result<()> {
    for entries in entries.chunks(WRITTEN_AT_ONCE) {
        let mut sql = QueryBuilder::<Db>::new(
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
pub(in super::super) async fn keep(head: &Head, connection: &mut Connection) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit_head (one, id, hash) VALUES (1, $1, $2)
         ON CONFLICT (one) DO UPDATE SET id = excluded.id, hash = excluded.hash",
    )
    .bind(head.id)
    .bind(&head.hash)
    .execute(connection)
    .await?;
    Ok(())
}

const ENTRIES: &str = "SELECT id, at, user_id, action, subject, details, hash FROM audit_events ORDER BY id";

/// Goes through the record, oldest first.
///
/// An entry is sound when it follows the last sound one, or the entry before as that stands or as it should stand: one entry that was
/// tampered with is one fault, and the next one is sound again.
pub(in super::super) async fn check(connection: &mut Connection) -> Result<AuditCheck> {
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
