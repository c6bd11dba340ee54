//! Budgets of sites and apps.

mod change;
mod list;

pub use change::{BudgetSubmission, RemoveBudget, SetBudget, remove_budget, set_budget, submitted_budget};
pub use list::{BudgetLine, list_budgets};
