//! Takes the end of the log into the counts.

use sqlx::{AssertSqlSafe, Executor};

use super::super::columns::BY_ID;
use super::super::{Connection, Db, Pool, begin};
use crate::Result;

/// Detections taken in by one transaction. A crash between two loses nothing: the mark is moved on with the counts.
#[derive(Clone, Copy)]
pub(super) enum Chunk {
    /// So few that a check which comes meanwhile waits some 2 ms for its turn to be logged.
    WhileServing = 200,
    /// When nobody waits.
    WhileOpening = 50_000,
}

/// A table of counts, and how it is filled from rows `d` of the log.
struct Target {
    table: &'static str,
    /// What it counts.
    count: &'static str,
    keys: &'static str,
    values: &'static str,
    condition: &'static str,
}

/// The expressions are those of the triggers in migrations 0014, 0030 and 0032. What was refused is in no count.
const TARGETS: [Target; 7] = [
    Target {
        table: "stat_days",
        count: "checks",
        keys: "day, site, token_id, origin, judged_by, is_spam, label",
        values: "d.created_at / 86400000, coalesce(d.site, ''), coalesce(d.token_id, 0), d.origin, d.judged_by, d.is_spam,
                 coalesce(d.label, '')",
        condition: "TRUE",
    },
    Target {
        table: "stat_hours",
        count: "checks",
        keys: "hour, site, is_spam",
        values: "d.created_at / 3600000, coalesce(d.site, ''), d.is_spam",
        condition: "TRUE",
    },
    Target {
        table: "stat_scores",
        count: "checks",
        keys: "day, site, is_spam, bucket",
        values: concat!("d.created_at / 86400000, coalesce(d.site, ''), d.is_spam, ", bucket!("d.score")),
        condition: "TRUE",
    },
    Target {
        table: "stat_decisions",
        count: "decisions",
        keys: "day, site, user_id, at_least",
        values: "d.labelled_at / 86400000, coalesce(d.site, ''), coalesce(d.labelled_by, 0),
                 coalesce((SELECT max(at_least) FROM stat_bounds
                           WHERE kind = 'decision' AND at_least <= d.labelled_at - d.created_at), 0.0)",
        condition: "d.label IS NOT NULL AND d.labelled_at IS NOT NULL",
    },
    Target {
        table: "stat_words",
        count: "checks",
        keys: "day, site, is_spam, word",
        values: "d.created_at / 86400000, coalesce(d.site, ''), d.is_spam, d.app_word",
        condition: "d.app_word IS NOT NULL",
    },
    Target {
        table: "stat_answers",
        count: "checks",
        keys: "day, site, at_least",
        values: "d.created_at / 86400000, coalesce(d.site, ''),
                 coalesce((SELECT max(at_least) FROM stat_bounds
                           WHERE kind = 'answer' AND at_least <= d.took_ms), 0.0)",
        condition: "d.took_ms IS NOT NULL",
    },
    Target {
        table: "stat_executions",
        count: "checks",
        keys: "day, site, at_least",
        values: "d.created_at / 86400000, coalesce(d.site, ''),
                 coalesce((SELECT max(at_least) FROM stat_bounds
                           WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents
                                                                  WHERE detection_id = d.id)), 0.0)",
        condition: "d.judged_by NOT IN ('fallback', 'rule')",
    },
];

impl Target {
    /// Adds what lies behind id `?1`, up to `?2`, to the table, or counts it into the rows of a statement.
    pub(super) fn statement(&self) -> String {
        let Self { table, count, keys, .. } = self;
        format!(
            "INSERT INTO {table} ({keys}, {count}) {} ON CONFLICT ({keys}) DO UPDATE SET {count} = {table}.{count} + excluded.{count}",
            self.recount()
        )
    }

    /// The counts of the rows behind id `?1`, up to `?2`.
    fn recount(&self) -> String {
        let groups: Vec<String> =
            (1..=self.keys.split(", ").count()).map(|number| number.to_string()).collect();
        format!(
            "SELECT {}, count(*) FROM detections d {BY_ID}
             WHERE d.id > $1 AND d.id <= $2 AND d.judged_by <> 'refused' AND {} GROUP BY {}",
            self.values,
            self.condition,
            groups.join(", ")
        )
    }
}

/// Takes in everything that is not counted yet, and returns how many detections that were.
pub(super) async fn all(writer: &Pool, size: Chunk) -> Result<u64> {
    let mut taken = 0;
    loop {
        let (counted_to, last) = marks(writer).await?;
        if last <= counted_to {
            return Ok(taken);
        }
        let mut transaction = begin(writer).await?;
        taken += chunk(&mut transaction, size).await?;
        transaction.commit().await?;
    }
}

/// Up to where the log is counted, and its last id.
async fn marks(executor: impl Executor<'_, Database = Db>) -> Result<(i64, i64)> {
    let marks = sqlx::query_as(
        "SELECT (SELECT counted_to FROM stat_progress), (SELECT coalesce(max(id), 0) FROM detections)",
    );
    Ok(marks.fetch_one(executor).await?)
}

