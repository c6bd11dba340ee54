//! Allowances: a row a key, by the database's clock. One attempt is one statement where it counts against one key.

use std::time::Duration;

use async_trait::async_trait;

use super::{Connection, PostgresStore};
use crate::{Allowances, Charge, Result};

/// Now, in microseconds since the UNIX epoch.
macro_rules! now {
    () => {
        "CAST(floor(extract(epoch FROM clock_timestamp()) * 1000000) AS BIGINT)"
    };
}

#[async_trait]
impl Allowances for PostgresStore {
    async fn charge(&self, charges: &[Charge]) -> Result<Option<std::result::Result<(), Duration>>> {
        if let [only] = charges {
            return Ok(Some(one(only, &mut *self.beside.acquire().await?).await?));
        }
        // In one order, so that no two wait for each other.
        let mut sorted = charges.to_vec();
        sorted.sort();
        let mut transaction = self.beside.begin().await?;
        for charge in &sorted {
            if let Err(wait) = one(charge, &mut transaction).await? {
                transaction.rollback().await?;
                return Ok(Some(Err(wait)));
            }
        }
        transaction.commit().await?;
        Ok(Some(Ok(())))
    }

    async fn refund(&self, charges: &[Charge]) -> Result<()> {
        for charge in charges {
            sqlx::query("UPDATE allowances SET paid_off = paid_off - $2 WHERE key = $1")
                .bind(&charge.key)
                .bind(micros(charge.interval))
                .execute(&self.beside)
                .await?;
        }
        Ok(())
    }

    async fn hold_back(&self, charge: &Charge, wait: Duration) -> Result<()> {
        // So much is owed that it is paid off as far as one more attempt needs when the wait is over.
        let owed = micros(wait) + micros(charge.most) - micros(charge.interval);
        sqlx::query(concat!(
            "INSERT INTO allowances (key, paid_off) VALUES ($1, ",
            now!(),
            " + $2) ON CONFLICT (key) DO UPDATE SET paid_off = greatest(allowances.paid_off, excluded.paid_off)"
        ))
        .bind(&charge.key)
        .bind(owed)
        .execute(&self.beside)
        .await?;
        Ok(())
    }
}

async fn one(charge: &Charge, connection: &mut Connection) -> Result<std::result::Result<(), Duration>> {
    let done = sqlx::query(concat!(
        "INSERT INTO allowances (key, paid_off) VALUES ($1, ",
        now!(),
        " + $2) ON CONFLICT (key) DO UPDATE SET paid_off = greatest(allowances.paid_off + $2, excluded.paid_off)
         WHERE greatest(allowances.paid_off + $2, excluded.paid_off) - (excluded.paid_off - $2) <= $3"
    ))
    .bind(&charge.key)
    .bind(micros(charge.interval))
    .bind(micros(charge.most))
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() > 0 {
        return Ok(Ok(()));
    }
    let wait: Option<i64> = sqlx::query_scalar(concat!(
        "SELECT paid_off + $2 - $3 - ",
        now!(),
        " FROM allowances WHERE key = $1"
    ))
    .bind(&charge.key)
    .bind(micros(charge.interval))
    .bind(micros(charge.most))
    .fetch_optional(connection)
    .await?;
    Ok(Err(Duration::from_micros(wait.unwrap_or_default().max(1).unsigned_abs())))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}
