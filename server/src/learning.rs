//! Moderators' labels and apps' feedback on their way to the detector.

use std::sync::Arc;

use activelayer::CheckRequest;
use detector::{Lesson, SiteKnowledge};
use domain::{ApiTokenId, Detection, DetectionId, Label, Teacher, UserId};
use moderation::Learner;

/// The detector's knowledge of this installation, as moderation sees it.
pub(crate) struct LearningDetector(pub(crate) Arc<SiteKnowledge>);

/// What of a detection lessons are about.
fn request(detection: &Detection) -> CheckRequest {
    let content = &detection.content;
    CheckRequest {
        message: content.message.clone(),
        email: content.email.clone(),
        name: content.name.clone(),
        user_agent: content.user_agent.clone(),
        ..CheckRequest::default()
    }
}

impl Learner for LearningDetector {
    fn learn(&self, detection: &Detection, label: Label, by: Teacher) {
        let request = request(detection);
        self.0.learn(&Lesson {
            detection: detection.id.0,
            teacher: match by {
                Teacher::Person(user) => detector::Teacher::Person(user.0),
                Teacher::PeopleOf(token) => detector::Teacher::PeopleOf(token.0),
                Teacher::App(token) => detector::Teacher::App(token.0),
            },
            is_spam: label == Label::Spam,
            request: &request,
        });
    }

    fn score(&self, detection: &Detection) -> f64 {
        self.0.judge(&request(detection), detection.created_at, false).score
    }

    fn anew(&self) -> Arc<dyn Learner> {
        Arc::new(Self(Arc::default()))
    }

    fn unlearn(&self, detection: DetectionId) {
        self.0.unlearn(detection.0);
    }

    fn forget(&self) {
        self.0.reset();
    }

    fn teachers(&self) -> Vec<(Teacher, usize)> {
        let named = |teacher| match teacher {
            detector::Teacher::Person(user) => Teacher::Person(UserId(user)),
            detector::Teacher::PeopleOf(token) => Teacher::PeopleOf(ApiTokenId(token)),
            detector::Teacher::App(token) => Teacher::App(ApiTokenId(token)),
        };
        self.0.teachers().into_iter().map(|(teacher, lessons)| (named(teacher), lessons)).collect()
    }
}
