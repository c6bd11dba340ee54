//! One page, by key: the cost does not grow with its depth.

use std::collections::HashMap;

use domain::paging::PAGE_SIZE;
use domain::{Cursor, DetectionId, DetectionSummary, Direction, Order, Page, PageRequest};
use sqlx::QueryBuilder;

use super::reach::Patience;
use super::rows::{SELECT_SUMMARY, SummaryRow};
use super::{Db, Pool, search};
use crate::Result;

/// Most rows of one page.
const LIMIT_MAX: u32 = 500;

/// What was found of a page.
pub(super) struct Found {
    /// Sort key and id of the matches, in the direction of the page.
    pub(super) keys: Vec<Cursor>,
    /// Where the search stopped before the page was full: nobody looked beyond.
    pub(super) stopped: Option<Cursor>,
}

/// Finds the keys of a page, then reads just those rows.
pub(super) async fn page(
    plan: &search::Plan<'_>,
    request: &PageRequest,
    readers: &Pool,
) -> Result<Page<DetectionSummary>> {
    let limit = request.limit.clamp(1, LIMIT_MAX);
    // Longer pages than a person reads are asked for by whoever wants all that matches.
    let patience = if limit > PAGE_SIZE { Patience::endless() } else { Patience::of_a_page() };
    let Found { mut keys, stopped } = search::keys(plan, request, limit + 1, patience, readers).await?;
    // One row more than asked for tells whether the list goes on.
    let is_full = keys.len() > limit as usize;
    keys.truncate(limit as usize);
    let backwards = matches!(request.from, Some((Direction::Before, _)));
    if backwards {
        keys.reverse();
    }
    let came_from = request.from.map(|(_, cursor)| cursor);
    let (first, last) = (keys.first().copied(), keys.last().copied());
    let (near, far) = if backwards { (last, first) } else { (first, last) };
    // Back to where one came from; on from the last row, or from where the search stopped.
    let back = came_from.map(|cursor| near.unwrap_or(cursor));
    let on = if is_full { far } else { stopped };
    let (before, after) = if backwards { (on, back) } else { (back, on) };
    Ok(Page { before, after, rows: summaries(&keys, readers).await? })
}

/// Part of an ordered list.
pub(super) enum Stretch {
    All,
    IdsBeyond(DetectionId),
    /// Rows with this sort key, beyond this id.
    Ties(f64, DetectionId),
    KeysBeyond(f64),
}

/// Every order is "greatest first" of this column, so one comparison serves all.
pub(super) fn sort_column(order: Order) -> Option<&'static str> {
    match order {
        Order::Newest => None,
        Order::Score => Some("d.score"),
        Order::Closest => Some("d.closeness"),
    }
}

pub(super) fn push_stretch(
    sql: &mut QueryBuilder<Db>,
    stretch: &Stretch,
    key: &'static str,
    id: &'static str,
    backwards: bool,
) {
    let beyond = if backwards { " > " } else { " < " };
    match stretch {
        Stretch::All => {}
        Stretch::IdsBeyond(from) => {
            sql.push(format_args!(" AND {id}{beyond}")).push_bind(from.0);
        }
        Stretch::Ties(value, from) => {
            sql.push(format_args!(" AND {key} = ")).push_bind(*value);
            sql.push(format_args!(" AND {id}{beyond}")).push_bind(from.0);
        }
        Stretch::KeysBeyond(value) => {
            sql.push(format_args!(" AND {key}{beyond}")).push_bind(*value);
        }
    }
}

/// Closeness is stored as the negative distance, a cursor carries the distance: turns one into the other, both ways.
pub(super) fn stored_key(order: Order, key: f64) -> f64 {
    if order == Order::Closest && key != 0.0 { -key } else { key }
}

async fn summaries(keys: &[Cursor], readers: &Pool) -> Result<Vec<DetectionSummary>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = QueryBuilder::<Db>::new(SELECT_SUMMARY);
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
