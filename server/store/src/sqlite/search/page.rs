//! One page, by key: the cost does not grow with its depth.

use std::collections::HashMap;

use domain::{Cursor, DetectionId, DetectionSummary, Direction, Order, Page, PageRequest};
use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite};

use super::super::rows::{SELECT_SUMMARY, SummaryRow};
use super::plan::Plan;
use crate::Result;

/// Most rows of one page.
const LIMIT_MAX: u32 = 500;

/// Finds the keys of a page, then reads just those rows.
pub(super) async fn page(
    plan: &Plan<'_>,
    request: &PageRequest,
    readers: &SqlitePool,
) -> Result<Page<DetectionSummary>> {
    let limit = request.limit.clamp(1, LIMIT_MAX);
    let mut keys = keys(plan, request, limit + 1, readers).await?;
    // One row more than asked for tells whether the list goes on.
    let goes_on = keys.len() > limit as usize;
    keys.truncate(limit as usize);
    let backwards = matches!(request.from, Some((Direction::Before, _)));
    if backwards {
        keys.reverse();
    }
    let (first, last) = (keys.first().copied(), keys.last().copied());
    let came_from = request.from.is_some();
    Ok(Page {
        before: first.filter(|_| if backwards { goes_on } else { came_from }),
        after: last.filter(|_| if backwards { came_from } else { goes_on }),
        rows: summaries(&keys, readers).await?,
    })
}

/// Sort key and id of the matches, in the direction of the page.
pub(super) async fn keys(
    plan: &Plan<'_>,
    request: &PageRequest,
    limit: u32,
    readers: &SqlitePool,
) -> Result<Vec<Cursor>> {
    let parts = plan.parts();
    let mut keys = Vec::new();
    for part in parts {
        keys.extend(keys_of_part(plan, request, part, limit, readers).await?);
    }
    if parts.len() > 1 {
        let sorted = |cursor: &Cursor| stored_key(request.order, cursor.key);
        keys.sort_by(|a, b| sorted(b).total_cmp(&sorted(a)).then(b.id.cmp(&a.id)));
        if matches!(request.from, Some((Direction::Before, _))) {
            keys.reverse();
        }
        keys.truncate(limit as usize);
    }
    Ok(keys)
}

async fn keys_of_part(
    plan: &Plan<'_>,
    request: &PageRequest,
    part: &'static str,
    limit: u32,
    readers: &SqlitePool,
) -> Result<Vec<Cursor>> {
    let at = Place { request, part };
    let Some((_, cursor)) = request.from else {
        return stretch(plan, &at, Stretch::All, limit, readers).await;
    };
    if request.order == Order::Newest {
        return stretch(plan, &at, Stretch::IdsBeyond(cursor.id), limit, readers).await;
    }
    // First what ties with the cursor, then what lies beyond: each is a plain range of the index, where one comparison of
    // both values would walk through all ties (every "score 100" of the log).
    let key = stored_key(request.order, cursor.key);
    let mut keys = stretch(plan, &at, Stretch::Ties(key, cursor.id), limit, readers).await?;
    let missing = limit.saturating_sub(u32::try_from(keys.len()).unwrap_or(limit));
    if missing > 0 {
        keys.extend(stretch(plan, &at, Stretch::KeysBeyond(key), missing, readers).await?);
    }
    Ok(keys)
}

/// Which page of which part of the source.
struct Place<'a> {
    request: &'a PageRequest,
    part: &'static str,
}

/// Part of an ordered list.
enum Stretch {
    All,
    IdsBeyond(DetectionId),
    /// Rows with this sort key, beyond this id.
    Ties(f64, DetectionId),
    KeysBeyond(f64),
}

async fn stretch(
    plan: &Plan<'_>,
    Place { request, part }: &Place<'_>,
    stretch: Stretch,
    limit: u32,
    readers: &SqlitePool,
) -> Result<Vec<Cursor>> {
    let backwards = matches!(request.from, Some((Direction::Before, _)));
    let (beyond, sense) = if backwards { (" > ", " ASC") } else { (" < ", " DESC") };
    // Every order is "greatest first" of this column, so one comparison serves all.
    let column = match request.order {
        Order::Newest => None,
        Order::Score => Some("d.score"),
        Order::Closest => Some("d.closeness"),
    };
    let id = plan.id();
    let key = column.unwrap_or("0");
    // CAST: from an index, SQLite gives a whole number of a generated column as INTEGER.
    let mut sql = QueryBuilder::<Sqlite>::new(format!("SELECT {id}, CAST({key} AS REAL) "));
    plan.push(&mut sql, column.is_none());
    if *part != "TRUE" {
        sql.push(" AND ").push(*part);
    }
    match stretch {
        Stretch::All => {}
        Stretch::IdsBeyond(from) => {
            sql.push(format_args!(" AND {id}{beyond}")).push_bind(from.0);
        }
        Stretch::Ties(value, from) => {
            sql.push(format_args!(" AND {key} = ")).push_bind(value);
            sql.push(format_args!(" AND {id}{beyond}")).push_bind(from.0);
        }
        Stretch::KeysBeyond(value) => {
            sql.push(format_args!(" AND {key}{beyond}")).push_bind(value);
        }
    }
    sql.push(" ORDER BY ");
    if let Some(column) = column {
        sql.push(column).push(sense).push(", ");
    }
    sql.push(id).push(sense).push(" LIMIT ").push_bind(limit);
    let rows: Vec<(i64, f64)> = sql.build_query_as().fetch_all(readers).await?;
    let cursor = |(id, key)| Cursor { key: stored_key(request.order, key), id: DetectionId(id) };
    Ok(rows.into_iter().map(cursor).collect())
}

/// Closeness is stored as the negative distance, a cursor carries the distance: turns one into the other, both ways.
fn stored_key(order: Order, key: f64) -> f64 {
    if order == Order::Closest && key != 0.0 { -key } else { key }
}

async fn summaries(keys: &[Cursor], readers: &SqlitePool) -> Result<Vec<DetectionSummary>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = QueryBuilder::<Sqlite>::new(SELECT_SUMMARY);
    sql.push("WHERE d.id IN (");
    let mut ids = sql.separated(", ");
    for key in keys {
        ids.push_bind(key.id.0);
    }
    sql.push(")");
    let rows: Vec<SummaryRow> = sql.build_query_as().fetch_all(readers).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let summary = DetectionSummary::try_from(row)?;
        found.insert(summary.id, summary);
    }
    Ok(keys.iter().filter_map(|key| found.remove(&key.id)).collect())
}
