//! How submissions get their ids.

/// The statement that keeps so many submissions, and tells the id of each and whether its token is revoked. A trigger takes the
/// ids from the sequence of the log.
pub(super) fn insertion(rows: usize) -> String {
    let values = vec!["(?, ?, ?)"; rows].join(", ");
    // As for new detections, the condition has the newest id looked up for each.
    format!(
        "INSERT INTO new_submissions (kept_at, token_id, detection) VALUES {values}
         RETURNING (SELECT max(s.id) FROM submissions s WHERE new_submissions.kept_at IS NOT NULL),
                   EXISTS (SELECT 1 FROM api_tokens t WHERE t.id = new_submissions.token_id AND t.revoked_at IS NOT NULL)"
    )
}
