//! Counts for charts. `fold` keeps them, `kept` reads them, `newest` counts the end of the log itself.

mod fold;
mod kept;
mod newest;
mod sums;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Days, DetectionId, SearchQuery};
use sqlx::QueryBuilder;

use self::fold::Chunk;
use super::{Connection, Db, Engine, Pool, text};
use crate::statistics::{Counts, DayCount, HourCount, Labelled, Newest, Source};
use crate::{Result, Statistics};

/// Takes in everything that an older Gavel, or one that was cut off, has left uncounted.
pub(super) async fn catch_up(writer: &Pool) -> Result<()> {
    let taken = fold::all(writer, Chunk::WhileOpening).await?;
    if taken > 0 {
        tracing::info!(taken, "counted the log for its charts");
    }
    Ok(())
}

pub(super) use sums::count as count_by_sums;

/// Takes in what a load has just written, while its pages are still in memory.
pub(super) async fn take_in(connection: &mut Connection) -> Result<()> {
    while fold::chunk(&mut *connection, Chunk::WhileOpening).await? > 0 {}
    Ok(())
}

#[async_trait]
impl Statistics for Engine {
    async fn count_new(&self) -> Result<u64> {
        fold::all(&self.writer, Chunk::WhileServing).await
    }

    async fn counts(&self, days: Days, site: Option<&str>) -> Result<Counts> {
        kept::counts(days, site, &self.readers).await
    }

    async fn day_counts(&self, days: Days, site: Option<&str>) -> Result<Vec<DayCount>> {
        kept::days(days, site, &self.readers).await
    }

    async fn hour_counts(&self, days: Days, site: Option<&str>) -> Result<Vec<HourCount>> {
        kept::hours(days, site, &self.readers).await
    }

    async fn newest_counts(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Newest<Counts>> {
        newest::counts(query, now, &self.readers).await
    }

    async fn newest_sources(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Newest<Vec<Source>>> {
        newest::sources(query, now, &self.readers).await
    }

    async fn newest_labelled(
        &self,
        query: &SearchQuery,
        threshold: f64,
        now: DateTime<Utc>,
    ) -> Result<Newest<Labelled>> {
        newest::labelled(query, threshold, now, &self.readers).await
    }

    async fn newest_threshold(&self) -> Result<Option<f64>> {
        let newest = "SELECT threshold FROM detections ORDER BY id DESC LIMIT 1";
        Ok(sqlx::query_scalar(newest).fetch_optional(&self.readers).await?)
    }

    async fn excerpts(&self, ids: &[DetectionId]) -> Result<Vec<(DetectionId, String)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = QueryBuilder::<Db>::new(
            "SELECT detection_id, coalesce(excerpt, message) FROM detection_contents WHERE detection_id IN (",
        );
        let mut list = sql.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        sql.push(")");
        let rows: Vec<(i64, String)> = sql.build_query_as().fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(id, excerpt)| (DetectionId(id), text::read(excerpt))).collect())
    }
}
