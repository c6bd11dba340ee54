//! Works out what apps are to hear of what changed.

use chrono::{DateTime, Utc};
use domain::{AppDecisionEvent, Label};

use super::super::columns::{At, to_ms};
use super::super::reasons::given;
use super::super::{Connection, Engine};
use crate::Result;

/// A detection that changed, and what its app heard last.
#[derive(sqlx::FromRow)]
struct Changed {
    id: i64,
    site: String,
    label: Option<String>,
    is_spam: bool,
    judged_by: String,
    /// Until when the label can be undone at no cost.
    undo_until: Option<i64>,
    /// What the app heard last; else its answer.
    heard: Option<bool>,
    heard_by: Option<String>,
    heard_reason: Option<String>,
}

const SELECT: &str = "
    SELECT d.id, d.site, d.label, d.is_spam, d.judged_by,
           (SELECT max(l.send_after) FROM label_decisions l WHERE l.detection_id = d.id AND l.undone_at IS NULL) AS undo_until,
           CASE WHEN a.id IS NOT NULL THEN a.is_spam
                WHEN d.told = 'nothing' THEN NULL
                ELSE coalesce(d.told = 'spam', d.is_spam) END AS heard,
           coalesce(a.decided_by,
                    (SELECT s.judged_by FROM superseded_verdicts s WHERE s.detection_id = d.id ORDER BY s.id LIMIT 1),
                    d.judged_by) AS heard_by,
           a.reason AS heard_reason
    FROM app_decisions_due q
    JOIN detections d ON d.id = q.detection_id
    LEFT JOIN app_decisions a ON a.id = (SELECT max(id) FROM app_decisions WHERE detection_id = d.id)
    WHERE q.due_at <= $1 ORDER BY q.due_at LIMIT $2";

pub(super) async fn settle(now: DateTime<Utc>, limit: u32, store: &Engine) -> Result<usize> {
    // Mostly nothing is due, and a look costs no write.
    let look = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM app_decisions_due WHERE due_at <= $1)");
    let any: bool = look.bind(to_ms(now)).fetch_one(&store.readers).await?;
    if !any {
        return Ok(0);
    }
    let mut transaction = store.begin().await?;
    let changed: Vec<Changed> =
        sqlx::query_as(SELECT).bind(to_ms(now)).bind(i64::from(limit)).fetch_all(&mut *transaction).await?;
    let count = changed.len();
    for one in changed {
        one.settle(now, &mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(count)
}

impl Changed {
    async fn settle(self, now: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
        if let Some(until) = self.undo_until.filter(|until| *until > to_ms(now)) {
            let wait = sqlx::query("UPDATE app_decisions_due SET due_at = $1 WHERE detection_id = $2");
            wait.bind(until).bind(self.id).execute(connection).await?;
            return Ok(());
        }
        sqlx::query("DELETE FROM app_decisions_due WHERE detection_id = $1")
            .bind(self.id)
            .execute(&mut *connection)
            .await?;
        let at = At { table: "detections", id: self.id };
        let label: Option<Label> = at.maybe_word("label", self.label.as_deref())?;
        let (is_spam, decided_by) = match label {
            Some(label) => (label.is_spam(), "person"),
            None => (self.is_spam, self.judged_by.as_str()),
        };
        let reasons = match label {
            Some(_) => given::standing(self.id, &mut *connection).await?,
            None => Vec::new(),
        };
        let reason = (!reasons.is_empty()).then(|| domain::reason::names(&reasons));
        let heard_by = self.heard_by.as_deref();
        if self.heard == Some(is_spam) && heard_by == Some(decided_by) && self.heard_reason == reason {
            return Ok(());
        }
        let event = match label {
            Some(_) => AppDecisionEvent::Label,
            None if heard_by == Some("person") => AppDecisionEvent::Undo,
            None => AppDecisionEvent::Verdict,
        };
        sqlx::query(
            "INSERT INTO app_decisions (site, detection_id, event, is_spam, previous, decided_by, reason, decided_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(self.site)
        .bind(self.id)
        .bind(event.as_str())
        .bind(is_spam)
        .bind(self.heard)
        .bind(decided_by)
        .bind(reason)
        .bind(to_ms(now))
        .execute(connection)
        .await?;
        Ok(())
    }
}
