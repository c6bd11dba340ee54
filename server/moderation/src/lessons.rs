//! The detector learns from moderators' labels, however they were set: one by one, in bulk, or by taking one back.

use domain::{Detection, DetectionId, Label, UserId};

use crate::{Moderation, ModerationError};

/// The newest labels that are learnt after a start. Reading them takes some seconds in the background.
const MOST_LESSONS: u32 = 5_000;

/// Labels learnt in one go.
const BATCH: u32 = 100;

/// Learns from labels. All of it may take milliseconds of processor time.
pub trait Learner: Send + Sync {
    /// Learns a label; what the same detection taught before is replaced.
    fn learn(&self, detection: &Detection, label: Label, by: UserId);

    /// Takes back what a detection taught.
    fn unlearn(&self, detection: DetectionId);

    /// Forgets everything.
    fn forget(&self);

    /// Labels that count at present.
    fn lessons(&self) -> usize;
}

impl Moderation {
    /// Lets the detector learn labels that it has not seen yet, and returns how many there were; 0 when it is up to date.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_lessons(&self) -> Result<usize, ModerationError> {
        let Some(learner) = self.upstreams.learner.clone() else { return Ok(0) };
        let mut seen = self.lessons_seen.lock().await;
        let after = match *seen {
            Some(seen) => seen,
            None => self.store.first_lesson(MOST_LESSONS).await?,
        };
        let changes = self.store.label_changes(after, BATCH).await?;
        let (count, last) = (changes.len(), changes.last().map_or(after, |change| change.number));
        if count > 0 {
            let learnt = tokio::task::spawn_blocking(move || {
                for change in changes {
                    match (change.detection.label, change.by) {
                        (Some(label), Some(by)) => learner.learn(&change.detection, label, by),
                        _ => learner.unlearn(change.detection.id),
                    }
                }
            });
            if learnt.await.is_err() {
                tracing::error!(
                    after,
                    last,
                    "the detector could not learn some labels; it goes on without them"
                );
            }
        }
        *seen = Some(last);
        Ok(count)
    }

    /// Labels that the detector goes by at present; `None` when nothing learns.
    pub fn lessons(&self) -> Option<usize> {
        self.upstreams.learner.as_ref().map(|learner| learner.lessons())
    }

    /// Lets the detector forget all that moderators taught it. Labels stay; only new ones teach.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_lessons(&self, by: UserId) -> Result<(), ModerationError> {
        let mut seen = self.lessons_seen.lock().await;
        *seen = Some(self.store.forget_lessons(by, self.clock.now()).await?);
        if let Some(learner) = &self.upstreams.learner {
            learner.forget();
        }
        Ok(())
    }
}
