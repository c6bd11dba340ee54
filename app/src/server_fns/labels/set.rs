//! Marking a detection as spam or ham.

use domain::{Decision, Label, Reason};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A label that was set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Labelled {
    /// The decision.
    pub decision: Decision,
    /// How the message begins.
    pub excerpt: String,
    /// The reasons that can be given for it.
    pub choices: Vec<Reason>,
}

#[cfg(feature = "ssr")]
impl Labelled {
    pub(super) async fn of(
        decision: Decision,
        moderation: &moderation::Moderation,
    ) -> Result<Self, AppError> {
        let choices = moderation.reason_choices(decision.detection_id, decision.label).await?;
        let excerpt = moderation.excerpt(decision.detection_id).await?;
        Ok(Self { decision, excerpt, choices })
    }
}

/// Sets a label; its feedback leaves after the undo period.
///
/// # Errors
/// [`AppError::Stale`] when somebody decided since `version`; [`AppError::Invalid`] when the site wants a reason.
#[server(prefix = "/fn", endpoint = "labels/set")]
pub async fn label_detection(
    /// Local id of the detection.
    detection_id: i64,
    /// The label.
    label: Label,
    /// The version of the detection that the moderator saw.
    version: i64,
) -> Result<Labelled, AppError> {
    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let id = domain::DetectionId(detection_id);
    let moderation = moderation()?;
    let decision = moderation.label(id, label, user.id, Some(version)).await?;
    Labelled::of(decision, &moderation).await
}
