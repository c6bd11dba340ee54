//! Messages, and who wrote them, are let go of: by rules after so many days, or because somebody asks for it.
//!
//! What is deleted is overwritten in the database. Two copies go later: words leave the index when its pieces are put together, and the
//! write-ahead log has what it had until it is emptied. [`overwrite`] sees to both.

mod desk;
mod erase;
mod worker;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{RetentionRule, UserId};
use serde_json::json;
use store::{ForgottenCount, NewAuditEvent, Store};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

pub use desk::Tonight;
pub use erase::{Beside, counted, erase, preview};

use crate::ModerationError;

/// Detections that are forgotten in one transaction, which a check that comes meanwhile has to wait for: some ten milliseconds.
const AT_ONCE: u32 = 32;

/// How often the write-ahead log is tried to be emptied, and how long the rest between is: whoever reads for long is in the way.
const TRIES: u32 = 40;
const REST: Duration = Duration::from_millis(500);

/// The rules, that of all sites first.
///
/// # Errors
/// When the store fails.
pub async fn rules(store: &dyn Store) -> Result<Vec<RetentionRule>, ModerationError> {
    Ok(store.retention_rules().await?)
}

/// Sets a rule; what it reaches is forgotten by the next run.
///
/// # Errors
/// [`ModerationError::Invalid`] for a rule that forgets nothing.
pub async fn set_rule(
    store: &dyn Store,
    rule: &RetentionRule,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), ModerationError> {
    if rule.content_days.or(rule.personal_days).is_none() {
        let problem = "Say after how many days: --content DAYS, --personal DAYS or both.".to_owned();
        return Err(ModerationError::Invalid(vec![domain::FieldError {
            field: "content".to_owned(),
            problem,
        }]));
    }
    Ok(store.set_retention_rule(rule, by, now).await?)
}

/// Takes a rule away; what is forgotten stays so.
///
/// # Errors
/// [`ModerationError::NotFound`] when there is none.
pub async fn remove_rule(
    store: &dyn Store,
    site: Option<&str>,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), ModerationError> {
    match store.remove_retention_rule(site, by, now).await? {
        true => Ok(()),
        false => Err(ModerationError::NotFound("rule")),
    }
}

/// How much is due to be forgotten.
///
/// # Errors
/// When the store fails.
pub async fn due(store: &dyn Store, now: DateTime<Utc>) -> Result<ForgottenCount, ModerationError> {
    Ok(store.due_to_forget(now).await?)
}

/// Forgets all that is due, a little at a time, and rests as long as it works: checks go first. One audit event tells how much; what
/// is left when it is stopped is due still.
///
/// # Errors
/// When the store fails; what was forgotten by then is, and the rest is due still.
pub async fn forget_due(
    store: &dyn Store,
    now: DateTime<Utc>,
    stop: &CancellationToken,
) -> Result<ForgottenCount, ModerationError> {
    let mut total = ForgottenCount::default();
    let outcome = loop {
        if stop.is_cancelled() {
            break Ok(());
        }
        let begun = Instant::now();
        match store.forget_due(now, AT_ONCE).await {
            Ok(Some(count)) => {
                total.content += count.content;
                total.personal += count.personal;
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        sleep(begun.elapsed()).await;
    };
    if total != ForgottenCount::default() {
        let event = NewAuditEvent {
            at: now,
            user_id: None,
            action: "retention.run",
            subject: "detections".to_owned(),
            details: json!({ "messages": total.content, "writers": total.personal }),
        };
        store.record(&event).await?;
    }
    outcome?;
    Ok(total)
}

/// Sees to it that nothing of what was forgotten is left in the files of the database. Returns whether that is so: not when somebody
/// has been reading all the while, and then the next commits write over it.
///
/// # Errors
/// When the store fails.
pub async fn overwrite(store: &dyn Store, stop: &CancellationToken) -> Result<bool, ModerationError> {
    store.finish_forgetting().await?;
    while !stop.is_cancelled() && !store.words_are_gone().await? {
        let begun = Instant::now();
        store.merge_index().await?;
        sleep(begun.elapsed()).await;
    }
    for _ in 0..TRIES {
        if stop.is_cancelled() {
            break;
        }
        if store.empty_write_ahead().await? {
            return Ok(true);
        }
        sleep(REST).await;
    }
    Ok(false)
}
