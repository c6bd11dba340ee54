//! WordPress sites: what is to be written to them, which comment is which detection.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ApiTokenId, AppDecision, DetectionId, Unwritten, UserId, WordPressSite};

use crate::Result;

/// How long after Gavel changed a comment its plugin may tell of that: WordPress does what is due when somebody next visits the site.
pub const ECHO_LASTS: TimeDelta = TimeDelta::hours(24);

/// A WordPress about to be connected.
#[derive(Clone, Debug)]
pub struct NewWordPress {
    /// The site; one that it has is replaced.
    pub site: String,
    /// Its front page.
    pub home: String,
    /// The root of its REST interface.
    pub api: String,
    /// In whose name.
    pub login: String,
    /// Their application password, sealed.
    pub password: Vec<u8>,
    /// What is read is checked as this app's.
    pub token: ApiTokenId,
}

/// A WordPress that somebody works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedWordPress {
    /// Local id.
    pub id: i64,
    /// The site.
    pub site: String,
    /// The root of its REST interface.
    pub api: String,
    /// In whose name.
    pub login: String,
    /// Their application password, sealed.
    pub password: Vec<u8>,
    /// What is read is checked as this app's.
    pub token: ApiTokenId,
    /// The last decision that was dealt with.
    pub written_to: i64,
    /// When it was last read.
    pub read_at: Option<DateTime<Utc>>,
    /// Attempts that failed since the last that did not.
    pub attempts: u32,
}

/// A comment that is known to be a detection's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownComment {
    /// WordPress's id.
    pub comment: i64,
    /// The detection.
    pub detection: DetectionId,
    /// Where it stood when it was last looked at: `approved`, `hold`, `spam` or `trash`.
    pub status: String,
    /// Where Gavel took it from, until it is back there or somebody has moved it.
    pub taken_from: Option<String>,
    /// Hash of its text as it was met.
    pub text_hash: [u8; 32],
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The comment was changed; a plugin may say so in half a minute.
    Changed(KnownComment),
    /// The comment stands so already.
    Stands(KnownComment),
    /// There is no comment to it: a form, a sign-up.
    NoComment,
    /// It could not be written, for this reason.
    Unwritten(String),
}

/// Keeps WordPress sites. Connecting and disconnecting leave an audit event in the same transaction.
#[async_trait]
pub trait WordPress: Send + Sync {
    /// Every WordPress, by site.
    async fn wordpress_sites(&self) -> Result<Vec<WordPressSite>>;

    /// The token that a site's comments are read with, if the site is connected and the token in force.
    async fn wordpress_token(&self, site: &str) -> Result<Option<ApiTokenId>>;

    /// What could not be written to it, newest first, at most `limit`.
    async fn unwritten(&self, wordpress: i64, limit: u32) -> Result<Vec<Unwritten>>;

    /// Connects a site: what is decided from now on is written to it.
    async fn connect_wordpress(
        &self,
        new: &NewWordPress,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<i64>;

    /// Takes a site away, and its token out of force. Returns whether there was one.
    async fn disconnect_wordpress(&self, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool>;

    /// Whether it is still connected.
    async fn is_connected(&self, wordpress: i64) -> Result<bool>;

    /// Has a site worked on at once. Returns whether there is one.
    async fn wake_wordpress(&self, site: &str) -> Result<bool>;

    /// Takes one site that has something to be written, or was last read before a time, and keeps it from others until another.
    async fn claim_wordpress(
        &self,
        now: DateTime<Utc>,
        read_before: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<ClaimedWordPress>>;

    /// Keeps what became of a decision, and the site for some more time.
    async fn decision_written(
        &self,
        wordpress: i64,
        decision: &AppDecision,
        outcome: &Written,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<()>;

    /// Ends the work on a site. After a failure it is taken up again at the time given.
    async fn wordpress_rests(
        &self,
        wordpress: i64,
        read: bool,
        failure: Option<(&str, DateTime<Utc>)>,
        at: DateTime<Utc>,
    ) -> Result<()>;

    /// The comment that a detection is known to be.
    async fn comment_of(&self, wordpress: i64, detection: DetectionId) -> Result<Option<KnownComment>>;

    /// Those of these comments that are known.
    async fn known_comments(&self, wordpress: i64, comments: &[i64]) -> Result<Vec<KnownComment>>;

    /// Keeps which detection a comment is, and where it stands.
    async fn keep_comment(&self, wordpress: i64, comment: &KnownComment) -> Result<()>;

    /// Detections of a site with the same text, or the same address, that are no known comment: newest first, at most `limit` of each.
    async fn like_comment(
        &self,
        site: &str,
        content_hash: &[u8],
        email: Option<&str>,
        limit: u32,
    ) -> Result<Vec<DetectionId>>;

    /// Keeps what a code is about, which works once, until a time; what is too old by now is forgotten.
    async fn keep_code(
        &self,
        hash: &[u8; 32],
        data: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<()>;

    /// What a code is about, if it still works; it does not any more.
    async fn take_code(&self, hash: &[u8; 32], now: DateTime<Utc>) -> Result<Option<String>>;

    /// Whether feedback is the echo of what Gavel itself wrote since a time; asked once for each.
    async fn take_echo(&self, detection: DetectionId, is_spam: bool, since: DateTime<Utc>) -> Result<bool>;
}
