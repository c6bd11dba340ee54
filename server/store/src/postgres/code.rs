//! Views, functions and triggers: code, made again whenever this build has others than the database.

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgPool};

use crate::Result;

/// Each can be run again: it replaces what is there.
const CODE: [&str; 3] =
    [include_str!("code/log.sql"), include_str!("code/statistics.sql"), include_str!("code/sums.sql")];

/// Makes them, if others are there.
pub(super) async fn renew(writer: &PgPool) -> Result<()> {
    let mut hash = Sha256::new();
    CODE.iter().for_each(|code| hash.update(code));
    let hash = hash.finalize().to_vec();
    let mut transaction = super::begin(writer).await?;
    let made: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT hash FROM code_made").fetch_optional(&mut *transaction).await?;
    if made.as_deref() == Some(&hash[..]) {
        return Ok(());
    }
    for code in CODE {
        sqlx::raw_sql(AssertSqlSafe(code)).execute(&mut *transaction).await?;
    }
    sqlx::query("INSERT INTO code_made (only_row, hash) VALUES (1, $1) ON CONFLICT (only_row) DO UPDATE SET hash = excluded.hash")
        .bind(hash)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
