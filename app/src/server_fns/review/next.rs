//! The next detection to review, and the claim on it.

use chrono::{DateTime, Utc};
use domain::{DetectionStory, QueuePlace, ReviewProgress};
use leptos::prelude::*;

use crate::error::AppError;

/// A detection of the queue, claimed, and its place there.
pub type ReviewItem = (DetectionStory, QueuePlace);

/// Claims the next detection and gives it, whole; `None` when nothing waits that nobody else reviews. It is a POST: it ends
/// other claims.
///
/// # Errors
/// [`AppError::BadSearch`] when `after` is no place of the queue.
#[server(prefix = "/fn", endpoint = "review/next")]
pub async fn next_to_review(
    /// `closest`, `newest` or `score`; anything else is `closest`.
    order: String,
    /// The place that was left last, as a cursor; empty is the start.
    after: String,
    /// The detection on screen, when the next one is asked for ahead; 0 when there is none.
    keep: i64,
) -> Result<Option<ReviewItem>, AppError> {
    use domain::{Cursor, DetectionId, Order};
    use moderation::QueueRequest;

    use crate::{
        context::{authorise, moderation},
        server_fns::detections::get_detection,
    };

    let user = authorise(domain::Role::Moderator)?;
    let moderation = moderation()?;
    let after = match after.as_str() {
        "" => None,
        place => Some(
            place.parse::<Cursor>().map_err(|error| AppError::BadSearch(error.to_string()).with_status())?,
        ),
    };
    let request = QueueRequest {
        order: order.parse().unwrap_or(Order::Closest),
        after,
        keep: (keep > 0).then_some(DetectionId(keep)),
    };
    Ok(match moderation.next_to_review(&request, user.id).await? {
        Some((detection, place)) => Some((get_detection(detection.id.0, String::new()).await?, place)),
        None => None,
    })
}

/// How far the team is today.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "review/progress")]
pub async fn get_progress() -> Result<ReviewProgress, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Moderator)?;
    Ok(moderation()?.review_progress().await?)
}

/// Renews a claim; gives when it ends now.
///
/// # Errors
/// [`AppError::Stale`] when somebody else has it meanwhile.
#[server(prefix = "/fn", endpoint = "review/renew")]
pub async fn renew_claim(
    /// Local id of the detection.
    id: i64,
) -> Result<DateTime<Utc>, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.renew_claim(domain::DetectionId(id), user.id).await?)
}

/// Ends one's claims: the queue was left.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "review/leave")]
pub async fn leave_review() -> Result<(), AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    Ok(moderation()?.release_claims(user.id).await?)
}
