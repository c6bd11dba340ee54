//! One detection and its story.

use domain::{DetectionStory, Related};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// One detection; a long message is cut to [`domain::story::SHOWN_CHARS`].
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
#[server(prefix = "/fn", endpoint = "detections/get", input = GetUrl)]
pub async fn get_detection(
    /// Local id.
    id: i64,
    /// The search whose words are to be marked, as typed.
    #[server(default)]
    q: String,
) -> Result<DetectionStory, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let id = domain::DetectionId(id);
    Ok(marked(moderation()?.story(id, Some(domain::story::SHOWN_CHARS)).await?, &q))
}

/// One detection with its message whole, up to a megabyte.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
#[server(prefix = "/fn", endpoint = "detections/whole", input = GetUrl)]
pub async fn get_whole_detection(
    /// Local id.
    id: i64,
    /// The search whose words are to be marked, as typed.
    #[server(default)]
    q: String,
) -> Result<DetectionStory, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    Ok(marked(moderation()?.story(domain::DetectionId(id), None).await?, &q))
}

/// The story with the words of a search; a search that cannot be read marks nothing.
#[cfg(feature = "ssr")]
fn marked(story: DetectionStory, q: &str) -> DetectionStory {
    let query = domain::SearchQuery::parse(q).unwrap_or_default();
    let matches = domain::search::marks(&query, &story.detection.content.message);
    DetectionStory { matches, ..story }
}

/// What else the log knows about its text and its sender.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such detection.
#[server(prefix = "/fn", endpoint = "detections/related", input = GetUrl)]
pub async fn get_related(
    /// Local id.
    id: i64,
) -> Result<Related, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    Ok(moderation()?.related(domain::DetectionId(id)).await?)
}
