//! A page of the record.

use domain::{AuditEvent, UserId};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the page about the record shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditReport {
    /// The entries, newest first.
    pub events: Vec<AuditEvent>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
    /// All who ever had an account, by name.
    pub names: Vec<(UserId, String)>,
    /// Every action that is on record.
    pub actions: Vec<String>,
}

/// A page of the record, newest first.
///
/// # Errors
/// [`AppError::Forbidden`] for those who are no administrators; [`AppError::Invalid`] for a person who is none.
#[server(prefix = "/fn", endpoint = "audit/list", input = GetUrl)]
pub async fn list_audit(
    /// Whose entries: a person's number, `nobody`, or blank for everybody's.
    who: String,
    /// Which action; blank for every one.
    action: String,
    /// Entries before this one (an id); blank for the newest.
    before: String,
) -> Result<AuditReport, AppError> {
    use crate::context::{authorise, moderation};

    /// Entries of one page.
    const PAGE: usize = 50;

    authorise(domain::Role::Admin)?;
    let moderation = moderation()?;
    let filter = domain::AuditFilter::read(&who, &action)
        .ok_or_else(|| AppError::bad_field("who", "There is no such person. Choose one from the list."))?;
    let more = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut events = moderation.audit_events(&filter, before.trim().parse().ok(), more).await?;
    let next = (events.len() > PAGE).then(|| events[PAGE - 1].id);
    events.truncate(PAGE);
    let (names, actions) = moderation.audit_choices().await?;
    Ok(AuditReport { events, next, names, actions })
}
