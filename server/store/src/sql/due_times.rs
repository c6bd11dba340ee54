//! Brings forward what is due too late to have been meant so: see [`crate::Store::bring_forward`].

use chrono::{DateTime, Utc};

use super::Engine;
use super::columns::to_ms;
use crate::Result;

/// What falls due by itself. A recheck that waits for another budget period is found too early by this, and waits again.
const DUE: [&str; 4] = [
    "UPDATE feedback_outbox SET due_at = $1 WHERE state = 'pending' AND due_at > $1",
    "UPDATE app_feedback SET due_at = $1 WHERE due_at > $1",
    "UPDATE rechecks SET due_at = $1 WHERE due_at > $1",
    "UPDATE alert_deliveries SET due_at = $1 WHERE state = 'pending' AND due_at > $1",
];

/// What is kept from others for a while; a submission is, from when it was kept, while its verdict may still come.
const CLAIMED: [&str; 4] = [
    "UPDATE feedback_outbox SET claimed_until = $1 WHERE claimed_until > $1",
    "UPDATE app_feedback SET claimed_until = $1 WHERE claimed_until > $1",
    "UPDATE rechecks SET claimed_until = $1 WHERE claimed_until > $1",
    "UPDATE submissions SET kept_at = $1 WHERE kept_at > $1",
];

pub(super) async fn bring_forward(
    store: &Engine,
    latest: DateTime<Utc>,
    claims: DateTime<Utc>,
) -> Result<u64> {
    let mut transaction = store.begin().await?;
    let mut moved = 0;
    let due = DUE.iter().map(|sql| (sql, latest)).chain(CLAIMED.iter().map(|sql| (sql, claims)));
    for (sql, time) in due {
        moved += sqlx::query(*sql).bind(to_ms(time)).execute(&mut *transaction).await?.rows_affected();
    }
    transaction.commit().await?;
    Ok(moved)
}
