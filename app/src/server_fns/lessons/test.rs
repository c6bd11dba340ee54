//! How good the embedded detector is on the labels here.

use domain::OwnTestReport;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Figures on the labels here; `None` for those who are no administrators, and when nothing learns.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "lessons/test", input = GetUrl)]
pub async fn get_own_test() -> Result<Option<OwnTestReport>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    Ok(moderation()?.own_test().await?)
}
