//! A rule is tried, set, or taken away.

use domain::forgetting::{RetentionForm, RuleReach};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RetentionOutcome {
    /// Nothing yet: this is what it would reach, as it was typed.
    Looked(RetentionForm, RuleReach),
    /// It is set.
    Set,
}

/// Says what a rule would reach (`look`), or sets it (`set`).
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "privacy/retention")]
pub async fn set_retention(
    /// The rule, as typed.
    retention: RetentionForm,
    /// What to do.
    #[server(default)]
    wish: String,
) -> Result<RetentionOutcome, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let moderation = moderation()?;
    if wish == "set" {
        moderation.set_retention(&retention, user.id).await?;
        return Ok(RetentionOutcome::Set);
    }
    let reach = moderation.retention_reach(&retention).await?;
    Ok(RetentionOutcome::Looked(retention, reach))
}

/// Takes a rule away; what is forgotten stays so.
///
/// # Errors
/// [`AppError::NotFound`] when there is none: somebody else was faster.
#[server(prefix = "/fn", endpoint = "privacy/remove-retention")]
pub async fn remove_retention(
    /// The site; blank for the rule of all others.
    site: String,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    let site = Some(site.as_str()).filter(|site| !site.is_empty());
    Ok(moderation()?.remove_retention(site, user.id).await?)
}
