//! How submissions get their ids.

use super::places::places;

/// The statement that keeps so many submissions, and tells the id of each, from the sequence of the log, and whether its token is
/// revoked.
pub(super) fn insertion(rows: usize) -> String {
    let values = places(rows, 3);
    format!(
        "INSERT INTO submissions (id, kept_at, token_id, detection)
         SELECT nextval('detections_id_seq'), kept_at, token_id, detection
         FROM (VALUES {values}) AS sent (kept_at, token_id, detection)
         RETURNING id, EXISTS (SELECT 1 FROM api_tokens t WHERE t.id = submissions.token_id AND t.revoked_at IS NOT NULL)"
    )
}
