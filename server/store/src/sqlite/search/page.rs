//! The keys of one page.

use std::cmp::Ordering;

use domain::{Cursor, DetectionId, Direction, Order, PageRequest};
use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite};

use super::super::page::{Found, Stretch, push_stretch, sort_column, stored_key};
use super::super::reach::{Patience, Windows};
use super::plan::Plan;
use crate::Result;

/// Finds the matches of a page, as far as the patience goes.
pub(in super::super) async fn keys(
    plan: &Plan<'_>,
    request: &PageRequest,
    limit: u32,
    patience: Patience,
    readers: &SqlitePool,
) -> Result<Found> {
    if request.order == Order::Newest && plan.goes_by_windows() {
        return keys_by_windows(plan, request, limit, patience, readers).await;
    }
    let parts = plan.parts();
    let mut found = Found { keys: Vec::new(), stopped: None };
    for part in parts {
        let one = keys_of_part(plan, request, part, limit, patience, readers).await?;
        found.keys.extend(one.keys);
        // Parts that stopped at different places were all looked at only up to the first of these.
        found.stopped = match (found.stopped, one.stopped) {
            (Some(a), Some(b)) => Some(if in_order(request, &a, &b).is_le() { a } else { b }),
            (a, b) => a.or(b),
        };
    }
    if parts.len() > 1 {
        found.keys.sort_by(|a, b| in_order(request, a, b));
    }
    if let Some(stopped) = found.stopped {
        found.keys.retain(|key| in_order(request, key, &stopped).is_le());
    }
    if found.keys.len() >= limit as usize {
        found.keys.truncate(limit as usize);
        found.stopped = None;
    }
    Ok(found)
}

/// The order in which a page meets two rows.
fn in_order(request: &PageRequest, a: &Cursor, b: &Cursor) -> Ordering {
    let sorted = |cursor: &Cursor| stored_key(request.order, cursor.key);
    let greatest_first = sorted(b).total_cmp(&sorted(a)).then(b.id.cmp(&a.id));
    match request.from {
        Some((Direction::Before, _)) => greatest_first.reverse(),
        _ => greatest_first,
    }
}

async fn keys_by_windows(
    plan: &Plan<'_>,
    request: &PageRequest,
    limit: u32,
    patience: Patience,
    readers: &SqlitePool,
) -> Result<Found> {
    let from = request.from.map(|(direction, cursor)| (direction, cursor.id.0));
    let mut windows = Windows::new(plan.ids(), from, patience, readers).await?;
    let mut keys = Vec::new();
    while let Some(within) = windows.next() {
        let missing = limit.saturating_sub(u32::try_from(keys.len()).unwrap_or(limit));
        let at = Place { request, part: "TRUE", within: Some(within), most: i64::MAX };
        keys.extend(stretch(plan, &at, Stretch::All, missing, readers).await?.keys);
        if keys.len() >= limit as usize {
            return Ok(Found { keys, stopped: None });
        }
    }
    let stopped = windows.stopped_at().map(|id| Cursor { key: 0.0, id: DetectionId(id) });
    Ok(Found { keys, stopped })
}

async fn keys_of_part(
    plan: &Plan<'_>,
    request: &PageRequest,
    part: &'static str,
    limit: u32,
    patience: Patience,
    readers: &SqlitePool,
) -> Result<Found> {
    let most = if plan.filters_walk() { patience.ends.map_or(i64::MAX, |_| plan.look()) } else { i64::MAX };
    let at = Place { request, part, within: None, most };
    let Some((_, cursor)) = request.from else {
        return stretch(plan, &at, Stretch::All, limit, readers).await;
    };
    if request.order == Order::Newest {
        return stretch(plan, &at, Stretch::IdsBeyond(cursor.id), limit, readers).await;
    }
    // First what ties with the cursor, then what lies beyond: each is a plain range of the index, where one comparison of
    // both values would walk through all ties (every "score 100" of the log).
    let key = stored_key(request.order, cursor.key);
    let mut found = stretch(plan, &at, Stretch::Ties(key, cursor.id), limit, readers).await?;
    let missing = limit.saturating_sub(u32::try_from(found.keys.len()).unwrap_or(limit));
    if missing > 0 && found.stopped.is_none() {
        let beyond = stretch(plan, &at, Stretch::KeysBeyond(key), missing, readers).await?;
        found.keys.extend(beyond.keys);
        found.stopped = beyond.stopped;
    }
    Ok(found)
}

/// Which page of which part of the source.
struct Place<'a> {
    request: &'a PageRequest,
    part: &'static str,
    /// The ids to look at, if not all.
    within: Option<(i64, i64)>,
    /// How many rows of the source may be looked at.
    most: i64,
}

async fn stretch(
    plan: &Plan<'_>,
    at: &Place<'_>,
    stretch: Stretch,
    limit: u32,
    readers: &SqlitePool,
) -> Result<Found> {
    let request = at.request;
    let backwards = matches!(request.from, Some((Direction::Before, _)));
    let sense = if backwards { " ASC" } else { " DESC" };
    let column = sort_column(request.order);
    let id = plan.id();
    let key = column.unwrap_or("0");
    let bounded = at.most < i64::MAX;
    // CAST: from an index, SQLite gives a whole number of a generated column as INTEGER.
    let mut sql = QueryBuilder::<Sqlite>::new(format!("SELECT {id} AS id, CAST({key} AS REAL) AS key "));
    if bounded {
        plan.push_source(&mut sql, plan.source());
    } else {
        plan.push(&mut sql, column.is_none(), at.within);
    }
    if at.part != "TRUE" {
        sql.push(" AND ").push(at.part);
    }
    push_stretch(&mut sql, &stretch, key, id, backwards);
    sql.push(" ORDER BY ");
    if let Some(column) = column {
        sql.push(column).push(sense).push(", ");
    }
    sql.push(id).push(sense).push(" LIMIT ");
    let cursor = |(id, key)| Cursor { key: stored_key(request.order, key), id: DetectionId(id) };
    if !bounded {
        sql.push(limit);
        let rows: Vec<(i64, f64)> = sql.build_query_as().fetch_all(readers).await?;
        return Ok(Found { keys: rows.into_iter().map(cursor).collect(), stopped: None });
    }
    let scanned: Vec<(i64, f64)> = sql.push(at.most).build_query_as().fetch_all(readers).await?;
    let matching = plan.matching(&scanned, readers).await?;
    let keys: Vec<Cursor> = scanned
        .iter()
        .filter(|(id, _)| matching.contains(id))
        .take(limit as usize)
        .copied()
        .map(cursor)
        .collect();
    let is_cut = i64::try_from(scanned.len()).unwrap_or(i64::MAX) >= at.most && keys.len() < limit as usize;
    Ok(Found { keys, stopped: scanned.last().filter(|_| is_cut).copied().map(cursor) })
}
