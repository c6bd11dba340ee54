//! Which texts the log has.

use serde_json::json;

use super::{Pool, keys};
use crate::Result;

/// Places, from 0, of those hashes whose texts are in the log: each is a look-up in the index of words.
pub(super) async fn among(hashes: &[&[u8; 32]], readers: &Pool) -> Result<Vec<i64>> {
    let wanted: Vec<_> =
        hashes.iter().map(|hash| [keys::whole(&keys::content(&hash[..])), hex(&hash[..])]).collect();
    let found = sqlx::query_scalar(
        "SELECT wanted.key FROM json_each($1) AS wanted
         WHERE EXISTS (SELECT 1 FROM detections_fts CROSS JOIN detections d ON d.id = detections_fts.rowid
                       WHERE detections_fts MATCH (wanted.value ->> 0) AND d.content_hash = unhex(wanted.value ->> 1))",
    );
    Ok(found.bind(json!(wanted).to_string()).fetch_all(readers).await?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
