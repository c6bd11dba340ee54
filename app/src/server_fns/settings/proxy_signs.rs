//! What points at a proxy in front of Gavel that its settings do not tell of.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Each in a few sentences about what to set; none for those who are no administrators.
///
/// # Errors
/// When nobody is logged in.
#[server(prefix = "/fn", endpoint = "settings/proxy-signs", input = GetUrl)]
pub async fn get_proxy_signs() -> Result<Vec<String>, AppError> {
    use crate::context::{ProxySigns, authorise};

    let user = authorise(domain::Role::Viewer)?;
    let signs = use_context::<ProxySigns>().unwrap_or_default();
    Ok(if user.role.allows(domain::Role::Admin) { signs.0 } else { Vec::new() })
}
