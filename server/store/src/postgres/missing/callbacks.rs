#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::callbacks::*;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;

#[async_trait]
impl Callbacks for PostgresStore {
    async fn settle_app_decisions(&self, _now: DateTime<Utc>, _limit: u32) -> Result<usize> {
        Err(super::missing())
    }

    async fn app_decisions(&self, _site: &str, _after: i64, _limit: u32) -> Result<Vec<AppDecision>> {
        Err(super::missing())
    }

    async fn newest_app_decisions(&self, _site: &str, _limit: u32) -> Result<Vec<AppDecision>> {
        Err(super::missing())
    }

    async fn callbacks(&self) -> Result<Vec<Callback>> {
        Err(super::missing())
    }

    async fn set_callback(&self, _new: &NewCallback, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<i64> {
        Err(super::missing())
    }

    async fn remove_callback(&self, _site: &str, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<bool> {
        Err(super::missing())
    }

    async fn callback_target(&self, _site: &str) -> Result<Option<(String, String)>> {
        Err(super::missing())
    }

    async fn claim_callbacks(
        &self,
        _now: DateTime<Utc>,
        _until: DateTime<Utc>,
        _limit: usize,
    ) -> Result<Vec<Due>> {
        Err(super::missing())
    }

    async fn callback_taken(&self, _due: &Due, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn callback_refused(
        &self,
        _due: &Due,
        _error: &str,
        _again: Option<DateTime<Utc>>,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn callback_again(&self, _site: &str, _from: Option<i64>) -> Result<bool> {
        Err(super::missing())
    }
}
