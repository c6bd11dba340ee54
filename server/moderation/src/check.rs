//! A comment is judged: validated content goes to the upstream, everything that comes back goes into the log.

use std::time::Instant;

use activelayer::{Answer, CheckEndpoint, CheckRequest, CheckResponse};
use domain::{
    Circumstances, Content, Detection, DetectionId, Endpoint, JudgedBy, Judgement, Language, NewDetection,
    Origin, Signal,
};
use serde_json::Map;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use crate::{Moderation, ModerationError, budgets::Spender, readings};

/// Content that somebody wants judged.
#[derive(Clone, Debug)]
pub struct NewCheck {
    /// Which check to ask for.
    pub endpoint: Endpoint,
    /// How the content reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    pub site: Option<String>,
    /// What to judge, validated.
    pub content: Content,
}

/// A line of checks that are asked for together: they come into the log in their order, whichever verdict is there first.
#[derive(Debug, Default)]
pub struct Line(Option<oneshot::Receiver<()>>);

/// A check's place in a line. Dropped, it lets the next one go on.
#[derive(Debug)]
pub struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _done: oneshot::Sender<()>,
}

impl Line {
    /// The place behind all that were taken before.
    pub fn next_turn(&mut self) -> Turn {
        let (done, behind) = oneshot::channel();
        Turn { before: self.0.replace(behind), _done: done }
    }
}

impl Turn {
    async fn comes(&mut self) {
        if let Some(before) = self.before.take() {
            // Nothing is ever sent: it ends when the one before is on its way into the log, or failed.
            let _ = before.await;
        }
    }
}

impl Moderation {
    /// Asks the upstream for a verdict and logs it.
    ///
    /// # Errors
    /// [`ModerationError::Upstream`] when there was no verdict (nothing is logged then: the caller still has the
    /// content), [`ModerationError::NotLogged`] when the verdict could not be written.
    pub async fn check(&self, check: NewCheck) -> Result<Detection, ModerationError> {
        self.check_in_line(check, Line::default().next_turn()).await
    }

    /// The same, logged behind those before it in a line.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub async fn check_in_line(&self, check: NewCheck, mut turn: Turn) -> Result<Detection, ModerationError> {
        let started = Instant::now();
        self.expect_to_keep()?;
        let site = check.site.clone();
        let request = as_sent(readings::request(&check.content), check.origin);
        let unjudged = to_judgement(self.pass(started)?, JudgedBy::Fallback);
        let mut detection = self.new_detection(check, unjudged, Circumstances::default());
        let by_rule = self.by_rule(&mut detection, None, &request, started).await?;
        let is_paid = by_rule.is_none();
        if let Some(answer) = by_rule {
            detection.judgement = to_judgement(answer, JudgedBy::Rule);
        } else {
            let asked = self.upstreams.interactive.check(to_wire(detection.endpoint), &request);
            let answer = self.timed(asked).await?;
            let answer = self.at_own_threshold(answer, self.options.judged_by, site.as_deref()).await;
            detection.judgement = to_judgement(answer, self.options.judged_by);
            self.hold_by_rule(&mut detection, None).await;
        }
        detection.circumstances.took_ms = Some(milliseconds(started));
        turn.comes().await;
        let written = self.log.enqueue(detection).await?;
        drop(turn);
        let appended = written.await.map_err(|lost| lost.error)?;
        if is_paid {
            self.count_spent(Spender::Person { site: site.as_deref() }).await;
        }
        self.detection(appended.id).await
    }

    /// A submission and what came back, for the log. Its language is told here.
    pub(crate) fn new_detection(
        &self,
        check: NewCheck,
        judgement: Judgement,
        circumstances: Circumstances,
    ) -> NewDetection {
        let language = (self.options.language_of)(&check.content.message).and_then(Language::of_code);
        NewDetection {
            created_at: self.clock.now(),
            endpoint: check.endpoint,
            origin: check.origin,
            site: check.site,
            content_hash: content_hash(&check.content.message),
            content: check.content,
            judgement,
            circumstances: Circumstances { language: language.map(|language| language.tag), ..circumstances },
        }
    }

    /// One detection, whole.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn detection(&self, id: DetectionId) -> Result<Detection, ModerationError> {
        self.store.detection(id).await?.ok_or(ModerationError::NotFound("detection"))
    }

    /// One page of the log.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn search(
        &self,
        query: &domain::SearchQuery,
        page: &domain::PageRequest,
    ) -> Result<domain::Page<domain::DetectionSummary>, ModerationError> {
        let mut page = self.store.search(query, page, self.clock.now()).await?;
        self.mark_matches(query, &mut page.rows).await?;
        Ok(page)
    }

    /// How many detections, of how many, are still found only as an older Gavel looked words up; `None` when none are, or the search
    /// asks for no words.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unfolded(&self, query: &domain::SearchQuery) -> Result<Option<(u64, u64)>, ModerationError> {
        if !query.has_words() {
            return Ok(None);
        }
        Ok(self.store.unfolded().await?.map(|unfolded| (unfolded.left, unfolded.of)))
    }

    /// How many match.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count(&self, query: &domain::SearchQuery) -> Result<domain::BoundedCount, ModerationError> {
        Ok(self.store.count(query, self.clock.now()).await?)
    }

    /// What the matches are made of.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn facets(&self, query: &domain::SearchQuery) -> Result<domain::Facets, ModerationError> {
        Ok(self.store.facets(query, self.clock.now()).await?)
    }
}

/// How long ago, in milliseconds.
pub(crate) fn milliseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}

pub(crate) fn to_wire(endpoint: Endpoint) -> CheckEndpoint {
    match endpoint {
        Endpoint::Check => CheckEndpoint::Check,
        Endpoint::CheckComment => CheckEndpoint::CheckComment,
    }
}

/// What is sent: columns of a file that have no place in the guide's table are kept with the detection, and are nobody else's
/// business. What an app sends beside the table is forwarded.
pub(crate) fn as_sent(request: CheckRequest, origin: Origin) -> CheckRequest {
    match origin {
        Origin::Api | Origin::Recheck => request,
        Origin::Import | Origin::Paste => CheckRequest { extra: Map::new(), ..request },
    }
}

pub(crate) fn to_judgement(answer: Answer<CheckResponse>, judged_by: JudgedBy) -> Judgement {
    let Answer { value, body } = answer;
    Judgement {
        signals: value.extra.get("signals").map(Signal::read).unwrap_or_default(),
        upstream_id: value.detection_id,
        is_spam: value.is_spam,
        score: value.total_score,
        threshold: value.threshold,
        execution_ms: value.execution_time,
        upstream_timestamp: value.timestamp,
        judged_by,
        raw_answer: body,
    }
}

/// SHA-256 of the message with white space folded, so that the same text pasted twice is found again.
pub fn content_hash(message: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for word in message.split_whitespace() {
        hash.update(word.as_bytes());
        hash.update(b" ");
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_ignores_white_space_only() {
        assert_eq!(content_hash("buy  now\n"), content_hash(" buy now"));
        assert_ne!(content_hash("buynow"), content_hash("buy now"));
    }
}
