//! What comes with a label: reasons, a note, a rule. Written and taken back in the label's transaction.

use chrono::{DateTime, Utc};
use domain::search::{Pattern, Term, TermKind};
use domain::{DecisionId, RuleAction, RuleId, SearchQuery, UserId};

use super::Connection;
use super::{reasons, rules, story, text};
use crate::{NewDecision, NewNote, NewRule, Result};

/// Writes what comes with a decision that was just made.
pub(super) async fn attach(id: DecisionId, new: &NewDecision, connection: &mut Connection) -> Result<()> {
    reasons::given::give(id, &new.with.reasons, connection).await?;
    if !new.with.note.is_empty() {
        let note = NewNote {
            detection_id: new.detection_id,
            user_id: new.user_id,
            body: new.with.note.clone(),
            written_at: new.decided_at,
        };
        story::write_note(&note, connection).await?;
    }
    if let Some(action) = new.with.rule {
        make_rule(id, new, action, connection).await?;
    }
    Ok(())
}

/// A rule about the sender; none where there is no address, such a rule is there already, or there are too many.
async fn make_rule(
    id: DecisionId,
    new: &NewDecision,
    action: RuleAction,
    connection: &mut Connection,
) -> Result<()> {
    let email: Option<String> = sqlx::query_scalar("SELECT email FROM detections WHERE id = $1")
        .bind(new.detection_id.0)
        .fetch_one(&mut *connection)
        .await?;
    // A star in an address would stand for any characters.
    let Some(email) = email.map(text::read).filter(|email| !email.contains('*')) else { return Ok(()) };
    let kind = TermKind::Email(Pattern::new(&email));
    let rule = NewRule {
        q: SearchQuery { terms: vec![Term { negated: false, kind }] }.to_string(),
        site: None,
        action,
        note: format!("Made with the label of detection {}.", new.detection_id.0),
        watched: false,
        expires_at: None,
    };
    if rules::is_there(&rule, new.decided_at, connection).await? || rules::are_full(connection).await? {
        return Ok(());
    }
    let made = rules::add(&rule, Some(new.user_id), new.decided_at, connection).await?;
    sqlx::query("UPDATE label_decisions SET rule_id = $1 WHERE id = $2")
        .bind(made.0)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes the rule away that was made with a decision. Reasons stay with the decision, which no longer stands; notes are the story's.
pub(super) async fn detach(
    id: DecisionId,
    by: UserId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let rule: Option<i64> = sqlx::query_scalar("SELECT rule_id FROM label_decisions WHERE id = $1")
        .bind(id.0)
        .fetch_one(&mut *connection)
        .await?;
    if let Some(rule) = rule {
        rules::remove(RuleId(rule), Some(by), at, connection).await?;
    }
    Ok(())
}
