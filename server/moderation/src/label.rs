//! A moderator overrules: the label, its audit event and the feedback's outbox row are one transaction.

use domain::{Decision, DecisionId, DetectionId, Label, LabelParts, Standing, User, UserId};
use store::{LabelOutcome, LabelRemoval, NewDecision, RemovalOutcome, UndoOutcome};

use crate::{Moderation, ModerationError};

/// So much of a message says which one it is, in characters.
const WORDS_OF_A_TOAST: usize = 48;

impl Moderation {
    /// Sets a label. The feedback leaves after the undo period.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`]; [`ModerationError::Stale`] when somebody decided since `seen_version`;
    /// [`ModerationError::Invalid`] when the site wants a reason.
    pub async fn label(
        &self,
        detection_id: DetectionId,
        label: Label,
        by: UserId,
        seen_version: Option<i64>,
    ) -> Result<Decision, ModerationError> {
        self.label_with(detection_id, label, LabelParts::default(), by, seen_version).await
    }

    /// Sets a label with reasons, a note, and a rule about the sender.
    ///
    /// # Errors
    /// Those of [`Moderation::label`]; [`ModerationError::Invalid`] when the site wants a reason and there is none.
    pub async fn label_with(
        &self,
        detection_id: DetectionId,
        label: Label,
        with: LabelParts,
        by: UserId,
        seen_version: Option<i64>,
    ) -> Result<Decision, ModerationError> {
        if with.reasons.is_empty() {
            self.no_reason_is_wanted(detection_id, label).await?;
        }
        let makes_rule = with.rule.is_some();
        let decided_at = self.clock.now();
        let decision = NewDecision {
            detection_id,
            label,
            user_id: by,
            decided_at,
            send_after: decided_at + self.undo_period(),
            seen_version,
            with,
        };
        match self.store.decide(&decision).await? {
            LabelOutcome::Decided(decision) => {
                self.outbox_changed.notify_one();
                if makes_rule {
                    self.rules.change();
                }
                self.announce_decision(detection_id, by, &decision.user_name).await?;
                Ok(decision)
            }
            LabelOutcome::NotFound => Err(ModerationError::NotFound("detection")),
            LabelOutcome::Stale(standing) => Err(ModerationError::Stale(standing.map(Box::new))),
        }
    }

    /// Takes a decision back. Before its feedback left nothing is ever sent; after it, the opposite follows.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`], or [`ModerationError::Superseded`] when a later decision stands.
    pub async fn undo(&self, decision: DecisionId, by: UserId) -> Result<Decision, ModerationError> {
        let undone = match self.store.undo(decision, by, self.clock.now()).await? {
            UndoOutcome::Cancelled(decision) | UndoOutcome::Reversed(decision) => decision,
            UndoOutcome::NotFound => return Err(ModerationError::NotFound("decision")),
            UndoOutcome::Superseded => return Err(ModerationError::Superseded),
        };
        // An undo may also queue what stood before, and take a rule away.
        self.outbox_changed.notify_one();
        self.rules.change();
        self.announce_decision(undone.detection_id, by, &undone.user_name).await?;
        Ok(undone)
    }

    /// Removes the label, whoever set it and whenever. What the upstream was told is followed by what stands then.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`], or [`ModerationError::Stale`] when somebody decided since `seen_version`.
    pub async fn remove_label(
        &self,
        detection_id: DetectionId,
        by: &User,
        seen_version: i64,
    ) -> Result<(), ModerationError> {
        let removal = LabelRemoval { detection_id, user_id: by.id, at: self.clock.now(), seen_version };
        match self.store.remove_label(&removal).await? {
            RemovalOutcome::Removed => {
                self.outbox_changed.notify_one();
                self.rules.change();
                self.announce_decision(detection_id, by.id, &by.name).await
            }
            RemovalOutcome::NotFound => Err(ModerationError::NotFound("detection")),
            RemovalOutcome::Stale(standing) => Err(ModerationError::Stale(standing.map(Box::new))),
        }
    }

    /// The person's decisions that undo still cancels, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn undoable(&self, by: UserId) -> Result<Vec<Decision>, ModerationError> {
        Ok(self.store.undoable(by, self.clock.now()).await?)
    }

    /// How the message of a detection begins, on one line and in few words; empty where there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn excerpt(&self, detection: DetectionId) -> Result<String, ModerationError> {
        let found = self.store.excerpts(&[detection]).await?.pop();
        let line = domain::text::single_line(&found.map(|(_, text)| text).unwrap_or_default());
        let mut words: String = line.chars().take(WORDS_OF_A_TOAST).collect();
        if words.len() < line.len() {
            words.push('…');
        }
        Ok(words)
    }

    /// The story of a detection's labels, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn decisions(&self, detection: DetectionId) -> Result<Vec<Decision>, ModerationError> {
        Ok(self.store.decisions(detection).await?)
    }

    /// What stands of some detections (at most 500), without their content; what is not there is left out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn standings(&self, detections: &[DetectionId]) -> Result<Vec<Standing>, ModerationError> {
        Ok(self.store.standings(detections).await?)
    }
}
