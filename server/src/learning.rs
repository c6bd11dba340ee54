//! Moderators' labels on their way to the detector.

use std::sync::Arc;

use activelayer::CheckRequest;
use detector::{Lesson, SiteKnowledge};
use domain::{Detection, DetectionId, Label, UserId};
use moderation::Learner;

/// The detector's knowledge of this installation, as moderation sees it.
pub(crate) struct LearningDetector(pub(crate) Arc<SiteKnowledge>);

impl Learner for LearningDetector {
    fn learn(&self, detection: &Detection, label: Label, by: UserId) {
        let content = &detection.content;
        let request = CheckRequest {
            message: content.message.clone(),
            email: content.email.clone(),
            name: content.name.clone(),
            user_agent: content.user_agent.clone(),
            ..CheckRequest::default()
        };
        self.0.learn(&Lesson {
            detection: detection.id.0,
            person: by.0,
            is_spam: label == Label::Spam,
            request: &request,
        });
    }

    fn unlearn(&self, detection: DetectionId) {
        self.0.unlearn(detection.0);
    }

    fn forget(&self) {
        self.0.reset();
    }

    fn lessons(&self) -> usize {
        self.0.lessons()
    }
}
