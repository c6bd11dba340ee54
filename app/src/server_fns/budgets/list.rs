//! Every budget, with what is spent of it.

use domain::BudgetStanding;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Every budget by subject; `None` for those who are no administrators.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "budgets/list", input = GetUrl)]
pub async fn list_budgets() -> Result<Option<Vec<BudgetStanding>>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    Ok(Some(moderation()?.budget_standings().await?))
}
