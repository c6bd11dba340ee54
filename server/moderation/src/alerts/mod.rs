//! Alerts: what needs a person opens once, is told once on every channel, and is over once, also across a restart.
//!
//! [`rules`] says what is due, given a [`Snapshot`]; this module takes the snapshot, writes what changed, and [`deliver`]
//! tells people outside. What is open and what is still to be told is in the database.

mod bodies;
mod deliver;
mod rules;
mod settings;
mod unwritten;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Alert, AlertChannel, AlertDelivery, AlertId, AlertKind, BoundedCount, SearchQuery, User,
    search::{Age, State, Term, TermKind, Unit},
};
use store::SiteSpam;
use tokio_util::sync::CancellationToken;

use crate::{Moderation, ModerationError};

pub use rules::{BudgetLine, Change, FeedbackTrouble, Reach, Snapshot, changes};
pub use settings::AlertsInForce;

/// How often things are looked at without being told that something changed.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Shortest time between two looks, however much happens.
const REST: Duration = Duration::from_millis(500);

/// Figures of the quota older than so many polls say nothing about now.
const STALE_POLLS: u32 = 3;

/// How long an import that is over still shows in the spam of the last hour: counts are of whole hours.
const IMPORTED_LATELY: TimeDelta = TimeDelta::hours(2);

/// Newest imports that are looked at for that.
const IMPORTS: u32 = 20;

/// Alerts of one page.
const PAGE: u32 = 50;

/// Alerts and what became of telling them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertsReport {
    /// Newest first.
    pub alerts: Vec<Alert>,
    /// How people were told, of those alerts.
    pub deliveries: Vec<AlertDelivery>,
}

