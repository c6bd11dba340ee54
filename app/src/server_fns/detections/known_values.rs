//! Values to offer in the search box.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// The sites, people or imports that the log knows, as a search writes them; none for other keys.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "detections/known-values", input = GetUrl)]
pub async fn get_known_values(
    /// The key: `site`, `by` or `import`.
    key: String,
) -> Result<Vec<String>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    match key.parse() {
        Ok(key) => Ok(moderation()?.known_values(key).await?),
        Err(_) => Ok(Vec::new()),
    }
}
