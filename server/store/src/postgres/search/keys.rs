//! The keys of one page.

use domain::{Cursor, DetectionId, Direction, Order, PageRequest};
use sqlx::QueryBuilder;

use super::super::page::{Found, Stretch, push_stretch, sort_column, stored_key};
use super::super::reach::{Patience, Windows};
use super::super::{Db, Pool};
use super::plan::Plan;
use crate::Result;

/// Finds the matches of a page, as far as the patience goes.
pub(in super::super) async fn keys(
    plan: &Plan<'_>,
    request: &PageRequest,
    limit: u32,
    patience: Patience,
    readers: &Pool,
) -> Result<Found> {
    if request.order == Order::Newest && !plan.is_empty() {
        return by_windows(plan, request, limit, patience, readers).await;
    }
    let Some((_, cursor)) = request.from else {
        return all(stretch(plan, request, None, Stretch::All, limit, readers).await?);
    };
    if request.order == Order::Newest {
        return all(stretch(plan, request, None, Stretch::IdsBeyond(cursor.id), limit, readers).await?);
    }
    // First what ties with the cursor, then what lies beyond: each is a plain range of the index.
    let key = stored_key(request.order, cursor.key);
    let mut keys = stretch(plan, request, None, Stretch::Ties(key, cursor.id), limit, readers).await?;
    let missing = limit.saturating_sub(u32::try_from(keys.len()).unwrap_or(limit));
    if missing > 0 {
        keys.extend(stretch(plan, request, None, Stretch::KeysBeyond(key), missing, readers).await?);
    }
    all(keys)
}

fn all(keys: Vec<Cursor>) -> Result<Found> {
    Ok(Found { keys, stopped: None })
}

/// PostgreSQL may guess badly how often words meet. In windows of ids a wrong guess costs little.
async fn by_windows(
    plan: &Plan<'_>,
    request: &PageRequest,
    limit: u32,
    patience: Patience,
    readers: &Pool,
) -> Result<Found> {
    let from = request.from.map(|(direction, cursor)| (direction, cursor.id.0));
    let mut windows = Windows::new(plan.ids(), from, patience, readers).await?;
    let mut keys = Vec::new();
    while let Some(within) = windows.next() {
        let missing = limit.saturating_sub(u32::try_from(keys.len()).unwrap_or(limit));
        keys.extend(stretch(plan, request, Some(within), Stretch::All, missing, readers).await?);
        if keys.len() >= limit as usize {
            return all(keys);
        }
    }
    let stopped = windows.stopped_at().map(|id| Cursor { key: 0.0, id: DetectionId(id) });
    Ok(Found { keys, stopped })
}

async fn stretch(
    plan: &Plan<'_>,
    request: &PageRequest,
    within: Option<(i64, i64)>,
    stretch: Stretch,
    limit: u32,
    readers: &Pool,
) -> Result<Vec<Cursor>> {
    let backwards = matches!(request.from, Some((Direction::Before, _)));
    let sense = if backwards { " ASC" } else { " DESC" };
    let column = sort_column(request.order);
    let key = column.unwrap_or("0.0::float8");
    let mut sql = QueryBuilder::<Db>::new(format!("SELECT d.id AS id, {key} AS key "));
    plan.push(&mut sql, within);
    push_stretch(&mut sql, &stretch, key, "d.id", backwards);
    sql.push(" ORDER BY ");
    if let Some(column) = column {
        sql.push(column).push(sense).push(", ");
    }
    sql.push("d.id").push(sense).push(" LIMIT ").push_bind(i64::from(limit));
    let rows: Vec<(i64, f64)> = sql.build_query_as().fetch_all(readers).await?;
    let cursor = |(id, key)| Cursor { key: stored_key(request.order, key), id: DetectionId(id) };
    Ok(rows.into_iter().map(cursor).collect())
}
