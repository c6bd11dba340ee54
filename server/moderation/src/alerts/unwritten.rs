//! The alert that the log cannot be written: where it is needed most, it cannot be written either. People are told at once, and it
//! goes into the record when that can be written again.

use std::sync::PoisonError;

use domain::{Alert, AlertChannel, AlertEvent, AlertId, AlertKind, upstream::WritingTrouble};
use store::{DueDelivery, NewAlert};

use crate::{Moderation, ModerationError};

const OVER: &str = "Everything can be written again.";

fn alert(trouble: &WritingTrouble) -> NewAlert {
    NewAlert {
        kind: AlertKind::LogNotWritten,
        subject: String::new(),
        what: format!("Gavel cannot write to its database: {}.", trouble.reason),
        advice: "Make room on the server's disk, or see what holds the database. Until then apps get no verdicts, or the fallback's; \
                 Gavel goes on by itself within seconds afterwards."
            .to_owned(),
        link: "/health".to_owned(),
        opened_at: trouble.since,
    }
}

/// As it is shown while it is not in the record. Its number is one that no alert of the record has.
fn shown(new: &NewAlert) -> Alert {
    Alert {
        id: AlertId(-new.opened_at.timestamp()),
        kind: new.kind,
        subject: new.subject.clone(),
        what: new.what.clone(),
        advice: new.advice.clone(),
        link: new.link.clone(),
        opened_at: new.opened_at,
        cleared_at: None,
        over: None,
    }
}

impl Moderation {
    /// The alert, if it is due and not in the record.
    pub(super) fn unwritten_alert(&self, recorded: &[Alert]) -> Option<Alert> {
        let trouble = self.writing.trouble()?;
        let is_recorded = recorded.iter().any(|alert| alert.kind == AlertKind::LogNotWritten);
        (!is_recorded).then(|| shown(&alert(&trouble)))
    }

    /// Opens the alert, in the record or at least on every channel. Returns how many alerts that changed.
    pub(super) async fn tell_of_trouble(
        &self,
        trouble: &WritingTrouble,
        channels: &[AlertChannel],
    ) -> Result<usize, ModerationError> {
        let new = alert(trouble);
        let open = self.store.open_alerts().await?;
        let told = self.told_directly.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if told.is_some() || open.iter().any(|alert| alert.kind == AlertKind::LogNotWritten) {
            return Ok(0);
        }
        match self.store.open_alert(&new, channels).await {
            Ok(opened) => return Ok(usize::from(opened.is_some())),
            Err(error) => tracing::warn!(%error, "an alert is told without a record of it"),
        }
        let told = shown(&new);
        *self.told_directly.lock().unwrap_or_else(PoisonError::into_inner) = Some(new);
        self.tell_directly(&told, AlertEvent::Opened, channels).await;
        Ok(1)
    }

    /// Puts what was told without a record into it, and tells that it is over.
    pub(super) async fn record_what_was_told(
        &self,
        channels: &[AlertChannel],
    ) -> Result<(), ModerationError> {
        let told = self.told_directly.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(new) = told else { return Ok(()) };
        let now = self.clock.now();
        if let Some(id) = self.store.open_alert(&new, &[]).await? {
            self.store.clear_alert(id, OVER, now, &[]).await?;
        }
        *self.told_directly.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let over = Alert { cleared_at: Some(now), over: Some(OVER.to_owned()), ..shown(&new) };
        self.tell_directly(&over, AlertEvent::Cleared, channels).await;
        Ok(())
    }

    async fn tell_directly(&self, alert: &Alert, event: AlertEvent, channels: &[AlertChannel]) {
        for channel in channels {
            let note = DueDelivery { id: 0, alert: alert.clone(), channel: *channel, event, attempts: 0 };
            let told = self.tell(&note).await;
            if !matches!(told, Ok(Ok(()))) {
                tracing::error!(
                    channel = channel.as_str(),
                    ?told,
                    "nobody could be told that the log is not written"
                );
            }
        }
    }
}
