//! Keeps what apps sent, under ids from the sequence of the log.

use domain::{DetectionId, NewDetection};

use super::columns::to_ms;
use super::{Pool, insert};
use crate::{Appended, Result};

/// Keeps submissions in one transaction, and tells of each, in the same order.
pub(super) async fn keep(unjudged: &[NewDetection], writer: &Pool) -> Result<Vec<Appended>> {
    let mut texts = Vec::with_capacity(unjudged.len());
    for new in unjudged {
        texts.push(serde_json::to_string(new).map_err(|error| sqlx::Error::Encode(error.into()))?);
    }
    let tokens: Vec<Option<i64>> =
        unjudged.iter().map(|new| new.circumstances.token_id.map(|token| token.0)).collect();
    let kept_at: Vec<i64> = unjudged.iter().map(|new| to_ms(new.created_at)).collect();
    let mut transaction = super::begin(writer).await?;
    let ids = insert::next_ids(unjudged.len(), &mut transaction).await?;
    sqlx::query(
        "INSERT INTO submissions (id, kept_at, token_id, detection)
         SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])",
    )
    .bind(&ids)
    .bind(kept_at)
    .bind(&tokens)
    .bind(texts)
    .execute(&mut *transaction)
    .await?;
    let rotations = insert::rotations(tokens.iter().copied().flatten().collect(), &mut transaction).await?;
    transaction.commit().await?;
    let told = |(id, token): (i64, &Option<i64>)| Appended {
        id: DetectionId(id),
        token_rotations: token.and_then(|token| rotations.get(&token).copied()),
    };
    Ok(ids.into_iter().zip(&tokens).map(told).collect())
}
