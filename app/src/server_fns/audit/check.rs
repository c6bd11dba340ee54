//! The whole record is looked through.

use domain::AuditCheck;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Looks through the whole record for what is not as it was written.
///
/// # Errors
/// [`AppError::Forbidden`] for those who are no administrators.
#[server(prefix = "/fn", endpoint = "audit/check", input = GetUrl)]
pub async fn check_audit() -> Result<AuditCheck, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Admin)?;
    Ok(moderation()?.check_audit().await?)
}
