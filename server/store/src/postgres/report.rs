//! What the server says of itself, for whoever looks after it.

use chrono::DateTime;

use super::open::{connect, has_table};
use crate::Result;
use crate::backup::Tally;
use crate::server::ServerReport;

/// See [`crate::server::look`].
pub(crate) async fn report(url: &str) -> Result<ServerReport> {
    let mut connection = connect(url).await?;
    let (version, now, bytes, synchronous_commit, fsync): (String, i64, i64, String, bool) = sqlx::query_as(
        "SELECT current_setting('server_version'), (extract(epoch FROM clock_timestamp()) * 1000)::bigint, pg_database_size(current_database()),
                current_setting('synchronous_commit'), current_setting('fsync') = 'on'",
    )
    .fetch_one(&mut connection)
    .await?;
    let (standbys, synchronous): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) FROM pg_stat_replication",
    )
    .fetch_one(&mut connection)
    .await?;
    let mut report = ServerReport {
        version,
        schema: None,
        now: DateTime::from_timestamp_millis(now).unwrap_or_default(),
        newest: None,
        tally: Tally::default(),
        bytes: bytes.unsigned_abs(),
        synchronous_commit,
        fsync,
        standbys: standbys.unsigned_abs(),
        synchronous_standbys: synchronous.unsigned_abs(),
    };
    if !has_table("_sqlx_migrations", &mut connection).await? {
        return Ok(report);
    }
    report.schema = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut connection)
        .await?;
    let (newest, detections, decisions, users): (Option<i64>, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT created_at FROM detections ORDER BY id DESC LIMIT 1), (SELECT count(*) FROM detections),
                (SELECT count(*) FROM label_decisions), (SELECT count(*) FROM users)",
    )
    .fetch_one(&mut connection)
    .await?;
    report.newest = newest.and_then(DateTime::from_timestamp_millis);
    report.tally = Tally {
        detections: detections.unsigned_abs(),
        decisions: decisions.unsigned_abs(),
        users: users.unsigned_abs(),
    };
    Ok(report)
}
