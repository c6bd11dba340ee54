//! Alerts, who was told, and how alerts are set.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Alert, AlertChannel, AlertDelivery, AlertEvent, AlertId, AlertKind, AlertRules, UserId, WebhookTarget,
};

use crate::Result;

/// An alert about to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    /// What it is about.
    pub kind: AlertKind,
    /// Of what, where there can be several.
    pub subject: String,
    /// What happens.
    pub what: String,
    /// What to do.
    pub advice: String,
    /// Where in Gavel to look.
    pub link: String,
    /// Now.
    pub opened_at: DateTime<Utc>,
}

/// Something that is to be told outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueDelivery {
    /// Local id; the same at every attempt.
    pub id: i64,
    /// The alert, as it stands.
    pub alert: Alert,
    /// By which way.
    pub channel: AlertChannel,
    /// Its beginning or its end.
    pub event: AlertEvent,
    /// How often it was tried before.
    pub attempts: u32,
}

/// Spam of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteSpam {
    /// The site; `None` for what belongs to none.
    pub site: Option<String>,
    /// Messages in the last sixty minutes.
    pub last_hour: f64,
    /// Messages in a mean hour of the week before; `None` when the site is known for a day or less.
    pub usual: Option<f64>,
}

/// What administrators set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertSettings {
    /// When alerts open.
    pub rules: AlertRules,
    /// Where they are told by webhook.
    pub webhook: Option<WebhookTarget>,
    /// What signs them.
    pub webhook_secret: Option<String>,
}

/// Opens, clears and reads alerts.
#[async_trait]
pub trait Alerts: Send + Sync {
    /// Opens an alert and queues a note on each channel, in one transaction; `None` when it is open already.
    async fn open_alert(&self, alert: &NewAlert, channels: &[AlertChannel]) -> Result<Option<AlertId>>;

    /// Ends an alert and queues a note on each channel, in one transaction; `false` when it was over already.
    async fn clear_alert(
        &self,
        id: AlertId,
        over: &str,
        at: DateTime<Utc>,
        channels: &[AlertChannel],
    ) -> Result<bool>;

    /// The alerts that last, oldest first.
    async fn open_alerts(&self) -> Result<Vec<Alert>>;

    /// Those of them that a person has not put away.
    async fn alerts_to_show(&self, to: UserId) -> Result<Vec<Alert>>;

    /// The newest alerts before an id (`None` starts at the newest), open or over.
    async fn alerts(&self, before: Option<AlertId>, limit: u32) -> Result<Vec<Alert>>;

    /// How telling of these alerts went.
    async fn alert_deliveries(&self, of: &[AlertId]) -> Result<Vec<AlertDelivery>>;

    /// A person puts an alert's banner away.
    async fn dismiss_alert(&self, id: AlertId, by: UserId, at: DateTime<Utc>) -> Result<()>;

    /// Notes that are due, oldest first; the end of an alert never before its beginning was told or given up.
    async fn due_deliveries(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<DueDelivery>>;

    /// When the next note is due.
    async fn next_delivery_due(&self) -> Result<Option<DateTime<Utc>>>;

    /// It got through.
    async fn delivery_sent(&self, id: i64, at: DateTime<Utc>) -> Result<()>;

    /// It did not; it is tried again at a later moment, or given up.
    async fn delivery_failed(
        &self,
        id: i64,
        retry_at: Option<DateTime<Utc>>,
        error: &str,
        at: DateTime<Utc>,
    ) -> Result<()>;

    /// Feedback that waits after three attempts or more, and feedback refused for good in the last hour, each counted no
    /// further than 10,000.
    async fn feedback_trouble(&self, now: DateTime<Utc>) -> Result<(u64, u64)>;

    /// The sites that got so many spam messages or more in the last hour, as far as [`crate::Statistics::count_new`] has counted.
    async fn spam_by_site(&self, now: DateTime<Utc>, at_least: f64) -> Result<Vec<SiteSpam>>;

    /// What administrators set; the defaults until they do.
    async fn alert_settings(&self) -> Result<AlertSettings>;

    /// Sets it, with an audit event in the same transaction.
    async fn set_alert_settings(&self, settings: &AlertSettings, by: UserId, at: DateTime<Utc>)
    -> Result<()>;
}
