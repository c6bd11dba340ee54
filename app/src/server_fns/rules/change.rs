//! A rule is made, watched or taken away.

use domain::{RuleForm, WhatIf};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What became of a rule that somebody wants to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RuleOutcome {
    /// It is there, with this number.
    Made(i64),
    /// Labels say otherwise: nothing was made yet.
    Unsure(WhatIf),
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSubmission {
    /// The form as typed, to show again; blank once it has done its work.
    pub form: RuleForm,
    /// The outcome.
    pub outcome: Result<RuleOutcome, AppError>,
}

/// Makes a rule.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "rules/make")]
pub async fn make_rule(
    /// The form, as typed.
    rule: RuleForm,
) -> Result<RuleOutcome, AppError> {
    use crate::context::{authorise, moderation};
    use moderation::rules::Made;

    let user = authorise(domain::Role::Moderator)?;
    Ok(match moderation()?.make_rule(&rule, Some(user.id)).await? {
        Made::Rule(id) => RuleOutcome::Made(id.0),
        Made::Unsure(what_if) => RuleOutcome::Unsure(what_if),
    })
}

/// Has a rule decide, or only watch.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there: somebody else was faster.
#[server(prefix = "/fn", endpoint = "rules/watch")]
pub async fn watch_rule(
    /// Its number.
    id: i64,
    /// Whether it is only to watch.
    watched: bool,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.watch_rule(domain::RuleId(id), watched, Some(user.id)).await?)
}

/// Takes a rule away. What it decided stays.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there: somebody else was faster.
#[server(prefix = "/fn", endpoint = "rules/remove")]
pub async fn remove_rule(
    /// Its number.
    id: i64,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.remove_rule(domain::RuleId(id), Some(user.id)).await?)
}

/// Acts on a form that a browser without JavaScript posted to the page, while that page renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "rules/submitted", input = GetUrl)]
pub async fn submitted_rule() -> Result<Option<RuleSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let qs = serde_qs::Config::new(5, false);
    if qs.deserialize_str::<super::RulesOfFile>(&body).is_ok() {
        return Ok(None);
    }
    let parsed: Result<MakeRule, _> = qs.deserialize_str(&body);
    let Ok(MakeRule { rule }) = parsed else {
        let form = RuleForm::default();
        return Ok(Some(RuleSubmission { form, outcome: Err(AppError::malformed()) }));
    };
    let outcome = make_rule(rule.clone()).await;
    let form = if matches!(outcome, Ok(RuleOutcome::Made(_))) { RuleForm::default() } else { rule };
    Ok(Some(RuleSubmission { form, outcome }))
}
