//! The log of detections.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    BoundedCount, Detection, DetectionId, DetectionSummary, Facets, Judgement, NewDetection, Page,
    PageRequest, SearchQuery,
};

use crate::Result;

/// What became of a row that was appended, or of a submission that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its id.
    pub id: DetectionId,
    /// How many times the token that it was submitted with had got a new secret by then; `None` when the token had been revoked, or
    /// without one.
    pub token_rotations: Option<u32>,
}

/// What an older Gavel indexed and is not indexed again yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfolded {
    /// So many detections, nearly: the oldest.
    pub left: u64,
    /// Of so many.
    pub of: u64,
}

/// Writes and reads the log.
#[async_trait]
pub trait Detections: Send + Sync {
    /// Keeps submissions while they are judged, all or none, and tells of each in the same order. Given is what is logged if no
    /// verdict comes. When this returns, a crash cannot lose them: they are in the log once they are appended with their id in
    /// [`domain::Circumstances::submission`].
    async fn keep_submissions(&self, unjudged: &[NewDetection]) -> Result<Vec<Appended>>;

    /// Submissions that were kept before a time, or more than an hour after it by a clock that was ahead, and never appended;
    /// oldest first and at most `most`, ready to be appended as not judged.
    async fn left_submissions(&self, before: DateTime<Utc>, most: u32) -> Result<Vec<NewDetection>>;

    /// Appends many detections in one transaction, all or none, and tells of each in the same order. When this returns, a
    /// crash cannot lose them. Until [`index_appended`](Self::index_appended) has come to them, they are in the log but not found
    /// by words, sites, senders and the like. One sync to disk for all of them: far cheaper than one by one.
    async fn append_detections(&self, detections: &[NewDetection]) -> Result<Vec<Appended>>;

    /// Makes some of the detections that were appended found by their words, the oldest first and at most so many, and returns how
    /// many; 0 when all are.
    async fn index_appended(&self, most: usize) -> Result<usize>;

    /// Makes some of the detections that were indexed by an older Gavel found as words are looked up now, the newest first and at most
    /// so many, and returns how many; 0 when all are.
    async fn refold_index(&self, _most: usize) -> Result<usize> {
        Ok(0)
    }

    /// How many detections are still found only as an older Gavel looked words up; `None` when none are.
    async fn unfolded(&self) -> Result<Option<Unfolded>> {
        Ok(None)
    }

    /// Puts a few pieces of what words are looked up in together, and returns whether more can be: every commit adds a piece, and
    /// the fewer there are, the sooner is looked up.
    async fn merge_index(&self) -> Result<bool> {
        Ok(false)
    }

    /// Appends many detections and makes them found, in one transaction.
    async fn insert_detections(&self, detections: &[NewDetection]) -> Result<Vec<DetectionId>>;

    /// Appends one and makes it found.
    async fn insert_detection(&self, detection: &NewDetection) -> Result<DetectionId>;

    /// One detection, whole.
    async fn detection(&self, id: DetectionId) -> Result<Option<Detection>>;

    /// The newest detection with this upstream `detection_id`, or that had it before it was judged again.
    async fn detection_by_upstream_id(&self, upstream_id: &str) -> Result<Option<Detection>>;

    /// One page of what matches. `now` anchors relative terms such as `age:<7d`.
    async fn search(
        &self,
        query: &SearchQuery,
        page: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>>;

    /// How many match: all of them, up to two million detections and as far as some tenths of a second go.
    async fn count(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<BoundedCount>;

    /// The newest matches below an id, whole, newest first.
    async fn matches_below(
        &self,
        query: &SearchQuery,
        below: Option<DetectionId>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Detection>>;

    /// What the matches are made of, as many as are counted.
    async fn facets(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Facets>;

    /// Replaces what was judged while the upstream was away by its verdict.
    async fn rejudge(&self, id: DetectionId, judgement: &Judgement) -> Result<()>;
}
