//! Which ids a search's times leave.

use chrono::{DateTime, Utc};
use domain::SearchQuery;
use domain::search::{Age, Moment, TermKind};

use super::Pool;
use super::columns::{MS_PER_HOUR, to_ms};
use crate::Result;

/// The ids that a time range leaves: exact, since every hour knows its first and last id.
pub(super) async fn id_range(
    query: &SearchQuery,
    now: DateTime<Utc>,
    readers: &Pool,
) -> Result<Option<(i64, i64)>> {
    let mut from = i64::MIN;
    let mut to = i64::MAX;
    for term in query.terms.iter().filter(|term| !term.negated) {
        match &term.kind {
            TermKind::After(moment) => from = from.max(start(moment)),
            TermKind::Before(moment) => to = to.min(start(moment)),
            TermKind::Age(age) if age.longer => to = to.min(ago(age, now)),
            TermKind::Age(age) => from = from.max(ago(age, now)),
            _ => {}
        }
    }
    if (from, to) == (i64::MIN, i64::MAX) {
        return Ok(None);
    }
    let range = sqlx::query_as(
        "SELECT coalesce(min(first_id), 1), coalesce(max(last_id), 0) FROM check_hours WHERE hour BETWEEN $1 AND $2",
    )
    .bind(from / MS_PER_HOUR)
    .bind(to / MS_PER_HOUR)
    .fetch_one(readers)
    .await?;
    Ok(Some(range))
}

fn start(moment: &Moment) -> i64 {
    to_ms(moment.start())
}

fn ago(age: &Age, now: DateTime<Utc>) -> i64 {
    to_ms(now - age.span())
}
