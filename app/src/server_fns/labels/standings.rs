//! What stands of the detections on screen.

use domain::Standing;
use leptos::{prelude::*, server_fn::codec::Json};

use crate::error::AppError;

/// Most detections asked about at once: more than any page shows.
#[cfg(feature = "ssr")]
const AT_MOST: usize = 500;

/// Labels and verdicts of some detections, without content; what is not there is left out.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "labels/standings", input = Json)]
pub async fn get_standings(
    /// Local ids.
    ids: Vec<i64>,
) -> Result<Vec<Standing>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let ids: Vec<_> = ids.into_iter().take(AT_MOST).map(domain::DetectionId).collect();
    Ok(moderation()?.standings(&ids).await?)
}
