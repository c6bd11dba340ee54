//! A search as the FROM and WHERE of a statement.

use chrono::{DateTime, Utc};
use domain::SearchQuery;
use domain::search::{Term, TermKind};
use sqlx::{QueryBuilder, Sqlite};

use super::words::quoted;

/// Writes `FROM … WHERE …` for everything that matches. The row of the log is `d`.
pub(super) fn push_matching(sql: &mut QueryBuilder<Sqlite>, query: &SearchQuery, _now: DateTime<Utc>) {
    let wanted: Vec<String> = words(query, false);
    let unwanted: Vec<String> = words(query, true);
    if wanted.is_empty() {
        sql.push("FROM detections d WHERE TRUE");
        for word in unwanted {
            sql.push(" AND NOT EXISTS (SELECT 1 FROM detections_fts WHERE detections_fts MATCH ")
                .push_bind(word)
                .push(" AND rowid = d.id)");
        }
    } else {
        // The full-text index gives its rows in the order of ids, either way: the join keeps that order.
        let mut expression = wanted.join(" AND ");
        for word in unwanted {
            expression = format!("({expression}) NOT {word}");
        }
        sql.push("FROM detections_fts CROSS JOIN detections d ON d.id = detections_fts.rowid WHERE detections_fts MATCH ")
            .push_bind(expression);
    }
}

fn words(query: &SearchQuery, negated: bool) -> Vec<String> {
    let text = |term: &Term| match &term.kind {
        TermKind::Word(word) => Some(quoted(word)),
    };
    query.terms.iter().filter(|term| term.negated == negated).filter_map(text).collect()
}
