#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;

#[async_trait]
impl Alerts for PostgresStore {
    async fn open_alert(&self, _alert: &NewAlert, _channels: &[AlertChannel]) -> Result<Option<AlertId>> {
        Err(super::missing())
    }

    async fn clear_alert(
        &self,
        _id: AlertId,
        _over: &str,
        _at: DateTime<Utc>,
        _channels: &[AlertChannel],
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn open_alerts(&self) -> Result<Vec<Alert>> {
        Err(super::missing())
    }

    async fn alerts_to_show(&self, _to: UserId) -> Result<Vec<Alert>> {
        Err(super::missing())
    }

    async fn alerts(&self, _before: Option<AlertId>, _limit: u32) -> Result<Vec<Alert>> {
        Err(super::missing())
    }

    async fn alert_deliveries(&self, _of: &[AlertId]) -> Result<Vec<AlertDelivery>> {
        Err(super::missing())
    }

    async fn dismiss_alert(&self, _id: AlertId, _by: UserId, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn due_deliveries(&self, _now: DateTime<Utc>, _limit: u32) -> Result<Vec<DueDelivery>> {
        Err(super::missing())
    }

    async fn next_delivery_due(&self) -> Result<Option<DateTime<Utc>>> {
        Err(super::missing())
    }

    async fn delivery_sent(&self, _id: i64, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn delivery_failed(
        &self,
        _id: i64,
        _retry_at: Option<DateTime<Utc>>,
        _error: &str,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn feedback_trouble(&self, _now: DateTime<Utc>) -> Result<(u64, u64)> {
        Err(super::missing())
    }

    async fn spam_by_site(&self, _now: DateTime<Utc>, _at_least: f64) -> Result<Vec<SiteSpam>> {
        Err(super::missing())
    }

    async fn alert_settings(&self) -> Result<AlertSettings> {
        Err(super::missing())
    }

    async fn set_alert_settings(
        &self,
        _settings: &AlertSettings,
        _by: UserId,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }
}
