//! Keeps what apps sent, under ids from the sequence of the log.

use domain::NewDetection;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqlitePool};
use sqlx::{AssertSqlSafe, Sqlite};

use super::batches;
use super::columns::to_ms;
use crate::{Appended, Result};

/// Keeps submissions in one transaction, and tells of each, in the same order.
pub(super) async fn keep(unjudged: &[NewDetection], writer: &SqlitePool) -> Result<Vec<Appended>> {
    batches::append(unjudged, insertion, writer).await
}

fn insertion(batch: &[NewDetection]) -> Result<Query<'_, Sqlite, SqliteArguments>> {
    let values = vec!["(?, ?, ?)"; batch.len()].join(", ");
    // As for new detections, the condition has the newest id looked up for each.
    let sql = format!(
        "INSERT INTO new_submissions (kept_at, token_id, detection) VALUES {values}
         RETURNING (SELECT max(s.id) FROM submissions s WHERE new_submissions.kept_at IS NOT NULL),
                   (SELECT t.rotations FROM api_tokens t WHERE t.id = new_submissions.token_id AND t.revoked_at IS NULL)"
    );
    batch.iter().try_fold(sqlx::query(AssertSqlSafe(sql)), |query, new| {
        let text = serde_json::to_string(new).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let token = new.circumstances.token_id.map(|token| token.0);
        Ok(query.bind(to_ms(new.created_at)).bind(token).bind(text))
    })
}
