//! What apps are to hear after their answer, and where.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{AppDecision, Callback, UserId};

use crate::Result;

/// A callback about to be set.
#[derive(Clone, Debug)]
pub struct NewCallback {
    /// The site; one that it has is replaced.
    pub site: String,
    /// The address.
    pub url: String,
    /// Signs what is sent.
    pub secret: String,
}

/// A decision on its way to a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The callback.
    pub callback: i64,
    /// Its address.
    pub url: String,
    /// Signs the body.
    pub secret: String,
    /// How often this one was tried before.
    pub attempts: u32,
    /// Since when the callback fails.
    pub failing_since: Option<DateTime<Utc>>,
    /// Until when it is kept from others. What became of it counts only while this claim stands.
    pub claimed_until: DateTime<Utc>,
    /// What to send.
    pub decision: AppDecision,
}

/// Keeps what apps are to hear. Setting and removing a callback leave an audit event in the same transaction.
#[async_trait]
pub trait Callbacks: Send + Sync {
    /// Works out what apps are to hear of what changed and can no longer be undone, and returns how many detections it looked at.
    async fn settle_app_decisions(&self, now: DateTime<Utc>, limit: u32) -> Result<usize>;

    /// A site's decisions behind one, in their order.
    async fn app_decisions(&self, site: &str, after: i64, limit: u32) -> Result<Vec<AppDecision>>;

    /// A site's newest decisions, newest first.
    async fn newest_app_decisions(&self, site: &str, limit: u32) -> Result<Vec<AppDecision>>;

    /// Every callback, by site.
    async fn callbacks(&self) -> Result<Vec<Callback>>;

    /// Sets a site's callback: it hears of what is decided from now on.
    async fn set_callback(&self, new: &NewCallback, by: Option<UserId>, at: DateTime<Utc>) -> Result<i64>;

    /// Takes a site's callback away. Returns whether there was one.
    async fn remove_callback(&self, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool>;

    /// Address and secret of a site's callback.
    async fn callback_target(&self, site: &str) -> Result<Option<(String, String)>>;

    /// Takes the next decision of callbacks that may be tried, those first that wait longest, and keeps them from other programs
    /// until a time.
    async fn claim_callbacks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Due>>;

    /// The receiver took it: the next one is due.
    async fn callback_taken(&self, due: &Due, at: DateTime<Utc>) -> Result<()>;

    /// The receiver did not take it. It is tried again then; `None`: a person has to look.
    async fn callback_refused(
        &self,
        due: &Due,
        error: &str,
        again: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Result<()>;

    /// Has a site's callback tried again at once, from a decision on if one is named. Returns whether there is one.
    async fn callback_again(&self, site: &str, from: Option<i64>) -> Result<bool>;
}
