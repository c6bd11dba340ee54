//! Why labels were set: lists of reasons, macros, and what labels have of them.

pub(super) mod given;
mod lists;
mod macros;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Decided, DetectionId, Label, Macro, MacroId, NewMacro, NewReasonList, Reason, ReasonId, ReasonList,
    UserId, reason::folded,
};
use sqlx::QueryBuilder;

use super::Engine;
use super::columns::{At, to_ms};
use super::text;
use super::{Connection, Db};
use crate::{ReasonCount, Reasons, Result};

#[async_trait]
impl Reasons for Engine {
    async fn reason_lists(&self) -> Result<Vec<ReasonList>> {
        lists::all(&self.readers).await
    }

    async fn set_reason_list(
        &self,
        list: &NewReasonList,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        lists::set(list, by, at, &mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn remove_reason_list(&self, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let removed = lists::remove(site, by, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(removed)
    }

    async fn reason_names(&self, limit: u32) -> Result<Vec<String>> {
        let names = sqlx::query_scalar(
            "SELECT name FROM reasons r
             WHERE EXISTS (SELECT 1 FROM reason_list_entries e WHERE e.reason_id = r.id)
                OR EXISTS (SELECT 1 FROM label_reasons g WHERE g.reason_id = r.id)
             ORDER BY name_folded LIMIT $1",
        );
        let names: Vec<String> = names.bind(i64::from(limit)).fetch_all(&self.readers).await?;
        Ok(names.into_iter().map(text::read).collect())
    }

    async fn site_of(&self, detection: DetectionId) -> Result<Option<String>> {
        let site: Option<Option<String>> = sqlx::query_scalar("SELECT site FROM detections WHERE id = $1")
            .bind(detection.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(site.flatten().map(text::read))
    }

    async fn sites_of(&self, detections: &[DetectionId]) -> Result<Vec<Option<String>>> {
        let mut sql = QueryBuilder::<Db>::new("SELECT DISTINCT site FROM detections WHERE id IN (");
        let mut list = sql.separated(", ");
        for id in detections {
            // A number needs no quotes, and there may be more of them than parameters.
            list.push(id.0);
        }
        sql.push(")");
        let sites: Vec<Option<String>> =
            sql.build_query_scalar().persistent(false).fetch_all(&self.readers).await?;
        Ok(sites.into_iter().map(|site| site.map(text::read)).collect())
    }

    async fn one_of(&self, of: Decided) -> Result<Option<(DetectionId, Label)>> {
        let (sql, id) = match of {
            Decided::One(id) => ("SELECT detection_id, label FROM label_decisions WHERE id = $1", id.0),
            Decided::Bulk(id) => {
                ("SELECT detection_id, label FROM label_decisions WHERE bulk_id = $1 LIMIT 1", id.0)
            }
        };
        let row: Option<(i64, String)> = sqlx::query_as(sql).bind(id).fetch_optional(&self.readers).await?;
        let at = At { table: "label_decisions", id };
        row.map(|(detection, label)| Ok((DetectionId(detection), at.word("label", &label)?))).transpose()
    }

    async fn turn_reason(
        &self,
        of: Decided,
        reason: ReasonId,
        by: UserId,
        at: DateTime<Utc>,
    ) -> Result<Option<Vec<Reason>>> {
        let mut transaction = self.begin().await?;
        let has_now = match of {
            Decided::One(id) => given::turn(id, reason, by, at, &mut transaction).await?,
            Decided::Bulk(id) => given::turn_bulk(id, reason, by, at, &mut transaction).await?,
        };
        transaction.commit().await?;
        Ok(has_now)
    }

    async fn count_reasons(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        site: Option<&str>,
    ) -> Result<Vec<ReasonCount>> {
        let counted: Vec<(Option<String>, i64)> = sqlx::query_as(
            "SELECT r.name, count(*) AS labels
             FROM detections d
             LEFT JOIN standing_reasons s ON s.detection_id = d.id
             LEFT JOIN reasons r ON r.id = s.reason_id
             WHERE d.label IS NOT NULL AND d.labelled_at >= $1 AND d.labelled_at < $2
               AND ($3 IS NULL OR coalesce(d.site, '') = $3 COLLATE NOCASE)
             GROUP BY r.id, r.name ORDER BY labels DESC, r.name NULLS FIRST",
        )
        .bind(to_ms(from))
        .bind(to_ms(to))
        .bind(site.map(text::kept))
        .fetch_all(&self.readers)
        .await?;
        Ok(counted
            .into_iter()
            .map(|(name, labels)| ReasonCount { name: name.map(text::read), labels: labels.unsigned_abs() })
            .collect())
    }

    async fn macros(&self) -> Result<Vec<Macro>> {
        macros::all(&self.readers).await
    }

    async fn set_macro(&self, new: &NewMacro, by: Option<UserId>, at: DateTime<Utc>) -> Result<MacroId> {
        let mut transaction = self.begin().await?;
        let id = macros::set(new, by, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn remove_macro(&self, id: MacroId, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let removed = macros::remove(id, by, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(removed)
    }
}

/// A row of a statement that reads reasons by what has them.
#[derive(sqlx::FromRow)]
struct HadRow {
    of: i64,
    id: i64,
    name: String,
}

impl HadRow {
    fn reason(self) -> Reason {
        Reason { id: ReasonId(self.id), name: text::read(self.name) }
    }
}

/// The reason of a name; it is made when there is none yet. The newest spelling counts.
pub(super) async fn named(name: &str, connection: &mut Connection) -> Result<ReasonId> {
    let id = sqlx::query_scalar(
        "INSERT INTO reasons (name, name_folded) VALUES ($1, $2)
         ON CONFLICT (name_folded) DO UPDATE SET name = excluded.name RETURNING id",
    );
    Ok(ReasonId(id.bind(text::kept(name)).bind(text::kept(&folded(name))).fetch_one(connection).await?))
}
