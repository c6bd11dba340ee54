//! What apps get no verdict on: submissions that are refused, requests that are not even read, and what `reject` leaves untold.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use activelayer::{
    Answer, ApiError, CheckRequest, CheckResponse, SpamApi,
    wire::{Refusal, odd},
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::{
    ApiTokenId, Detection, DetectionId, JudgedBy, Judgement, NO_SCORE, NewDetection, REFUSALS_END_HOURS,
    RefusalCount, RefusalKind,
};
use sha2::{Digest, Sha256};
use store::NewRefusals;

use crate::{
    Moderation, ModerationError,
    check::{content_hash, to_wire},
    fallback::THRESHOLD,
    gateway::Judged,
    tokens,
};

/// Longest reason that is kept, in characters.
const REASON_MAX_CHARS: usize = 200;

/// For how long an app that was told that there is no verdict meets the row that waits.
const UNTOLD_FOR: TimeDelta = TimeDelta::hours(1);

/// Refusals that are not written down yet. There are no more entries than tokens times kinds.
#[derive(Debug, Default)]
pub(crate) struct RefusalBoard(Mutex<HashMap<(Option<ApiTokenId>, RefusalKind), NewRefusals>>);

impl RefusalBoard {
    /// Counts one; returns whether it is the first of its kind since the last were written down.
    fn count(
        &self,
        token_id: Option<ApiTokenId>,
        kind: RefusalKind,
        reason: &str,
        now: DateTime<Utc>,
    ) -> bool {
        let reason: String = reason.chars().take(REASON_MAX_CHARS).collect();
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_first = false;
        let entry = board.entry((token_id, kind)).or_insert_with(|| {
            is_first = true;
            NewRefusals { token_id, kind, count: 0, first_at: now, last_at: now, reason: String::new() }
        });
        entry.count += 1;
        entry.last_at = now;
        entry.reason = reason;
        is_first
    }

    fn take(&self) -> Vec<NewRefusals> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.drain().map(|(_, refusals)| refusals).collect()
    }

    /// Puts back what could not be written.
    fn put_back(&self, refusals: Vec<NewRefusals>) {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for old in refusals {
            match board.get_mut(&(old.token_id, old.kind)) {
                Some(newer) => (newer.count, newer.first_at) = (newer.count + old.count, old.first_at),
                None => drop(board.insert((old.token_id, old.kind), old)),
            }
        }
    }
}

impl Moderation {
    /// Counts a request that was refused before anybody was asked about it. `reason` is what it was told, without content.
    pub fn note_refusal(&self, token: Option<ApiTokenId>, kind: RefusalKind, reason: &str) {
        if self.refusals.count(token, kind, reason, self.clock.now()) {
            self.alerts_wanted.notify_one();
        }
    }

