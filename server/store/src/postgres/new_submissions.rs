//! Keeps what apps sent. Its ids come from the sequence of the log.

use domain::{DetectionId, NewDetection};

use super::columns::to_ms;
use super::insert::{next_ids, revoked};
use super::{Connection, Pool, submissions};
use crate::{Appended, Result};

/// Keeps submissions in one transaction, and tells of each, in the same order.
pub(super) async fn keep(unjudged: &[NewDetection], writer: &Pool) -> Result<Vec<Appended>> {
    let kept_at: Vec<i64> = unjudged.iter().map(|new| to_ms(new.created_at)).collect();
    let token = |new: &NewDetection| new.circumstances.token_id.map(|token| token.0);
    let tokens: Vec<Option<i64>> = unjudged.iter().map(token).collect();
    let texts = unjudged.iter().map(submissions::text).collect::<Result<Vec<_>>>()?;
    let mut transaction = super::begin(writer).await?;
    let ids = next_ids(unjudged.len(), &mut transaction).await?;
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
    let revoked = revoked(tokens.iter().flatten().copied().collect(), &mut transaction).await?;
    transaction.commit().await?;
    let told = |(id, token): (i64, Option<i64>)| Appended {
        id: DetectionId(id),
        token_revoked: token.is_some_and(|token| revoked.contains(&token)),
    };
    Ok(ids.into_iter().zip(tokens).map(told).collect())
}

/// Lets those go that just entered the log.
pub(super) async fn settle(ids: &[i64], connection: &mut Connection) -> Result<()> {
    sqlx::query("DELETE FROM submissions WHERE id = ANY($1)").bind(ids).execute(connection).await?;
    Ok(())
}
