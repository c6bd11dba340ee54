//! One detection and its story.

use domain::{Decision, Detection};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A detection and everything that was decided about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectionStory {
    /// The detection.
    pub detection: Detection,
    /// The decisions on it, oldest first.
    pub decisions: Vec<Decision>,
}

/// One detection, whole.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
#[server(prefix = "/fn", endpoint = "detections/get", input = GetUrl)]
pub async fn get_detection(
    /// Local id.
    id: i64,
) -> Result<DetectionStory, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let moderation = moderation()?;
    let id = domain::DetectionId(id);
    let detection = moderation.detection(id).await?;
    let decisions = moderation.decisions(id).await?;
    Ok(DetectionStory { detection, decisions })
}
