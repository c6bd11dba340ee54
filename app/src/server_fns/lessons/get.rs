//! How much the detector learnt, and from whom.

use domain::Learnt;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// What the detector goes by beyond its model; `None` for those who are no administrators, and where nothing learns.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "lessons/learnt", input = GetUrl)]
pub async fn get_learnt() -> Result<Option<Learnt>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    if !user.role.allows(domain::Role::Admin) {
        return Ok(None);
    }
    Ok(moderation()?.learnt().await?)
}