    /// Counts a request whose key opens nothing: by its token, where that was revoked.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_unknown_key(&self, secret: &str) -> Result<(), ModerationError> {
        match self.store.revoked_token_by_hash(&tokens::hash(secret)).await? {
            Some(token) => {
                self.note_refusal(Some(token.id), RefusalKind::Revoked, "The token is revoked.");
            }
            None => self.note_refusal(None, RefusalKind::UnknownKey, "There is no such token."),
        }
        Ok(())
    }

    /// The streaks of refusals that are not over, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refusal_counts(&self) -> Result<Vec<RefusalCount>, ModerationError> {
        self.write_refusals().await?;
        Ok(self.store.refusals(self.streaks_since()).await?)
    }

    /// Writes down what was counted.
    ///
    /// # Errors
    /// When the store fails; nothing is lost then.
    pub(crate) async fn write_refusals(&self) -> Result<(), ModerationError> {
        let counted = self.refusals.take();
        if counted.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.store.add_refusals(&counted, self.streaks_since()).await {
            self.refusals.put_back(counted);
            return Err(error.into());
        }
        Ok(())
    }

    fn streaks_since(&self) -> DateTime<Utc> {
        self.clock.now() - TimeDelta::hours(REFUSALS_END_HOURS)
    }

    /// Asks for a verdict. Where the upstream refuses optional fields alone, it is asked once more without these, and told is which
    /// they were. (The engine in process leaves out by itself what can be left out.)
    ///
    /// # Errors
    /// Those of the upstream, about what was asked last.
    pub(crate) async fn ask(
        &self,
        api: &dyn SpamApi,
        endpoint: domain::Endpoint,
        request: &CheckRequest,
        again_within: std::time::Duration,
    ) -> Result<(Answer<CheckResponse>, Vec<String>), ApiError> {
        if let Some(refusal) = odd::unreadable(request) {
            return Err(refusal);
        }
        let started = std::time::Instant::now();
        let refused = match self.timed(api.check(to_wire(endpoint), request)).await {
            Ok(answer) => return Ok((answer, Vec::new())),
            Err(error) => error,
        };
        let lean = if self.is_embedded() { None } else { request.without_refused(&refused) };
        let Some((lean, left_out)) = lean else { return Err(refused) };
        tracing::info!(
            fields = left_out.join(", "),
            "the upstream refused optional fields: it is asked without them"
        );
        let again = self.timed(api.check(to_wire(endpoint), &lean));
        let rest = again_within.saturating_sub(started.elapsed());
        let answer = tokio::time::timeout(rest, again).await.unwrap_or(Err(ApiError::Timeout))?;
        Ok((answer, left_out))
    }

    /// Logs what was refused for good, with its content.
    pub(crate) async fn log_refused(
        &self,
        mut detection: NewDetection,
        refusal: &ApiError,
    ) -> Result<DetectionId, ModerationError> {
        detection.judgement = Judgement {
            upstream_id: uuid::Uuid::new_v4().to_string(),
            is_spam: false,
            score: NO_SCORE,
            threshold: THRESHOLD,
            execution_ms: 0.0,
            upstream_timestamp: self.clock.now().to_rfc3339_opts(SecondsFormat::Millis, true),
            judged_by: JudgedBy::Refused,
            signals: Vec::new(),
            raw_answer: Refusal::from(refusal).body_json(),
        };
        Ok(self.log.append(detection).await?.id)
    }

    /// Notes that an app was told that there is no verdict.
    pub(crate) async fn note_untold(
        &self,
        token: ApiTokenId,
        digest: &[u8; 32],
        detection: DetectionId,
    ) -> Result<(), ModerationError> {
        let now = self.clock.now();
        Ok(self.store.note_untold(token, digest, detection, now, now - UNTOLD_FOR).await?)
    }

    /// The row of a submission that the app was told there is no verdict on, within the last hour.
    pub(crate) async fn untold(
        &self,
        token: ApiTokenId,
        digest: &[u8; 32],
    ) -> Result<Option<Detection>, ModerationError> {
        match self.store.untold(token, digest, self.clock.now() - UNTOLD_FOR).await? {
            Some(id) => Ok(self.store.detection(id).await?),
            None => Ok(None),
        }
    }
}

/// What an earlier row says to an app that asks again; `None` while it waits.
pub(crate) fn told_since(detection: Detection) -> Option<Judged> {
    detection.judgement.judged_by.is_verdict().then(|| Judged {
        body: detection.judgement.raw_answer,
        detection: detection.id,
        // Whoever answers looks whether the token is still in force.
        token_rotations: None,
        left_out: Vec::new(),
    })
}

/// What makes two submissions of a token the same: the endpoint and all that was sent, but for the time.
pub(crate) fn digest(detection: &NewDetection) -> [u8; 32] {
    let content = &detection.content;
    let ip = content.ip.map(|ip| ip.to_string());
    let mut extra = content.extra.clone();
    extra.remove("timestamp");
    let extra = serde_json::Value::Object(extra).to_string();
    let mut digest = Sha256::new();
    digest.update(detection.endpoint.as_str());
    digest.update(content_hash(&content.message));
    for text in [
        &content.email,
        &content.name,
        &ip,
        &content.user_agent,
        &content.website_url,
        &content.domain,
        &Some(extra),
    ] {
        let text = text.as_deref().unwrap_or_default();
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_counted_with_what_comes_next() {
        let board = RefusalBoard::default();
        let at = |seconds: i64| DateTime::from_timestamp(1_739_619_120 + seconds, 0).unwrap();
        let token = Some(ApiTokenId(7));
        assert!(board.count(token, RefusalKind::Invalid, "one", at(0)));
        assert!(!board.count(token, RefusalKind::Invalid, &"x".repeat(900), at(1)));
        let taken = board.take();
        assert!(board.count(token, RefusalKind::Invalid, "three", at(2)));
        board.put_back(taken);
        let all = board.take();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].count, all[0].first_at, all[0].last_at), (3, at(0), at(2)));
        assert_eq!(all[0].reason, "three");
        assert!(board.take().is_empty());
    }
}
