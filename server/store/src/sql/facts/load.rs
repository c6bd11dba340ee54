//! Brings what is kept in memory up to date.

use std::sync::Arc;
use std::time::Instant;

use sqlx::AssertSqlSafe;
use tokio::time::timeout_at;

use super::super::Pool;
use super::super::columns::BY_ID;
use super::block::{Bits, Row, ids_of, place};
use super::{Facts, Kept, MOST};
use crate::Result;

/// Ids of changed rows that are read at once.
const AT_ONCE: usize = 1_000;

type Read = (i64, i64, f64, i64, i64, Option<String>, Option<String>);

/// How far the database is.
#[derive(sqlx::FromRow)]
struct Marks {
    seq: i64,
    first_seq: i64,
    newest: i64,
}

impl Facts {
    /// Reads what is new or has changed, then older detections until the one with this id is here or the time is over; the rest is
    /// read meanwhile. Whether what is here is as the database has it.
    pub(super) async fn catch_up(
        self: &Arc<Self>,
        first: i64,
        until: Instant,
        readers: &Pool,
    ) -> Result<bool> {
        // While others read, what is here has to do.
        let Ok(alone) = timeout_at(until.into(), self.reading.lock()).await else { return Ok(false) };
        self.read_changes(readers).await?;
        drop(alone);
        while !self.kept().reaches(first) && self.kept().rows() < MOST {
            if Instant::now() >= until {
                let (facts, readers) = (Arc::clone(self), readers.clone());
                tokio::spawn(async move { while facts.read_older(&readers).await.unwrap_or(false) {} });
                break;
            }
            if !self.read_older(readers).await? {
                break;
            }
        }
        Ok(true)
    }

    async fn read_changes(&self, readers: &Pool) -> Result<()> {
        let marks: Marks = sqlx::query_as(
            "SELECT coalesce(max(seq), 0) AS seq, coalesce(min(seq), 0) AS first_seq,
                    (SELECT coalesce(max(id), 0) FROM detections) AS newest FROM detection_changes",
        )
        .fetch_one(readers)
        .await?;
        let read = self.kept().seq;
        let Some(read) = read.filter(|read| marks.first_seq <= read + 1 && *read <= marks.seq) else {
            // The first reading, or too much was missed.
            let (seq, newest) = (Some(marks.seq), marks.newest);
            *self.kept_mut() = Kept { seq, newest, oldest: newest + 1, ..Kept::default() };
            return Ok(());
        };
        let changed: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT detection_id FROM detection_changes WHERE seq > $1 AND seq <= $2 ORDER BY detection_id",
        )
        .bind(read)
        .bind(marks.seq)
        .fetch_all(readers)
        .await?;
        for ids in changed.chunks(AT_ONCE) {
            let rows = rows_of(ids, readers).await?;
            let mut kept = self.kept_mut();
            for id in ids {
                kept.forget(*id);
            }
            kept.keep(rows);
        }
        let mut first = self.kept().newest + 1;
        while first <= marks.newest {
            let last = marks.newest.min(ids_of(place(first).0).1);
            let rows = rows_between(first, last, readers).await?;
            self.kept_mut().keep(rows);
            first = last + 1;
        }
        let mut kept = self.kept_mut();
        (kept.seq, kept.newest) = (Some(marks.seq), kept.newest.max(marks.newest));
        kept.let_go();
        Ok(())
    }

    /// Reads some that are older than all that are here; whether there may be more.
    async fn read_older(&self, readers: &Pool) -> Result<bool> {
        let _alone = self.reading.lock().await;
        let (oldest, rows_kept) = {
            let kept = self.kept();
            (kept.oldest, kept.rows())
        };
        if oldest <= 1 || rows_kept >= MOST {
            return Ok(false);
        }
        // A whole block, or what is missing of it: each row comes after the one before it.
        let first = ids_of(place(oldest - 1).0).0.max(1);
        let rows = rows_between(first, oldest - 1, readers).await?;
        let mut kept = self.kept_mut();
        if kept.oldest == oldest {
            kept.oldest = first;
            kept.keep(rows);
        }
        Ok(first > 1)
    }
}

impl Kept {
    fn keep(&mut self, rows: Vec<Read>) {
        for (id, created_at, score, bits, token, site, language) in rows {
            if id < self.oldest {
                continue;
            }
            let row = Row {
                created_at,
                score,
                bits: Bits(u16::try_from(bits).unwrap_or_default()),
                site: self.sites.number(site.as_deref()),
                token: u32::try_from(token).unwrap_or(u32::MAX),
                language: self.languages.number(language.as_deref()),
            };
            let (block, at) = place(id);
            self.blocks.entry(block).or_default().set(at, row);
        }
    }

    fn forget(&mut self, id: i64) {
        let (block, at) = place(id);
        if let Some(block) = self.blocks.get_mut(&block) {
            block.remove(at);
        }
    }

    /// The oldest make room for the newest.
    fn let_go(&mut self) {
        while self.rows() > MOST
            && let Some((block, _)) = self.blocks.pop_first()
        {
            self.oldest = ids_of(block).1 + 1;
        }
    }
}

async fn rows_between(first: i64, last: i64, readers: &Pool) -> Result<Vec<Read>> {
    let sql = select("d.id BETWEEN $1 AND $2");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(first).bind(last).fetch_all(readers).await?)
}

async fn rows_of(ids: &[i64], readers: &Pool) -> Result<Vec<Read>> {
    let sql = select(concat!("d.id IN (", list!("$1"), ")"));
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(serde_json::json!(ids).to_string()).fetch_all(readers).await?)
}

fn select(condition: &str) -> String {
    let bits = Bits::sql();
    format!(
        "SELECT d.id, d.created_at, d.score, CAST({bits} AS BIGINT), coalesce(d.token_id, 0), d.site, d.language
         FROM detections d {BY_ID} WHERE {condition}"
    )
}
