//! Who is looking.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{context::Session, error::AppError, forms::FormProblem};

/// Who is logged in, and what the shell needs to know.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "session/current", input = GetUrl)]
pub async fn get_session() -> Result<Session, AppError> {
    use crate::context::{AppInfo, CurrentUser, theme};

    let user = use_context::<CurrentUser>().unwrap_or_default().0;
    let embedded = user.is_some() && use_context::<AppInfo>().unwrap_or_default().embedded;
    Ok(Session { user, embedded, theme: theme() })
}

/// What the server says about the log-in or first-run form that was just posted; empty when none was.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "session/form-problem", input = GetUrl)]
pub async fn get_form_problem() -> Result<FormProblem, AppError> {
    Ok(use_context::<FormProblem>().unwrap_or_default())
}
