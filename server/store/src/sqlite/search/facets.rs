//! What the newest matches are made of.

use chrono::{DateTime, Utc};
use domain::paging::FACETS_BOUND;
use domain::{FacetValue, Facets, Order, SearchQuery};
use sqlx::QueryBuilder;

use super::super::SqliteStore;
use super::super::columns::At;
use super::goes_on;
use super::plan::Plan;
use crate::Result;

/// Matches that have the same values.
#[derive(sqlx::FromRow)]
struct AlikeRow {
    newest: i64,
    is_spam: bool,
    label: Option<String>,
    app_word: Option<String>,
    site: Option<String>,
    origin: String,
    judged_by: String,
    count: i64,
}

impl AlikeRow {
    fn values(self) -> Result<[FacetValue; 6]> {
        let at = At { table: "detections", id: self.newest };
        Ok(FacetValue::of(
            self.is_spam,
            at.maybe_word("label", self.label.as_deref())?,
            at.maybe_word("app_word", self.app_word.as_deref())?,
            self.site,
            at.word("origin", &self.origin)?,
            at.word("judged_by", &self.judged_by)?,
            self.count.unsigned_abs(),
        ))
    }
}

impl SqliteStore {
    pub(in super::super) async fn search_facets(
        &self,
        query: &SearchQuery,
        now: DateTime<Utc>,
    ) -> Result<Facets> {
        let plan = Plan::choose(query, Order::Newest, now, &self.readers).await?;
        let limit = i64::try_from(FACETS_BOUND).unwrap_or(i64::MAX);
        let mut sql = QueryBuilder::new(
            "SELECT max(id) AS newest, is_spam, label, app_word, site, origin, judged_by, count(*) AS count
             FROM (SELECT d.id, d.is_spam, d.label, d.app_word, d.site, d.origin, d.judged_by ",
        );
        plan.push_bounded(&mut sql, plan.look());
        sql.push(" ORDER BY s.id DESC LIMIT ").push(limit);
        sql.push(") GROUP BY is_spam, label, app_word, site, origin, judged_by");
        let alike: Vec<AlikeRow> = sql.build_query_as().fetch_all(&self.readers).await?;
        let matches = alike.iter().map(|row| row.count.unsigned_abs()).sum();
        let complete = matches < FACETS_BOUND && !goes_on(&plan, &self.readers).await?;
        let mut counted = Vec::with_capacity(alike.len() * 6);
        for row in alike {
            counted.extend(row.values()?);
        }
        Ok(Facets::new(query, counted, matches, complete))
    }
}
