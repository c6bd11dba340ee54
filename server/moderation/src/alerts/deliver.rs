//! Notes leave through a queue in the database: at least once, in order, with growing waits while a receiver is away.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Alert, AlertChannel, AlertEvent, WebhookKind, WebhookTarget, time::exact};
use notify::{Letter, NotifyError, Post};
use serde_json::json;
use store::DueDelivery;
use tokio_util::sync::CancellationToken;

use super::{bodies, settings::webhook};
use crate::{Moderation, ModerationError};

/// Notes taken from the queue at once.
const BATCH: u32 = 20;

/// First wait after a failure; doubles with each attempt.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(5);

/// Longest wait between attempts.
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(30);

/// Attempts of one note: the last comes a day after the first.
const ATTEMPTS: u32 = 56;

/// Longest sleep without being woken, and shortest between two rounds.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
const SHORTEST_SLEEP: Duration = Duration::from_millis(200);

impl Moderation {
    /// Sends the notes that are due; returns how many were looked at.
    ///
    /// # Errors
    /// When the store fails; what was not settled stays in the queue.
    pub async fn deliver_alerts(&self) -> Result<usize, ModerationError> {
        let due = self.store.due_deliveries(self.clock.now(), BATCH).await?;
        for note in &due {
            let sent = self.tell(note).await?;
            let now = self.clock.now();
            match sent {
                Ok(()) => self.store.delivery_sent(note.id, now).await?,
                Err(error) => {
                    let is_last = note.attempts + 1 >= ATTEMPTS;
                    let retry_at = (!is_last).then(|| now + retry_wait(note.attempts));
                    tracing::warn!(alert = note.alert.id.0, channel = note.channel.as_str(), %error, "a note did not get through");
                    self.store.delivery_failed(note.id, retry_at, &error.to_string(), now).await?;
                }
            }
        }
        Ok(due.len())
    }

    pub(super) async fn tell(&self, note: &DueDelivery) -> Result<Result<(), NotifyError>, ModerationError> {
        let (id, sent_at) = (format!("alert-{}-{}", note.alert.id.0, note.event), self.clock.now());
        Ok(match note.channel {
            AlertChannel::Webhook => {
                let settings = self.store.alert_settings().await?;
                let Some(webhook) = webhook(&settings) else {
                    return Ok(Err(NotifyError::Settings("no webhook is set any more".to_owned())));
                };
                let event = match note.event {
                    AlertEvent::Opened => "alert.opened",
                    AlertEvent::Cleared => "alert.cleared",
                };
                let kind = settings.webhook.as_ref().map_or(WebhookKind::Json, WebhookTarget::kind);
                let body = self.body(kind, &id, event, note);
                self.options.messenger.post(&webhook, &Post { id, event, body, sent_at }).await
            }
            AlertChannel::Email => {
                let (subject, text) = self.letter(note.event, &note.alert);
                self.options.messenger.mail(&Letter { id, subject, text, sent_at }).await
            }
        })
    }

    fn body(&self, kind: WebhookKind, id: &str, event: &str, note: &DueDelivery) -> String {
        let alert = &note.alert;
        let link = self.link(alert);
        let facts = json!({
            "event": event,
            "id": id,
            "alert": {
                "id": alert.id.0,
                "kind": alert.kind,
                "subject": alert.subject,
                "title": alert.kind.title(),
                "what": alert.what,
                "advice": alert.advice,
                "since": written(alert.opened_at),
                "cleared_at": alert.cleared_at.map(written),
                "over": alert.over,
                "link": link,
            },
        });
        bodies::of(kind, &paragraphs(note.event, alert), link.as_deref(), facts)
    }

    /// Subject and text of a letter.
    fn letter(&self, event: AlertEvent, alert: &Alert) -> (String, String) {
        let title = alert.kind.title();
        let link = self.link(alert).map(|link| format!("\r\n\r\n{link}")).unwrap_or_default();
        let since = exact(alert.opened_at);
        match event {
            AlertEvent::Opened => (
                format!("Gavel: {title}"),
                format!("{}\r\n\r\nSince {since}.\r\n\r\nWhat to do: {}{link}\r\n", alert.what, alert.advice),
            ),
            AlertEvent::Cleared => (
                format!("Gavel: over: {title}"),
                format!(
                    "{}\r\n\r\nIt lasted from {since} to {}. What was told then: {}{link}\r\n",
                    alert.over.as_deref().unwrap_or("It is over."),
                    alert.cleared_at.map(exact).unwrap_or_default(),
                    alert.what
                ),
            ),
        }
    }

    /// Where to look, when the configuration says under which address people reach Gavel.
    fn link(&self, alert: &Alert) -> Option<String> {
        self.options.public_url.as_ref().map(|place| format!("{place}{}", alert.link))
    }

    pub(crate) async fn run_alert_deliveries(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sleep = match self.deliver_alerts().await {
                Ok(0) => self.time_to_next_note().await,
                Ok(_) => SHORTEST_SLEEP,
                Err(error) => {
                    tracing::error!(%error, "notes of alerts could not be sent");
                    LONGEST_SLEEP
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.deliveries_wanted.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    async fn time_to_next_note(&self) -> Duration {
        match self.store.next_delivery_due().await {
            Ok(Some(due)) => {
                let wait = (due - self.clock.now()).to_std().unwrap_or(Duration::ZERO);
                wait.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
            }
            Ok(None) => LONGEST_SLEEP,
            Err(error) => {
                tracing::error!(%error, "notes of alerts could not be read");
                LONGEST_SLEEP
            }
        }
    }
}

/// What a person reads in a chat.
fn paragraphs(event: AlertEvent, alert: &Alert) -> Vec<String> {
    let title = alert.kind.title();
    match event {
        AlertEvent::Opened => {
            vec![format!("Gavel: {title}"), alert.what.clone(), format!("What to do: {}", alert.advice)]
        }
        AlertEvent::Cleared => vec![
            format!("Gavel: over: {title}"),
            alert.over.clone().unwrap_or_else(|| "It is over.".to_owned()),
            format!("What was told then: {}", alert.what),
        ],
    }
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn retry_wait(attempts: u32) -> TimeDelta {
    (FIRST_RETRY * (1_i32 << attempts.min(10))).min(LONGEST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_tried_for_a_day() {
        assert_eq!([0, 1, 8, 9, 50].map(|n| retry_wait(n).num_seconds()), [5, 10, 1280, 1800, 1800]);
        let whole: i64 = (0..ATTEMPTS - 1).map(|attempt| retry_wait(attempt).num_seconds()).sum();
        assert!((23 * 3600..26 * 3600).contains(&whole), "{whole}");
    }
}
