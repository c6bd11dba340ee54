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
impl WordPress for PostgresStore {
    async fn wordpress_sites(&self) -> Result<Vec<WordPressSite>> {
        Err(super::missing())
    }

    async fn wordpress_token(&self, _site: &str) -> Result<Option<ApiTokenId>> {
        Err(super::missing())
    }

    async fn unwritten(&self, _wordpress: i64, _limit: u32) -> Result<Vec<Unwritten>> {
        Err(super::missing())
    }

    async fn connect_wordpress(
        &self,
        _new: &NewWordPress,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<i64> {
        Err(super::missing())
    }

    async fn disconnect_wordpress(
        &self,
        _site: &str,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn is_connected(&self, _wordpress: i64) -> Result<bool> {
        Err(super::missing())
    }

    async fn wake_wordpress(&self, _site: &str) -> Result<bool> {
        Err(super::missing())
    }

    async fn claim_wordpress(
        &self,
        _now: DateTime<Utc>,
        _read_before: DateTime<Utc>,
        _until: DateTime<Utc>,
    ) -> Result<Option<ClaimedWordPress>> {
        Err(super::missing())
    }

    async fn decision_written(
        &self,
        _wordpress: i64,
        _decision: &AppDecision,
        _outcome: &Written,
        _at: DateTime<Utc>,
        _until: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn wordpress_rests(
        &self,
        _wordpress: i64,
        _read: bool,
        _failure: Option<(&str, DateTime<Utc>)>,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn comment_of(&self, _wordpress: i64, _detection: DetectionId) -> Result<Option<KnownComment>> {
        Err(super::missing())
    }

    async fn known_comments(&self, _wordpress: i64, _comments: &[i64]) -> Result<Vec<KnownComment>> {
        Err(super::missing())
    }

    async fn keep_comment(&self, _wordpress: i64, _comment: &KnownComment) -> Result<()> {
        Err(super::missing())
    }

    async fn like_comment(
        &self,
        _site: &str,
        _content_hash: &[u8],
        _email: Option<&str>,
        _limit: u32,
    ) -> Result<Vec<DetectionId>> {
        Err(super::missing())
    }

    async fn keep_code(
        &self,
        _hash: &[u8; 32],
        _data: &str,
        _until: DateTime<Utc>,
        _now: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn take_code(&self, _hash: &[u8; 32], _now: DateTime<Utc>) -> Result<Option<String>> {
        Err(super::missing())
    }

    async fn take_echo(
        &self,
        _detection: DetectionId,
        _is_spam: bool,
        _since: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }
}
