//! Every import.

use domain::Import;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Imports, newest first, below a number.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "imports/list", input = GetUrl)]
pub async fn list_imports(
    /// Where the page before ended.
    below: Option<i64>,
) -> Result<Vec<Import>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    Ok(moderation()?.imports(below.map(domain::ImportId)).await?)
}
