//! The part of a search that is not kept in memory: words, addresses, who labelled and when. The database says which ids have it.

use std::time::Instant;

use chrono::{DateTime, Utc};
use domain::SearchQuery;

use super::super::Pool;
use super::super::reach::{Patience, Windows};
use super::super::search::Plan;
use crate::Result;

/// What the database is asked.
pub(super) struct Asked {
    /// All of this together; no terms when it is asked nothing.
    pub(super) wanted: SearchQuery,
    /// None of these.
    pub(super) unwanted: Vec<SearchQuery>,
}

/// How it is asked.
pub(super) struct Lookups<'a> {
    wanted: Option<Plan<'a>>,
    unwanted: Vec<Plan<'a>>,
}

/// Ids within a window, each list in order.
pub(super) struct Ids {
    /// `None` when every id is wanted.
    pub(super) wanted: Option<Vec<i64>>,
    pub(super) unwanted: Vec<Vec<i64>>,
}

impl<'a> Lookups<'a> {
    pub(super) async fn choose(asked: &'a Asked, now: DateTime<Utc>, readers: &Pool) -> Result<Self> {
        let wanted = match &asked.wanted {
            nothing if nothing.is_empty() => None,
            query => Some(Plan::choose_unordered(query, now, readers).await?),
        };
        let mut unwanted = Vec::with_capacity(asked.unwanted.len());
        for query in &asked.unwanted {
            unwanted.push(Plan::choose_unordered(query, now, readers).await?);
        }
        Ok(Self { wanted, unwanted })
    }

    /// The windows to look through, newest first. One, where it is no use to look at less.
    pub(super) fn windows(&self, ids: (i64, i64), until: Instant) -> Windows {
        let mut plans = self.wanted.iter().chain(&self.unwanted);
        let patience = if plans.any(Plan::gives_ids) { Patience::until(until) } else { Patience::endless() };
        Windows::over(ids, patience)
    }

    pub(super) async fn within(&self, window: (i64, i64), readers: &Pool) -> Result<Ids> {
        let wanted = match &self.wanted {
            Some(plan) => Some(ids(plan, window, readers).await?),
            None => None,
        };
        let mut unwanted = Vec::with_capacity(self.unwanted.len());
        for plan in &self.unwanted {
            unwanted.push(ids(plan, window, readers).await?);
        }
        Ok(Ids { wanted, unwanted })
    }
}

async fn ids(plan: &Plan<'_>, window: (i64, i64), readers: &Pool) -> Result<Vec<i64>> {
    let mut ids = plan.ids_within(window, readers).await?;
    ids.sort_unstable();
    Ok(ids)
}