impl Moderation {
    /// Looks how things stand, opens and clears alerts. Returns how many changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn watch(&self) -> Result<usize, ModerationError> {
        let settings = self.store.alert_settings().await?;
        let channels = self.channels(&settings);
        if let Some(trouble) = self.writing.trouble() {
            let changed = self.tell_of_trouble(&trouble, &channels).await?;
            self.deliveries_wanted.notify_one();
            return Ok(changed);
        }
        self.record_what_was_told(&channels).await?;
        let snapshot = self.snapshot().await?;
        let open = self.store.open_alerts().await?;
        let changes = rules::changes(&snapshot, &settings.rules, &open);
        let mut changed = 0;
        for change in &changes {
            changed += usize::from(self.apply(change, &channels).await?);
        }
        if changed > 0 {
            self.deliveries_wanted.notify_one();
        }
        Ok(changed)
    }

    async fn apply(&self, change: &Change, channels: &[AlertChannel]) -> Result<bool, ModerationError> {
        match change {
            Change::Open(alert) => {
                let opened = self.store.open_alert(alert, channels).await?;
                if opened.is_some() {
                    tracing::warn!(
                        kind = alert.kind.as_str(),
                        subject = alert.subject,
                        what = alert.what,
                        "an alert opened"
                    );
                }
                Ok(opened.is_some())
            }
            Change::Clear(id, over) => {
                let cleared = self.store.clear_alert(*id, over, self.clock.now(), channels).await?;
                if cleared {
                    tracing::info!(alert = id.0, over, "an alert is over");
                }
                Ok(cleared)
            }
        }
    }

    async fn snapshot(&self) -> Result<Snapshot, ModerationError> {
        let now = self.clock.now();
        let stale = TimeDelta::from_std(self.options.poll_interval * STALE_POLLS).unwrap_or(TimeDelta::MAX);
        let quota = self.store.latest_usage_sample().await?.filter(|sample| now - sample.taken_at <= stale);
        let forecast = match &quota {
            Some(sample) => self.quota_forecast(sample).await?,
            None => domain::QuotaForecast::default(),
        };
        let health = self.watched_health();
        Ok(Snapshot {
            now,
            embedded: self.is_embedded(),
            quota,
            forecast,
            reach: health.reach(),
            key_valid: health.shown.key_valid,
            no_plan_at: health.no_plan_at,
            plan_seen_at: health.plan_seen_at,
            feedback: self.store.feedback_trouble(now).await?.into(),
            spam: self.spam_by_site(now).await?,
            budgets: self.budget_lines().await?,
            refusals: self.refusal_counts().await?,
            late: self.late_of_the_week().await?,
            backups: self.backups(),
            callbacks: self.store.callbacks().await?,
            wordpress: self.store.wordpress_sites().await?,
        })
    }

    /// Spam of the last hour by site. A backlog that is being imported is no wave: while one is, and for an hour or two after
    /// that, nobody can tell what is usual for its site.
    async fn spam_by_site(&self, now: DateTime<Utc>) -> Result<Vec<SiteSpam>, ModerationError> {
        self.count_newest().await?;
        let mut sites = self.store.spam_by_site(now, rules::WAVE_LEAST).await?;
        if !sites.is_empty() {
            let recent = self.store.imports(None, IMPORTS).await?;
            let recent = recent.iter().filter(|import| {
                import.started_at.is_some() && import.finished_at.is_none_or(|at| now - at < IMPORTED_LATELY)
            });
            let imported: Vec<_> = recent.map(|import| &import.plan.site).collect();
            let is_imported = |site: &SiteSpam| {
                let name = site.site.as_deref().unwrap_or_default();
                imported.iter().any(|other| other.as_deref().unwrap_or_default().eq_ignore_ascii_case(name))
            };
            sites.iter_mut().filter(|site| is_imported(site)).for_each(|site| site.usual = None);
        }
        Ok(sites)
    }

    async fn late_of_the_week(&self) -> Result<BoundedCount, ModerationError> {
        let week = Age { longer: false, count: 7, unit: Unit::Day };
        let kinds = [TermKind::Is(State::Late), TermKind::Age(week)];
        let terms = kinds.map(|kind| Term { negated: false, kind }).to_vec();
        Ok(self.store.count(&SearchQuery { terms }, self.clock.now()).await?)
    }

    /// The alerts whose banners a person has not put away, oldest first. Of the marks of one quota, only the newest that was
    /// passed: the ones below say nothing that it does not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn alerts_for(&self, user: &User) -> Result<Vec<Alert>, ModerationError> {
        let mut alerts = self.store.alerts_to_show(user.id).await?;
        let is_mark = |alert: &Alert| alert.kind == AlertKind::QuotaMark;
        let open = self.store.open_alerts().await?;
        let newest = open.iter().filter(|alert| is_mark(alert)).map(|alert| alert.id).max();
        alerts.retain(|alert| !is_mark(alert) || Some(alert.id) == newest);
        alerts.extend(self.unwritten_alert(&open));
        Ok(alerts)
    }

    /// Alerts now and before, newest first, at most 50 before an id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn alerts(&self, before: Option<AlertId>) -> Result<AlertsReport, ModerationError> {
        let mut alerts = self.store.alerts(before, PAGE).await?;
        if before.is_none()
            && let Some(alert) = self.unwritten_alert(&self.store.open_alerts().await?)
        {
            alerts.insert(0, alert);
        }
        let ids: Vec<_> = alerts.iter().map(|alert| alert.id).collect();
        Ok(AlertsReport { deliveries: self.store.alert_deliveries(&ids).await?, alerts })
    }

    /// A person puts a banner away, for as long as that alert lasts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn dismiss_alert(&self, id: AlertId, by: &User) -> Result<(), ModerationError> {
        Ok(self.store.dismiss_alert(id, by.id, self.clock.now()).await?)
    }

    pub(crate) async fn run_alerts(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.watch().await {
                tracing::error!(%error, "alerts could not be looked after");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.alerts_wanted.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if stop.run_until_cancelled(tokio::time::sleep(REST)).await.is_none() {
                return;
            }
        }
    }
}

impl From<(u64, u64)> for FeedbackTrouble {
    fn from((stuck, refused): (u64, u64)) -> Self {
        Self { stuck, refused }
    }
}
