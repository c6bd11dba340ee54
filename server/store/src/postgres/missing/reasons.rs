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
impl Reasons for PostgresStore {
    async fn reason_lists(&self) -> Result<Vec<ReasonList>> {
        Err(super::missing())
    }

    async fn set_reason_list(
        &self,
        _list: &NewReasonList,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn remove_reason_list(&self, _site: &str, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<bool> {
        Err(super::missing())
    }

    async fn reason_names(&self, _limit: u32) -> Result<Vec<String>> {
        Err(super::missing())
    }

    async fn site_of(&self, _detection: DetectionId) -> Result<Option<String>> {
        Err(super::missing())
    }

    async fn sites_of(&self, _detections: &[DetectionId]) -> Result<Vec<Option<String>>> {
        Err(super::missing())
    }

    async fn one_of(&self, _of: Decided) -> Result<Option<(DetectionId, Label)>> {
        Err(super::missing())
    }

    async fn turn_reason(
        &self,
        _of: Decided,
        _reason: ReasonId,
        _by: UserId,
        _at: DateTime<Utc>,
    ) -> Result<Option<Vec<Reason>>> {
        Err(super::missing())
    }

    async fn count_reasons(
        &self,
        _from: DateTime<Utc>,
        _to: DateTime<Utc>,
        _site: Option<&str>,
    ) -> Result<Vec<ReasonCount>> {
        Err(super::missing())
    }

    async fn macros(&self) -> Result<Vec<Macro>> {
        Err(super::missing())
    }

    async fn set_macro(&self, _new: &NewMacro, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<MacroId> {
        Err(super::missing())
    }

    async fn remove_macro(&self, _id: MacroId, _by: Option<UserId>, _at: DateTime<Utc>) -> Result<bool> {
        Err(super::missing())
    }
}
