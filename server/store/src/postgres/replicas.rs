//! Leases and the list of replicas: single statements beside the turns of those who write, by the database's clock.

use std::time::Duration;

use async_trait::async_trait;
use domain::fleet::{Fleet, HeldLease, Replica};

use super::PostgresStore;
use super::columns::At;
use crate::{Replicas, Result};

/// Now, in milliseconds since the UNIX epoch.
macro_rules! now {
    () => {
        "CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)"
    };
}

#[async_trait]
impl Replicas for PostgresStore {
    async fn take_leases(&self, names: &[&str], lasts: Duration) -> Result<Vec<String>> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        Ok(sqlx::query_scalar(concat!(
            "INSERT INTO leases (name, owner, until) SELECT name, $2, ",
            now!(),
            " + $3 FROM UNNEST($1::text[]) AS wanted (name) ORDER BY name
             ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
                 WHERE leases.owner = excluded.owner OR leases.until <= ",
            now!(),
            " RETURNING name"
        ))
        .bind(names)
        .bind(&self.replica)
        .bind(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX))
        .fetch_all(&self.beside)
        .await?)
    }

    async fn release_leases(&self) -> Result<()> {
        sqlx::query("DELETE FROM leases WHERE owner = $1").bind(&self.replica).execute(&self.beside).await?;
        Ok(())
    }

    async fn report_in(&self, version: &str, host: &str) -> Result<()> {
        sqlx::query(concat!(
            "INSERT INTO replicas (id, version, host, since, seen_at) VALUES ($1, $2, $3, ",
            now!(),
            ", ",
            now!(),
            ") ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
        ))
        .bind(&self.replica)
        .bind(version)
        .bind(host)
        .execute(&self.beside)
        .await?;
        // Those that were killed are shown for an hour.
        sqlx::query(concat!("DELETE FROM replicas WHERE seen_at < ", now!(), " - 3600000"))
            .execute(&self.beside)
            .await?;
        // What is paid off counts as nothing.
        sqlx::query(concat!("DELETE FROM allowances WHERE paid_off < ", now!(), " * 1000"))
            .execute(&self.beside)
            .await?;
        Ok(())
    }

    async fn report_out(&self) -> Result<()> {
        sqlx::query("DELETE FROM replicas WHERE id = $1").bind(&self.replica).execute(&self.beside).await?;
        Ok(())
    }

    async fn fleet(&self) -> Result<Fleet> {
        let replicas: Vec<(String, String, String, i64, i64, i64)> = sqlx::query_as(concat!(
            "SELECT id, version, host, since, seen_at, ",
            now!(),
            " - seen_at FROM replicas ORDER BY since, id"
        ))
        .fetch_all(&self.readers)
        .await?;
        let leases: Vec<(String, String)> = sqlx::query_as(concat!(
            "SELECT name, owner FROM leases WHERE until > ",
            now!(),
            " ORDER BY name"
        ))
        .fetch_all(&self.readers)
        .await?;
        let at = At { table: "replicas", id: 0 };
        let replica = |(id, version, host, since, seen_at, silent_ms): (String, _, _, _, _, i64)| {
            Ok(Replica {
                is_this: id == self.replica,
                since: at.time("since", since)?,
                seen_at: at.time("seen_at", seen_at)?,
                silent_ms: silent_ms.max(0).unsigned_abs(),
                id,
                version,
                host,
            })
        };
        Ok(Fleet {
            replicas: replicas.into_iter().map(replica).collect::<Result<_>>()?,
            leases: leases.into_iter().map(|(name, owner)| HeldLease { name, owner }).collect(),
        })
    }
}
