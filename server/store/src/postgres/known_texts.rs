//! Which texts the log has.

use super::{Pool, keys};
use crate::Result;

/// Places, from 0, of those hashes whose texts are in the log: each is a look-up in the index of words.
pub(super) async fn among(hashes: &[&[u8; 32]], readers: &Pool) -> Result<Vec<i64>> {
    let wanted: Vec<String> = hashes.iter().map(|hash| keys::whole(&keys::content(&hash[..]))).collect();
    let hashes: Vec<&[u8]> = hashes.iter().map(|hash| &hash[..]).collect();
    // Each key is looked up by itself: joined freely, all of the log might be read for it.
    let found = sqlx::query_scalar(
        "SELECT place - 1 FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS wanted (key, hash, place)
         CROSS JOIN LATERAL (
             WITH found AS MATERIALIZED (SELECT detection_id FROM detection_words WHERE words @@ wanted.key::tsquery)
             SELECT 1 FROM found
             WHERE (SELECT d.content_hash FROM detections d WHERE d.id = found.detection_id) = wanted.hash LIMIT 1
         ) AS there",
    );
    Ok(found.bind(wanted).bind(hashes).fetch_all(readers).await?)
}
