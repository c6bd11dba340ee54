//! Searches that the team keeps.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{SavedSearch, SavedSearchId, UserId};
use serde_json::{Value, json};

use super::columns::{At, to_ms};
use super::{Connection, Engine, audit};
use crate::{NewAuditEvent, NewSavedSearch, Result, SavedSearches, StoreError};

#[async_trait]
impl SavedSearches for Engine {
    async fn saved_searches(&self) -> Result<Vec<SavedSearch>> {
        let rows: Vec<(i64, String, String, String, String)> = sqlx::query_as(
            "SELECT s.id, s.name, s.q, s.sorted, u.name FROM saved_searches s JOIN users u ON u.id = s.created_by
             ORDER BY s.name_folded",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(id, name, q, sorted, created_by)| {
                let at = At { table: "saved_searches", id };
                let sorted = at.word("sorted", &sorted)?;
                Ok(SavedSearch { id: SavedSearchId(id), name, q, sorted, created_by })
            })
            .collect()
    }

    async fn save_search(&self, new: &NewSavedSearch) -> Result<SavedSearchId> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "INSERT INTO saved_searches (name, name_folded, q, sorted, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(&new.name)
        .bind(new.name.to_lowercase())
        .bind(&new.q)
        .bind(new.sorted.as_str())
        .bind(new.created_by.0)
        .bind(to_ms(new.created_at))
        .fetch_one(&mut *transaction)
        .await
        .map_err(taken)?;
        let id = SavedSearchId(id);
        let details = json!({ "name": new.name, "q": new.q });
        note(id, "search.saved", details, (new.created_by, new.created_at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn rename_search(
        &self,
        id: SavedSearchId,
        name: &str,
        by: UserId,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("UPDATE saved_searches SET name = $1, name_folded = $2 WHERE id = $3")
            .bind(name)
            .bind(name.to_lowercase())
            .bind(id.0)
            .execute(&mut *transaction)
            .await
            .map_err(taken)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        note(id, "search.renamed", json!({ "name": name }), (by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn delete_search(&self, id: SavedSearchId, by: UserId, at: DateTime<Utc>) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let deleted: Option<(String, String)> =
            sqlx::query_as("DELETE FROM saved_searches WHERE id = $1 RETURNING name, q")
                .bind(id.0)
                .fetch_optional(&mut *transaction)
                .await?;
        let Some((name, q)) = deleted else { return Ok(false) };
        let details = json!({ "name": name, "q": q });
        note(id, "search.deleted", details, (by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Taken("this name of a search"),
        _ => error.into(),
    }
}

async fn note(
    id: SavedSearchId,
    action: &'static str,
    details: Value,
    (by, at): (UserId, DateTime<Utc>),
    connection: &mut Connection,
) -> Result<()> {
    let subject = format!("search:{}", id.0);
    audit::record(&NewAuditEvent { at, user_id: Some(by), action, subject, details }, connection).await
}
