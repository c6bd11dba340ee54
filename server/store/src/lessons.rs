//! What the detector learns from: labels of moderators and feedback of apps, in the order in which they changed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, Detection, Label, Teacher, UserId};

use crate::Result;

/// A sequence of changes. They are apart, so that apps do not push out what people taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonSource {
    /// Labels that were set, changed or taken back.
    Labels,
    /// Feedback that came through the gateway.
    Feedback,
}

/// A detection on which somebody changed their word.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonChange {
    /// Number of the change in its sequence; later ones have higher numbers. A detection has only its last change.
    pub number: i64,
    /// The detection as it is now.
    pub detection: Detection,
    /// What stands now: the moderator's label, else what an app said last; `None` when neither does, or when the detection was
    /// made up.
    pub stands: Option<(Teacher, Label)>,
}

/// What lessons mean at present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LessonBasis {
    /// Number of the last reset; 0 before the first.
    pub reset: i64,
    /// How often messages were forgotten: what they taught is forgotten with them.
    pub forgotten: i64,
    /// Tokens whose feedback people decide.
    pub of_people: Vec<ApiTokenId>,
}

/// Reads what there is to learn.
#[async_trait]
pub trait Lessons: Send + Sync {
    /// Where to start reading: before the `most` last changes, and not before the last reset.
    async fn first_lesson(&self, source: LessonSource, most: u32) -> Result<i64>;

    /// Changes after number `after`, oldest first, at most `limit`.
    async fn lesson_changes(&self, source: LessonSource, after: i64, limit: u32)
    -> Result<Vec<LessonChange>>;

    /// What all reading goes by: when it changes, everything is to be read anew.
    async fn lesson_basis(&self) -> Result<LessonBasis>;

    /// Lets everything up to now teach nothing any more, and puts that on the audit record. `None`: the command line wants it.
    async fn forget_lessons(&self, by: Option<UserId>, at: DateTime<Utc>) -> Result<()>;
}
