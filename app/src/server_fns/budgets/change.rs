//! A budget is set or taken away.

use domain::{Budget, BudgetForm};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetSubmission {
    /// The form as typed, to show again; blank once it has done its work.
    pub form: BudgetForm,
    /// The outcome.
    pub outcome: Result<Budget, AppError>,
}

/// Sets a budget; one of the same subject and span is replaced.
///
/// # Errors
/// [`AppError::Invalid`] with every field that is wrong.
#[server(prefix = "/fn", endpoint = "budgets/set")]
pub async fn set_budget(
    /// The form, as typed.
    budget: BudgetForm,
) -> Result<Budget, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    Ok(moderation()?.set_budget(&budget, &user).await?)
}

/// Takes a budget away.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there: somebody else was faster.
#[server(prefix = "/fn", endpoint = "budgets/remove")]
pub async fn remove_budget(
    /// Its id.
    id: i64,
) -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Admin)?;
    moderation()?.remove_budget(domain::BudgetId(id), &user).await?;
    Ok(())
}

/// Acts on a form that a browser without JavaScript posted to the Settings page, while that page renders. `None` when none was
/// posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "budgets/submitted", input = GetUrl)]
pub async fn submitted_budget() -> Result<Option<BudgetSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    if !body.starts_with("budget") {
        return Ok(None);
    }
    let parsed: Result<SetBudget, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let Ok(SetBudget { budget }) = parsed else {
        let form = BudgetForm::default();
        return Ok(Some(BudgetSubmission { form, outcome: Err(AppError::malformed()) }));
    };
    let outcome = set_budget(budget.clone()).await;
    let form = if outcome.is_ok() { BudgetForm::default() } else { budget };
    Ok(Some(BudgetSubmission { form, outcome }))
}
