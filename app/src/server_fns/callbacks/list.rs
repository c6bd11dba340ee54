//! The callbacks there are.

use domain::{AppDecision, Callback};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Decisions of a callback on the page.
pub const CALLBACKS_SHOWN: u32 = 20;

/// A callback with what was decided last about its site, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownCallback {
    /// Its address is shown without what may be secret in it.
    pub callback: Callback,
    /// The newest decisions.
    pub newest: Vec<AppDecision>,
}

/// Every callback, by site.
///
/// # Errors
/// [`AppError::Forbidden`] for those who are no administrators.
#[server(prefix = "/fn", endpoint = "callbacks/list", input = GetUrl)]
pub async fn list_callbacks() -> Result<Vec<ShownCallback>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Admin)?;
    let callbacks = moderation()?.callbacks(CALLBACKS_SHOWN).await?;
    Ok(callbacks.into_iter().map(|(callback, newest)| ShownCallback { callback, newest }).collect())
}
