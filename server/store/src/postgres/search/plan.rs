//! A search as a statement. PostgreSQL chooses the index; words of all terms are asked for together, so that they meet in one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::search::{IndexText, Term, TermKind, link_host};
use domain::{Order, SearchQuery};
use sqlx::QueryBuilder;

use super::super::expression::{start, whole};
use super::super::time_range::id_range;
use super::super::{Db, Pool, keys, terms};
use crate::Result;

/// The newest matches that charts of a search are made of.
const LOOK: i64 = 2_000;

/// What nothing has: a key without a value.
const NOTHING: char = domain::search::INDEX_MARK;

/// A search, ready to be written as `FROM … WHERE …`.
pub(in super::super) struct Plan<'a> {
    query: &'a SearchQuery,
    /// What must be found by words, each on its own.
    wanted: Vec<String>,
    /// What must not.
    unwanted: Vec<String>,
    /// Whether some detection is so long that its words are kept in parts: then not all of them meet in one, and one may be in several.
    has_parts: bool,
    /// First and last id that a time range leaves.
    ids: Option<(i64, i64)>,
    now: DateTime<Utc>,
}

impl<'a> Plan<'a> {
    /// Makes ready for a search in an order.
    pub(in super::super) async fn choose(
        query: &'a SearchQuery,
        _order: Order,
        now: DateTime<Utc>,
        readers: &Pool,
    ) -> Result<Self> {
        Self::choose_unordered(query, now, readers).await
    }

    /// Makes ready where no order matters.
    pub(in super::super) async fn choose_unordered(
        query: &'a SearchQuery,
        now: DateTime<Utc>,
        readers: &Pool,
    ) -> Result<Self> {
        let ids = id_range(query, now, readers).await?;
        let of = |negated| -> Vec<String> {
            let terms = query.terms.iter().filter(|term| term.negated == negated);
            terms.filter_map(expression).collect()
        };
        let (wanted, unwanted) = (of(false), of(true));
        let has_parts = !wanted.is_empty()
            && sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM detection_words WHERE part > 0)")
                .fetch_one(readers)
                .await?;
        Ok(Self { query, wanted, unwanted, has_parts, ids, now })
    }

    /// First and last id that a time range leaves.
    pub(super) fn ids(&self) -> Option<(i64, i64)> {
        self.ids
    }

    /// Whether every detection is meant.
    pub(super) fn is_empty(&self) -> bool {
        self.query.is_empty()
    }

    /// Whether matches can be looked for in windows of ids.
    #[expect(clippy::unused_self, reason = "other engines walk indexes that are not in the order of ids")]
    pub(in super::super) fn gives_ids(&self) -> bool {
        true
    }

    /// Writes `FROM … WHERE …` for everything that matches; `within` are the ids to look at, if not all. The row of the log is `d`.
    pub(in super::super) fn push(&self, sql: &mut QueryBuilder<Db>, within: Option<(i64, i64)>) {
        sql.push("FROM detections d ");
        let together = !self.wanted.is_empty() && !self.has_parts;
        if together {
            // The first part holds all keys, and all words of what has no other part.
            sql.push("JOIN detection_words w ON w.detection_id = d.id ");
        }
        sql.push("WHERE TRUE");
        if let Some((first, last)) = within.or(self.ids) {
            sql.push(" AND d.id BETWEEN ").push_bind(first).push(" AND ").push_bind(last);
            if together {
                sql.push(" AND w.detection_id BETWEEN ").push_bind(first).push(" AND ").push_bind(last);
            }
        }
        if together {
            let all = self.wanted.iter().map(|one| format!("({one})"));
            let none = self.unwanted.iter().map(|one| format!("!({one})"));
            let all: Vec<String> = all.chain(none).collect();
            sql.push(" AND w.words @@ ").push_bind(all.join(" & ")).push("::text::tsquery");
        } else {
            for one in &self.wanted {
                push_look_up(sql, " AND d.id IN ", one);
            }
            for one in &self.unwanted {
                push_look_up(sql, " AND d.id NOT IN ", one);
            }
        }
        for term in &self.query.terms {
            terms::push(sql, term, self.now);
        }
    }

    /// How many of the newest matches are looked at one by one.
    #[expect(clippy::unused_self, reason = "other engines look at less where words are asked")]
    pub(in super::super) fn look(&self) -> i64 {
        LOOK
    }

    /// Writes `SELECT id …` for the newest `look` matches.
    pub(in super::super) fn push_looked_at(&self, sql: &mut QueryBuilder<Db>, look: i64) {
        sql.push("SELECT d.id ");
        self.push(sql, None);
        sql.push(" ORDER BY d.id DESC LIMIT ").push_bind(look);
    }

    /// Writes `FROM … WHERE …` for the newest `look` matches. The row of the log is `d`.
    pub(in super::super) fn push_bounded(&self, sql: &mut QueryBuilder<Db>, look: i64) {
        sql.push("FROM (");
        self.push_looked_at(sql, look);
        sql.push(") s JOIN detections d ON d.id = s.id WHERE TRUE");
    }

    /// How many match, counted no further than `most`.
    pub(in super::super) async fn scanned(&self, most: i64, readers: &Pool) -> Result<i64> {
        let mut sql = QueryBuilder::new("SELECT count(*) FROM (");
        self.push_looked_at(&mut sql, most);
        sql.push(") s");
        Ok(sql.build_query_scalar().fetch_one(readers).await?)
    }

    /// The ids that match within a window.
    pub(in super::super) async fn ids_within(&self, window: (i64, i64), readers: &Pool) -> Result<Vec<i64>> {
        let mut sql = QueryBuilder::new("SELECT d.id ");
        self.push(&mut sql, Some(window));
        Ok(sql.build_query_scalar().fetch_all(readers).await?)
    }
}

fn push_look_up(sql: &mut QueryBuilder<Db>, sense: &'static str, expression: &str) {
    sql.push(sense).push("(SELECT detection_id FROM detection_words WHERE words @@ ");
    sql.push_bind(expression.to_owned()).push("::text::tsquery)");
}

/// What the index of words is asked for a term, if anything.
fn expression(term: &Term) -> Option<String> {
    match &term.kind {
        TermKind::Word(text) | TermKind::Phrase(text) => Some(phrase(text, false)),
        TermKind::Prefix(text) => Some(phrase(text, true)),
        TermKind::Link(host) => Some(whole(&keys::link(&link_host(host)))),
        // Their columns are compared as well; these find what few rows have. What an index says of who is not meant is not asked.
        kind @ (TermKind::Email(_) | TermKind::Ip(_) | TermKind::Site(_)) if !term.negated => {
            keys::lookup(kind).map(|lookup| lookup.expression)
        }
        _ => None,
    }
}

/// What has several words to the index ("foo-bar", 垃圾) is a phrase of them, and pictures have to stand somewhere.
fn phrase(text: &str, is_start: bool) -> String {
    let text = IndexText::of(text);
    let pictures: BTreeSet<char> = text.pictures().collect();
    let count = text.words().len();
    let words = text
        .words()
        .enumerate()
        .map(|(at, word)| if is_start && at + 1 == count { start(word) } else { whole(word) });
    let mut all: Vec<String> = pictures.into_iter().map(|picture| whole(&keys::picture(picture))).collect();
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        all.push(format!("({})", words.join(" <-> ")));
    }
    // Without anything to look up it finds nothing.
    if all.is_empty() { whole(&NOTHING.to_string()) } else { all.join(" & ") }
}
