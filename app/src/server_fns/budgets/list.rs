//! Every budget, with what is spent of it.

use domain::BudgetStanding;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A budget, and whether there is anybody who can spend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    /// The budget, and what is spent of it.
    pub standing: BudgetStanding,
    /// It is of a token's name that no token in force has.
    pub is_of_no_token: bool,
}

/// Every budget by subject; `None` for those who are no administrators.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "budgets/list", input = GetUrl)]
pub async fn list_budgets() -> Result<Option<Vec<BudgetLine>>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    let moderation = moderation()?;
    let mut tokens = moderation.tokens().await?;
    tokens.retain(|token| token.revoked_at.is_none());
    let line = |standing: BudgetStanding| {
        let subject = &standing.budget.subject;
        let is_of_no_token = standing.budget.scope == domain::BudgetScope::Token
            && !tokens.iter().any(|token| token.name.eq_ignore_ascii_case(subject));
        BudgetLine { standing, is_of_no_token }
    };
    Ok(Some(moderation.budget_standings().await?.into_iter().map(line).collect()))
}
