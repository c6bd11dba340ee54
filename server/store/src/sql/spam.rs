//! How much spam a site gets, and how much is usual for it: read from the counts by hour (migration 0014).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::columns::{HOURS_PER_DAY, MS_PER_HOUR, to_hour, to_ms};
use super::{Db, Pool};
use crate::{Result, SiteSpam};

/// Hours that tell what is usual: a week, and the hour before the last one, which is partly of the last sixty minutes.
const WINDOW: i64 = 7 * HOURS_PER_DAY + 1;

/// The sites that got so many spam messages or more in the last hour. On a calm day that is none, and two hours of counts are all
/// that is read.
#[expect(clippy::cast_precision_loss, reason = "counts of a week and milliseconds of an hour")]
pub(super) async fn by_site(now: DateTime<Utc>, at_least: f64, readers: &Pool) -> Result<Vec<SiteSpam>> {
    let hour = to_hour(now);
    // Of the hour before, the part that lies within the last sixty minutes.
    let into = (to_ms(now) - hour * MS_PER_HOUR) as f64 / MS_PER_HOUR as f64;
    let recent: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT site, coalesce(CAST(sum(checks) FILTER (WHERE hour = $1) AS BIGINT), 0),
                coalesce(CAST(sum(checks) FILTER (WHERE hour = $1 - 1) AS BIGINT), 0)
         FROM stat_hours WHERE hour BETWEEN $1 - 1 AND $1 AND is_spam = TRUE GROUP BY site",
    )
    .bind(hour)
    .fetch_all(readers)
    .await?;
    let last_hour =
        |(site, this, before): (String, i64, i64)| (site, this as f64 + before as f64 * (1.0 - into));
    let many: Vec<_> = recent.into_iter().map(last_hour).filter(|(_, spam)| *spam >= at_least).collect();
    if many.is_empty() {
        return Ok(Vec::new());
    }
    let week = week(hour, &many, readers).await?;
    let mut sites = Vec::with_capacity(many.len());
    for (site, last_hour) in many {
        let (mut first, spam) = week.get(&site.to_ascii_lowercase()).copied().unwrap_or((hour, 0));
        if hour - first <= HOURS_PER_DAY && is_older(&site, hour - WINDOW, readers).await? {
            // It was silent until now, and that is what is usual.
            first = hour - WINDOW;
        }
        // A site of which no more than a day is known has no usual hour.
        let hours = (hour - 1 - first).max(1);
        let usual = (hour - first > HOURS_PER_DAY).then(|| spam as f64 / hours as f64);
        sites.push(SiteSpam { site: Some(site).filter(|site| !site.is_empty()), last_hour, usual });
    }
    Ok(sites)
}

/// The first hour of the last week in which something of a site was checked, and its spam but that of the last two hours; by the
/// sites' names in lower case.
async fn week(hour: i64, sites: &[(String, f64)], readers: &Pool) -> Result<BTreeMap<String, (i64, i64)>> {
    let mut sql = QueryBuilder::<Db>::new(
        "SELECT site, min(hour), CAST(coalesce(sum(checks) FILTER (WHERE is_spam = TRUE AND hour < ",
    );
    sql.push_bind(hour - 1).push("), 0) AS BIGINT) FROM stat_hours WHERE checks > 0 AND hour >= ");
    sql.push_bind(hour - WINDOW).push(" AND hour <= ").push_bind(hour).push(" AND site IN (");
    let mut names = sql.separated(", ");
    for (site, _) in sites {
        names.push_bind(site.clone());
    }
    sql.push(") GROUP BY site");
    let rows: Vec<(String, i64, i64)> = sql.build_query_as().fetch_all(readers).await?;
    Ok(rows.into_iter().map(|(site, first, spam)| (site.to_ascii_lowercase(), (first, spam))).collect())
}

/// Whether something of a site was checked on a day before that of an hour.
async fn is_older(site: &str, hour: i64, readers: &Pool) -> Result<bool> {
    let older = "SELECT EXISTS (SELECT 1 FROM sum_sites WHERE day < $1 AND site = $2 AND checks > 0)";
    Ok(sqlx::query_scalar(older).bind(hour / HOURS_PER_DAY).bind(site).fetch_one(readers).await?)
}
