//! Keeps what apps sent. A trigger takes its ids from the sequence of the log.

use domain::NewDetection;
use sqlx::AssertSqlSafe;
use sqlx::query::Query;

use super::columns::to_ms;
use super::{Arguments, Connection, Db, Pool, batches, submissions};
use crate::{Appended, Result};

/// Keeps submissions in one transaction, and tells of each, in the same order.
pub(super) async fn keep(unjudged: &[NewDetection], writer: &Pool) -> Result<Vec<Appended>> {
    batches::append(unjudged, insertion, writer).await
}

fn insertion(batch: &[NewDetection]) -> Result<Query<'_, Db, Arguments>> {
    let values = vec!["(?, ?, ?)"; batch.len()].join(", ");
    // As for new detections, the condition has the newest id looked up for each.
    let sql = format!(
        "INSERT INTO new_submissions (kept_at, token_id, detection) VALUES {values}
         RETURNING (SELECT max(s.id) FROM submissions s WHERE new_submissions.kept_at IS NOT NULL),
                   EXISTS (SELECT 1 FROM api_tokens t WHERE t.id = new_submissions.token_id AND t.revoked_at IS NOT NULL)"
    );
    batch.iter().try_fold(sqlx::query(AssertSqlSafe(sql)), |query, new| {
        let token = new.circumstances.token_id.map(|token| token.0);
        Ok(query.bind(to_ms(new.created_at)).bind(token).bind(submissions::text(new)?))
    })
}

/// Lets those go that are in the log, up to an id up to which all of the log has its words.
pub(super) async fn settle(to: i64, connection: &mut Connection) -> Result<()> {
    sqlx::query(
        "DELETE FROM submissions
         WHERE id <= $1 AND EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)",
    )
    .bind(to)
    .execute(connection)
    .await?;
    Ok(())
}
