//! Which texts the log has.

use super::{Pool, keys};
use crate::Result;

/// Places, from 0, of those hashes whose texts are in the log: each is a look-up in the index of words.
pub(super) async fn among(hashes: &[&[u8; 32]], readers: &Pool) -> Result<Vec<i64>> {
    let wanted: Vec<String> = hashes.iter().map(|hash| keys::whole(&keys::content(&hash[..]))).collect();
    let hashes: Vec<&[u8]> = hashes.iter().map(|hash| &hash[..]).collect();
    let found = sqlx::query_scalar(
        "SELECT place - 1 FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS wanted (key, hash, place)
         WHERE EXISTS (SELECT 1 FROM detection_words i JOIN detections d ON d.id = i.detection_id
                       WHERE i.words @@ wanted.key::tsquery AND d.content_hash = wanted.hash)",
    );
    Ok(found.bind(wanted).bind(hashes).fetch_all(readers).await?)
}
