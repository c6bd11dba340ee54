//! What is left in the database of what was forgotten: PostgreSQL keeps rows as they were before, until they are cleared away.

use super::{Connection, PostgresStore};
use crate::Result;

/// Words of the index go with the rows that they are of.
#[expect(clippy::unused_async, reason = "SQLite has something to note")]
pub(super) async fn words_were_deleted(_: &mut Connection) -> Result<()> {
    Ok(())
}

#[expect(clippy::unused_async, reason = "SQLite has something to look up")]
pub(super) async fn words_are_gone(_: &PostgresStore) -> Result<bool> {
    Ok(true)
}

/// Clears away earlier rows of the tables that people's words are in, on a connection that reads: whoever writes goes on. What somebody
/// still reads goes with a later clearing, which PostgreSQL does by itself; a table that it is clearing at this moment is left to it.
pub(super) async fn overwrite(store: &PostgresStore) -> Result<bool> {
    sqlx::raw_sql(
        "VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON) detections, detection_contents, detection_words, detection_notes,
             superseded_verdicts, submissions, import_rows, app_feedback, untold, rechecks",
    )
    .execute(&store.readers)
    .await?;
    Ok(true)
}
