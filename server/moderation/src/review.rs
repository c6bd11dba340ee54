//! The review queue: what nobody has said a word about yet, neither a moderator nor an app, one at a time, claimed so that no two people look at the same.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Cursor, Detection, DetectionId, DetectionSummary, Direction, Order, PageRequest, QueuePlace,
    ReviewProgress, SearchQuery, UserId,
    search::{Age, State, Term, TermKind, Unit},
};

use crate::{Moderation, ModerationError};

/// How long a claim holds without being renewed (issue: "claimed for 10 minutes").
const CLAIM: TimeDelta = TimeDelta::minutes(10);

/// Rows looked at for one that is free; usually the first is.
const LOOK_AT: u32 = 20;

/// Where a reviewer is in the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueueRequest {
    /// How the queue is sorted.
    pub order: Order,
    /// What was left last; `None` is the start.
    pub after: Option<Cursor>,
    /// The detection on screen, when the next one is asked for ahead: its claim stays.
    pub keep: Option<DetectionId>,
}

impl Moderation {
    /// The next detection that waits for a word and nobody else reviews, claimed for `by`. Other claims of theirs end, but
    /// for the one to keep. After the end of the queue it starts again, with what was left out.
    ///
    /// # Errors
    /// When nothing can be written, since a claim could not, or the store fails.
    pub async fn next_to_review(
        &self,
        request: &QueueRequest,
        by: UserId,
    ) -> Result<Option<(Detection, QueuePlace)>, ModerationError> {
        self.expect_to_write()?;
        let mut found = self.claim_after(request, request.after, by).await?;
        if found.is_none() && request.after.is_some() {
            found = self.claim_after(request, None, by).await?;
        }
        let keep: Vec<_> =
            request.keep.into_iter().chain(found.as_ref().map(|(detection, _)| detection.id)).collect();
        self.store.release_claims(by, &keep).await?;
        Ok(found)
    }

    async fn claim_after(
        &self,
        request: &QueueRequest,
        after: Option<Cursor>,
        by: UserId,
    ) -> Result<Option<(Detection, QueuePlace)>, ModerationError> {
        let now = self.clock.now();
        let others: Vec<_> =
            self.store.claims(now).await?.into_iter().filter(|claim| claim.user_id != by).collect();
        let query = query(TermKind::Is(State::Waiting));
        let mut from = after.map(|cursor| (Direction::After, cursor));
        loop {
            let page = PageRequest { order: request.order, from, limit: LOOK_AT };
            let page = self.store.search(&query, &page, now).await?;
            for row in &page.rows {
                let is_taken = others.iter().any(|claim| claim.detection_id == row.id);
                if is_taken || request.keep == Some(row.id) {
                    continue;
                }
                let expires_at = now + CLAIM;
                if !self.store.claim(row.id, by, now, expires_at).await? {
                    continue;
                }
                let place = QueuePlace { cursor: cursor(row, request.order), expires_at };
                match self.store.detection(row.id).await? {
                    // Somebody may have decided, or the app may have spoken, between the look at the queue and the claim.
                    Some(detection) if detection.label.is_none() && detection.app_word.is_none() => {
                        return Ok(Some((detection, place)));
                    }
                    _ => {}
                }
            }
            match page.after {
                Some(after) => from = Some((Direction::After, after)),
                None => return Ok(None),
            }
        }
    }

    /// Renews a claim; returns when it ends now, or who else has the detection.
    ///
    /// # Errors
    /// [`ModerationError::Claimed`] when somebody else's claim holds.
    pub async fn renew_claim(&self, id: DetectionId, by: UserId) -> Result<DateTime<Utc>, ModerationError> {
        let now = self.clock.now();
        if self.store.claim(id, by, now, now + CLAIM).await? {
            return Ok(now + CLAIM);
        }
        let claims = self.store.claims(now).await?;
        match claims.into_iter().find(|claim| claim.detection_id == id) {
            Some(claim) => Err(ModerationError::Claimed(claim.user_name)),
            None => Err(ModerationError::NotFound("detection")),
        }
    }

    /// Ends a person's claims: they left the queue.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release_claims(&self, by: UserId) -> Result<(), ModerationError> {
        Ok(self.store.release_claims(by, &[]).await?)
    }

    /// How far the team is today.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn review_progress(&self) -> Result<ReviewProgress, ModerationError> {
        let now = self.clock.now();
        let since_midnight = now - now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let today = Age {
            longer: false,
            count: u32::try_from(since_midnight.num_seconds()).unwrap_or_default().max(1),
            unit: Unit::Second,
        };
        let labelled = self.store.count(&query(TermKind::Labelled(today)), now).await?;
        let waiting = self.store.count(&query(TermKind::Is(State::Waiting)), now).await?;
        Ok(ReviewProgress { labelled, waiting })
    }
}

fn query(kind: TermKind) -> SearchQuery {
    SearchQuery { terms: vec![Term { negated: false, kind }] }
}

fn cursor(row: &DetectionSummary, order: Order) -> Cursor {
    let key = match order {
        Order::Newest => 0.0,
        Order::Score => row.score,
        Order::Closest => (row.score - row.threshold).abs(),
    };
    Cursor { key, id: row.id }
}
