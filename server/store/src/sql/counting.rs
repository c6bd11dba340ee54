//! How many match a search.

use chrono::{DateTime, Utc};
use domain::search::TermKind;
use domain::{BoundedCount, SearchQuery};

use super::{Engine, statistics};
use crate::Result;

impl Engine {
    pub(super) async fn search_count(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<BoundedCount> {
        // A range of days is a few sums; without one, every day there ever was is added up, which memory spares as far as it reaches.
        let is_in_time =
            query.terms.iter().any(|term| matches!(term.kind, TermKind::After(_) | TermKind::Before(_)));
        if is_in_time && let Some(count) = self.count_by_sums(query, now).await? {
            return Ok(count);
        }
        let count = self.facts.count(query, now, &self.readers).await?;
        if count.more
            && let Some(whole) = self.count_by_sums(query, now).await?
        {
            return Ok(whole);
        }
        Ok(count)
    }

    pub(super) async fn count_by_sums(
        &self,
        query: &SearchQuery,
        now: DateTime<Utc>,
    ) -> Result<Option<BoundedCount>> {
        let count = statistics::count_by_sums(query, now, &self.readers).await?;
        Ok(count.map(|count| BoundedCount { count, more: false }))
    }
}
