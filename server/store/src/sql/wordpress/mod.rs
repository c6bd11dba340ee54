//! WordPress sites: what is to be written to them, which comment is which detection.

mod codes;
mod comments;
mod sites;
mod work;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, AppDecision, DetectionId, Unwritten, UserId, WordPressSite};

use super::Engine;
use crate::{ClaimedWordPress, KnownComment, NewWordPress, Result, WordPress, Written};

#[async_trait]
impl WordPress for Engine {
    async fn wordpress_sites(&self) -> Result<Vec<WordPressSite>> {
        sites::all(self).await
    }

    async fn wordpress_token(&self, site: &str) -> Result<Option<ApiTokenId>> {
        sites::token(site, self).await
    }

    async fn unwritten(&self, wordpress: i64, limit: u32) -> Result<Vec<Unwritten>> {
        sites::unwritten(wordpress, limit, self).await
    }

    async fn connect_wordpress(
        &self,
        new: &NewWordPress,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<i64> {
        sites::connect(new, by, at, self).await
    }

    async fn disconnect_wordpress(&self, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool> {
        sites::disconnect(site, by, at, self).await
    }

    async fn is_connected(&self, wordpress: i64) -> Result<bool> {
        sites::is_connected(wordpress, self).await
    }

    async fn wake_wordpress(&self, site: &str) -> Result<bool> {
        work::wake(site, self).await
    }

    async fn claim_wordpress(
        &self,
        now: DateTime<Utc>,
        read_before: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<ClaimedWordPress>> {
        work::claim(now, read_before, until, self).await
    }

    async fn decision_written(
        &self,
        wordpress: i64,
        decision: &AppDecision,
        outcome: &Written,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<()> {
        work::written(wordpress, decision, outcome, (at, until), self).await
    }

    async fn wordpress_rests(
        &self,
        wordpress: i64,
        read: bool,
        failure: Option<(&str, DateTime<Utc>)>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        work::rests(wordpress, read, failure, at, self).await
    }

    async fn comment_of(&self, wordpress: i64, detection: DetectionId) -> Result<Option<KnownComment>> {
        comments::of(wordpress, detection, self).await
    }

    async fn known_comments(&self, wordpress: i64, comments: &[i64]) -> Result<Vec<KnownComment>> {
        comments::known(wordpress, comments, self).await
    }

    async fn keep_comment(&self, wordpress: i64, comment: &KnownComment) -> Result<()> {
        comments::keep(wordpress, comment, &self.writer).await
    }

    async fn like_comment(
        &self,
        site: &str,
        content_hash: &[u8],
        email: Option<&str>,
        limit: u32,
    ) -> Result<Vec<DetectionId>> {
        comments::like(site, content_hash, email, limit, self).await
    }

    async fn keep_code(
        &self,
        hash: &[u8; 32],
        data: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        codes::keep(hash, data, (until, now), self).await
    }

    async fn take_code(&self, hash: &[u8; 32], now: DateTime<Utc>) -> Result<Option<String>> {
        codes::take(hash, now, self).await
    }

    async fn take_echo(&self, detection: DetectionId, is_spam: bool, since: DateTime<Utc>) -> Result<bool> {
        comments::take_echo(detection, is_spam, since, self).await
    }
}
