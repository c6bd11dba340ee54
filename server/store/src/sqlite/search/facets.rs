//! What the newest matches are made of.

use chrono::{DateTime, Utc};
use domain::paging::FACETS_BOUND;
use domain::{FacetValue, Facets, Order, SearchQuery};
use sqlx::QueryBuilder;

use super::super::SqliteStore;
use super::super::columns::At;
use super::goes_on;
use super::plan::Plan;
use super::reach::{Patience, Windows};
use crate::Result;

/// Matches that have the same values.
#[derive(sqlx::FromRow)]
struct AlikeRow {
    newest: i64,
    is_spam: bool,
    label: Option<String>,
    site: Option<String>,
    origin: String,
    judged_by: String,
    count: i64,
}

impl AlikeRow {
    fn values(self) -> Result<[FacetValue; 5]> {
        let at = At { table: "detections", id: self.newest };
        Ok(FacetValue::of(
            self.is_spam,
            at.maybe_word("label", self.label.as_deref())?,
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
        let mut alike = Vec::new();
        let mut matches = 0;
        let mut windows = Windows::new(&plan, None, Patience::of(Patience::COUNT), &self.readers).await?;
        let complete = if plan.gives_ids() {
            while matches < FACETS_BOUND
                && let Some(within) = windows.next()
            {
                let some = self.alike(&plan, Some(within), FACETS_BOUND - matches).await?;
                matches += some.iter().map(|row| row.count.unsigned_abs()).sum::<u64>();
                alike.extend(some);
            }
            windows.stopped_at().is_none()
        } else {
            alike = self.alike(&plan, None, FACETS_BOUND).await?;
            matches = alike.iter().map(|row| row.count.unsigned_abs()).sum();
            !goes_on(&plan, &self.readers).await?
        };
        let complete = complete && matches < FACETS_BOUND;
        let mut counted = Vec::with_capacity(alike.len() * 5);
        for row in alike {
            counted.extend(row.values()?);
        }
        Ok(Facets::new(query, counted, matches, complete))
    }

    /// What the newest matches have in common, within some ids or among as many rows as may be looked at.
    async fn alike(&self, plan: &Plan<'_>, within: Option<(i64, i64)>, limit: u64) -> Result<Vec<AlikeRow>> {
        let mut sql = QueryBuilder::new(
            "SELECT max(id) AS newest, is_spam, label, site, origin, judged_by, count(*) AS count
             FROM (SELECT d.id, d.is_spam, d.label, d.site, d.origin, d.judged_by ",
        );
        match within {
            Some(_) => plan.push(&mut sql, false, within),
            None => plan.push_bounded(&mut sql, plan.stride()),
        }
        let id = if within.is_some() { plan.id() } else { "s.id" };
        sql.push(format_args!(" ORDER BY {id} DESC LIMIT "));
        sql.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        sql.push(") GROUP BY is_spam, label, site, origin, judged_by");
        Ok(sql.build_query_as().fetch_all(&self.readers).await?)
    }
}