/// Takes in the next rows, in the caller's transaction.
pub(super) async fn chunk(connection: &mut Connection, size: Chunk) -> Result<u64> {
    let (counted_to, last) = marks(&mut *connection).await?;
    let to = last.min(counted_to.saturating_add(size as i64));
    if to <= counted_to {
        return Ok(0);
    }
    for target in &TARGETS {
        sqlx::query(AssertSqlSafe(target.statement()))
            .bind(counted_to)
            .bind(to)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("UPDATE stat_progress SET counted_to = $1").bind(to).execute(connection).await?;
    Ok((to - counted_to).unsigned_abs())
}

/// The sums of migrations 0022 and 0032, as the log itself gives them: triggers fill them, so that this is for comparison only.
#[cfg(test)]
const SUMS: [Target; 8] = [
    Target {
        table: "sum_days",
        count: "checks",
        keys: "day, is_spam, label, spent",
        values: "d.created_at / 86400000, d.is_spam, coalesce(d.label, ''), d.judged_by NOT IN ('fallback', 'rule')",
        condition: "TRUE",
    },
    Target {
        table: "sum_sites",
        count: "checks",
        keys: "day, site, is_spam, label, spent",
        values: "d.created_at / 86400000, coalesce(d.site, ''), d.is_spam, coalesce(d.label, ''),
                 d.judged_by NOT IN ('fallback', 'rule')",
        condition: "TRUE",
    },
    Target {
        table: "sum_askers",
        count: "checks",
        keys: "day, token_id, origin, is_spam",
        values: "d.created_at / 86400000, coalesce(d.token_id, 0), d.origin, d.is_spam",
        condition: "d.judged_by NOT IN ('fallback', 'rule')",
    },
    Target {
        table: "sum_scores",
        count: "checks",
        keys: "day, is_spam, bucket",
        values: concat!("d.created_at / 86400000, d.is_spam, ", bucket!("d.score")),
        condition: "TRUE",
    },
    Target {
        table: "sum_words",
        count: "checks",
        keys: "day, is_spam, word",
        values: "d.created_at / 86400000, d.is_spam, d.app_word",
        condition: "d.app_word IS NOT NULL",
    },
    Target {
        table: "sum_decisions",
        count: "decisions",
        keys: "day, user_id, at_least",
        values: "d.labelled_at / 86400000, coalesce(d.labelled_by, 0),
                 coalesce((SELECT max(at_least) FROM stat_bounds
                           WHERE kind = 'decision' AND at_least <= d.labelled_at - d.created_at), 0.0)",
        condition: "d.label IS NOT NULL AND d.labelled_at IS NOT NULL",
    },
    Target {
        table: "sum_answers",
        count: "checks",
        keys: "day, at_least",
        values: "d.created_at / 86400000,
                 coalesce((SELECT max(at_least) FROM stat_bounds
                           WHERE kind = 'answer' AND at_least <= d.took_ms), 0.0)",
        condition: "d.took_ms IS NOT NULL",
    },
    Target {
        table: "sum_executions",
        count: "checks",
        keys: "day, at_least",
        values: "d.created_at / 86400000,
                 coalesce((SELECT max(at_least) FROM stat_bounds
                           WHERE kind = 'answer' AND at_least <= (SELECT execution_ms FROM detection_contents
                                                                  WHERE detection_id = d.id)), 0.0)",
        condition: "d.judged_by NOT IN ('fallback', 'rule')",
    },
];

/// Compares every table of counts and sums with the log, counted afresh, and returns what differs.
#[cfg(test)]
pub(super) async fn differences(connection: &mut Connection) -> Result<Vec<String>> {
    let mut different = Vec::new();
    for target in TARGETS.iter().chain(&SUMS) {
        let Target { table, count, keys, .. } = target;
        let kept = format!("SELECT {}, {count} FROM {table} WHERE {count} <> 0 OR $1 = $2", key_of(keys));
        let fresh =
            format!("WITH fresh ({keys}, n) AS ({}) SELECT {}, n FROM fresh", target.recount(), key_of(keys));
        let (kept, fresh) = (summed(kept, connection).await?, summed(fresh, connection).await?);
        let keys = kept.keys().chain(fresh.keys());
        let wrong = keys.filter(|key| kept.get(*key) != fresh.get(*key));
        different
            .extend(wrong.map(|key| format!("{table} {key}: {:?} for {:?}", kept.get(key), fresh.get(key))));
    }
    Ok(different)
}

/// One text of all keys of a row.
#[cfg(test)]
fn key_of(keys: &str) -> String {
    let texts: Vec<String> = keys.split(", ").map(|key| format!("CAST({key} AS TEXT)")).collect();
    texts.join(" || '|' || ")
}

/// Counts by key. Sites that differ only in case are one.
#[cfg(test)]
async fn summed(sql: String, connection: &mut Connection) -> Result<std::collections::BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(0_i64).bind(i64::MAX).fetch_all(connection).await?;
    let mut sums = std::collections::BTreeMap::new();
    for (key, count) in rows {
        *sums.entry(key.to_ascii_lowercase()).or_default() += count;
    }
    Ok(sums)
}
