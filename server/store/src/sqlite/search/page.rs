//! One page, by key: the cost does not grow with its depth.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Cursor, DetectionId, DetectionSummary, Direction, Order, Page, PageRequest, SearchQuery};
use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite};

use super::super::rows::{SELECT_SUMMARY, SummaryRow};
use super::filter;
use crate::Result;

/// Most rows of one page.
const LIMIT_MAX: u32 = 500;

/// Finds the keys of a page, then reads just those rows.
pub(super) async fn page(
    query: &SearchQuery,
    request: &PageRequest,
    now: DateTime<Utc>,
    readers: &SqlitePool,
) -> Result<Page<DetectionSummary>> {
    let limit = request.limit.clamp(1, LIMIT_MAX);
    let mut keys = keys(query, request, limit + 1, now, readers).await?;
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
async fn keys(
    query: &SearchQuery,
    request: &PageRequest,
    limit: u32,
    now: DateTime<Utc>,
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
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT d.id, ");
    // CAST: from an index, SQLite gives a whole number of a generated column as INTEGER.
    sql.push(format_args!("CAST({} AS REAL) ", column.unwrap_or("0")));
    filter::push_matching(&mut sql, query, now);
    if let Some((_, cursor)) = request.from {
        match column {
            None => sql.push(" AND d.id").push(beyond).push_bind(cursor.id.0),
            Some(column) => sql
                .push(format_args!(" AND ({column}, d.id){beyond}("))
                .push_bind(stored_key(request.order, cursor.key))
                .push(", ")
                .push_bind(cursor.id.0)
                .push(")"),
        };
    }
    sql.push(" ORDER BY ");
    if let Some(column) = column {
        sql.push(column).push(sense).push(", ");
    }
    sql.push("d.id").push(sense).push(" LIMIT ").push_bind(limit);
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
