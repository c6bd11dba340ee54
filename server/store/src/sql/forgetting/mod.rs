//! Messages, and who wrote them, are let go of: the row stays, and every copy of what it said goes.

mod due;
mod person;
mod rules;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{DataSubject, DetectionId, RetentionRule, UserId, forgetting::MESSAGE_FORGOTTEN};
use serde_json::json;

use super::columns::to_ms;
use super::{Connection, Engine, traces, words};
use crate::{Forgetting, ForgottenCount, PersonFound, Result};

/// What stands where a note was.
const NOTE_FORGOTTEN: &str = "Forgotten with the message.";

/// What is forgotten of a detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Content,
    Personal,
}

/// Forgets a part of some detections, which have it. `days` is the rule's; none when somebody asked for it.
async fn forget(
    ids: &[i64],
    part: Part,
    days: Option<i64>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let list = json!(ids).to_string();
    let mark = match part {
        Part::Content => {
            concat!(
                "INSERT INTO forgotten (detection_id, content_at, content_days) SELECT value, $2, $3 FROM (",
                list!("$1"),
                ") AS these WHERE TRUE
                 ON CONFLICT (detection_id) DO UPDATE SET content_at = excluded.content_at, content_days = excluded.content_days
                 WHERE forgotten.content_at IS NULL"
            )
        }
        Part::Personal => {
            concat!(
                "INSERT INTO forgotten (detection_id, personal_at, personal_days) SELECT value, $2, $3 FROM (",
                list!("$1"),
                ") AS these WHERE TRUE
                 ON CONFLICT (detection_id) DO UPDATE SET personal_at = excluded.personal_at, personal_days = excluded.personal_days
                 WHERE forgotten.personal_at IS NULL"
            )
        }
    };
    sqlx::query(mark).bind(&list).bind(to_ms(at)).bind(days).execute(&mut *connection).await?;
    let statements: &[&str] = match part {
        Part::Content => &CONTENT,
        Part::Personal => &PERSONAL,
    };
    for statement in statements.iter().chain(&BOTH) {
        let query = sqlx::query(*statement).bind(&list);
        let query = if statement.contains("$2") {
            query.bind(if statement.contains("detection_notes") { NOTE_FORGOTTEN } else { MESSAGE_FORGOTTEN })
        } else {
            query
        };
        query.execute(&mut *connection).await?;
    }
    for id in ids {
        words::rewrite(*id, connection).await?;
    }
    sqlx::query("UPDATE forgetting SET pending = TRUE").execute(&mut *connection).await?;
    Ok(())
}

/// What holds a message. The excerpt says in lists what became of it. A hash tells whether a text that somebody has is the same, so it goes,
/// too. What has no message cannot be judged again, and teaches nothing.
const CONTENT: [&str; 6] = [
    concat!(
        "UPDATE detection_contents SET message = '', excerpt = $2 WHERE detection_id IN (",
        list!("$1"),
        ")"
    ),
    concat!("UPDATE detections SET content_hash = ", noise!(), " WHERE id IN (", list!("$1"), ")"),
    concat!("UPDATE detection_notes SET body = $2 WHERE detection_id IN (", list!("$1"), ")"),
    concat!("UPDATE rechecks SET due_at = NULL, last_error = $2 WHERE detection_id IN (", list!("$1"), ")"),
    concat!("DELETE FROM label_changes WHERE detection_id IN (", list!("$1"), ")"),
    concat!("DELETE FROM word_changes WHERE detection_id IN (", list!("$1"), ")"),
];

/// What tells who wrote it. The address of the page and the further fields are an app's to fill: both may name somebody.
const PERSONAL: [&str; 3] = [
    concat!("UPDATE detection_contents SET name = NULL, website_url = NULL, domain = NULL, user_agent = NULL, extra = '{}'
     WHERE detection_id IN (", list!("$1"), ")"),
    concat!("UPDATE detections SET email = NULL, ip = NULL WHERE id IN (", list!("$1"), ")"),
    concat!("UPDATE app_feedback SET extra = '{}' WHERE detection_id IN (", list!("$1"), ")"),
];

/// What may hold either: answers quote what they are about, and a submission is kept until its words are written.
const BOTH: [&str; 4] = [
    concat!("UPDATE detection_contents SET raw_answer = '{}' WHERE detection_id IN (", list!("$1"), ")"),
    concat!("UPDATE superseded_verdicts SET raw_answer = '{}' WHERE detection_id IN (", list!("$1"), ")"),
    concat!("DELETE FROM untold WHERE detection_id IN (", list!("$1"), ")"),
    concat!(
        "UPDATE submissions SET detection = '{}'
     WHERE id IN (",
        list!("$1"),
        ") AND EXISTS (SELECT 1 FROM detections d WHERE d.id = submissions.id)"
    ),
];

#[async_trait]
impl Forgetting for Engine {
    async fn retention_rules(&self) -> Result<Vec<RetentionRule>> {
        rules::all(self).await
    }

    async fn set_retention_rule(
        &self,
        rule: &RetentionRule,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        rules::set(self, rule, by, at).await
    }

    async fn remove_retention_rule(
        &self,
        site: Option<&str>,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        rules::remove(self, site, by, at).await
    }

    async fn due_to_forget(&self, now: DateTime<Utc>) -> Result<ForgottenCount> {
        due::count(self, now).await
    }

    async fn forget_due(&self, now: DateTime<Utc>, most: u32) -> Result<Option<ForgottenCount>> {
        due::step(self, now, most).await
    }

    async fn find_person(&self, person: &DataSubject) -> Result<PersonFound> {
        person::find(self, person).await
    }

    async fn erase_detections(&self, ids: &[DetectionId], at: DateTime<Utc>) -> Result<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut transaction = self.begin().await?;
        for part in [Part::Content, Part::Personal] {
            forget(&ids, part, None, at, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn erase_beside(&self, found: &PersonFound) -> Result<()> {
        person::erase_beside(self, found).await
    }

    async fn finish_forgetting(&self) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let over = sqlx::query("UPDATE forgetting SET pending = FALSE, runs = runs + 1 WHERE pending")
            .execute(&mut *transaction)
            .await?;
        let was_pending = over.rows_affected() > 0;
        if was_pending {
            traces::words_were_deleted(&mut transaction).await?;
            transaction.commit().await?;
        }
        Ok(was_pending)
    }

    async fn words_are_gone(&self) -> Result<bool> {
        traces::words_are_gone(self).await
    }

    async fn empty_write_ahead(&self) -> Result<bool> {
        traces::overwrite(self).await
    }
}
