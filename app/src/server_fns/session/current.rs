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

/// Whether nobody has an account yet. Anybody may ask: the page for the first account says as much.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "session/first-run", input = GetUrl)]
pub async fn is_first_run() -> Result<bool, AppError> {
    Ok(!crate::context::moderation()?.has_people().await?)
}

/// What the server says about the log-in or first-run form that was just posted; empty when none was.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "session/form-problem", input = GetUrl)]
pub async fn get_form_problem() -> Result<FormProblem, AppError> {
    Ok(use_context::<FormProblem>().unwrap_or_default())
}
