//! Counts the matches of a search by adding up what is kept, where the search asks only for what is kept: whole days or hours,
//! site, token, origin, who judged, verdict and label. Exact however many match, and no row of the log is looked at but
//! those that are not taken in yet, and those that were refused, which no count has.

use chrono::{DateTime, Utc};
use domain::SearchQuery;
use domain::search::{Pattern, State, Term, TermKind};
use sqlx::QueryBuilder;

use super::super::columns::{BY_ID, HOURS_PER_DAY, MS_PER_HOUR, to_ms};
use super::super::terms::push as push_term;
use super::super::{Db, Pool};
use crate::Result;

/// Most rows that may not be taken in yet: looking at each of them must stay cheap.
const TAIL: i64 = 2_000;

/// How many match; `None` when what is kept does not tell.
pub(in super::super) async fn count(
    query: &SearchQuery,
    now: DateTime<Utc>,
    readers: &Pool,
) -> Result<Option<u64>> {
    // One statement, so that no row is taken in between the one count and the other.
    let Some(mut sql) = kept(query) else { return Ok(None) };
    sql.push(format_args!(
        " + (SELECT count(*) FROM detections d {BY_ID} WHERE d.id > (SELECT counted_to FROM stat_progress)"
    ));
    for term in &query.terms {
        push_term(&mut sql, term, now);
    }
    sql.push(concat!(
        ") + (SELECT count(*) FROM detections d",
        walk!("detections_refused"),
        "WHERE d.judged_by = 'refused' AND d.id <= (SELECT counted_to FROM stat_progress)"
    ));
    for term in &query.terms {
        push_term(&mut sql, term, now);
    }
    sql.push(")");
    let tail: i64 = sqlx::query_scalar(
        "SELECT coalesce(max(id), 0) - (SELECT counted_to FROM stat_progress) FROM detections",
    )
    .fetch_one(readers)
    .await?;
    if tail > TAIL {
        return Ok(None);
    }
    let count: i64 = sql.build_query_scalar().fetch_one(readers).await?;
    Ok(Some(count.unsigned_abs()))
}

/// `SELECT` and the sum of what is kept.
fn kept(query: &SearchQuery) -> Option<QueryBuilder<Db>> {
    let is_daily =
        query.terms.iter().all(|term| time(term).is_none_or(|ms| ms % (HOURS_PER_DAY * MS_PER_HOUR) == 0));
    let (table, unit) =
        if is_daily { ("stat_days", HOURS_PER_DAY * MS_PER_HOUR) } else { ("stat_hours", MS_PER_HOUR) };
    let mut sql = QueryBuilder::new(format!(
        "SELECT (SELECT CAST(coalesce(sum(checks), 0) AS BIGINT) FROM {table} WHERE TRUE"
    ));
    for term in &query.terms {
        if let Some(ms) = time(term) {
            let (column, sense) = (
                &table["stat_".len()..table.len() - 1],
                if matches!(term.kind, TermKind::After(_)) { ">=" } else { "<" },
            );
            // A minus turns it around; a moment within an hour cuts that hour.
            if term.negated || ms % unit != 0 {
                return None;
            }
            sql.push(format_args!(" AND {column} {sense} ")).push_bind(ms / unit);
            continue;
        }
        let only_daily = !matches!(term.kind, TermKind::Site(_) | TermKind::Is(State::Spam | State::Ham));
        if !is_daily && only_daily {
            return None;
        }
        sql.push(if term.negated { " AND NOT (" } else { " AND (" });
        condition(&mut sql, &term.kind)?;
        sql.push(")");
    }
    sql.push(")");
    Some(sql)
}

/// The moment of a term that is about time.
fn time(term: &Term) -> Option<i64> {
    match &term.kind {
        TermKind::After(moment) | TermKind::Before(moment) => Some(to_ms(moment.start())),
        _ => None,
    }
}

/// What the log's condition (`search/terms.rs`) means for a row of counts, where nothing is NULL.
fn condition(sql: &mut QueryBuilder<Db>, kind: &TermKind) -> Option<()> {
    match kind {
        TermKind::Is(State::Spam) => sql.push(concat!("is_spam = ", truth!())),
        TermKind::Is(State::Ham) => sql.push(concat!("is_spam = ", untruth!())),
        TermKind::Is(State::Refused) => sql.push("FALSE"),
        TermKind::Is(State::Labelled) => sql.push("label <> ''"),
        TermKind::Is(State::Unlabelled) => sql.push("label = ''"),
        TermKind::Is(State::Disputed) => sql.push("label <> '' AND (label = 'spam') <> is_spam"),
        TermKind::Label(label) => sql.push("label = ").push_bind(label.as_str()),
        TermKind::From(origin) => sql.push("origin = ").push_bind(origin.as_str()),
        TermKind::Judged(by) => sql.push("judged_by = ").push_bind(by.as_str()),
        TermKind::Token(name) if name == "*" => sql.push("token_id <> 0"),
        TermKind::Token(name) => sql
            .push("token_id IN (SELECT id FROM api_tokens WHERE name = ")
            .push_bind(name.clone())
            .push(" COLLATE NOCASE)"),
        TermKind::Site(site) => return site_condition(sql, site),
        _ => return None,
    };
    Some(())
}

fn site_condition(sql: &mut QueryBuilder<Db>, site: &Pattern) -> Option<()> {
    match site.exact() {
        Some(exact) if !exact.is_empty() => sql.push("site = ").push_bind(exact.to_owned()),
        None if site.as_str() == "*" => sql.push("site <> ''"),
        _ => return None,
    };
    Some(())
}
