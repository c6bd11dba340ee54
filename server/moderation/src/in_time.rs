//! An app is answered in time also while the log cannot be written.
//!
//! On a full disk nothing is asked for that could not be kept: the app is told that there is no verdict, which makes its clients
//! hold what they have. While another program holds the database, what is asked for goes on being asked and waits for its place in
//! the log; the app gets the fallback's answer meanwhile, once that is on the disk beside the database. While the database is elsewhere and
//! does not answer, the fallback answers at once.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use domain::{DetectionId, JudgedBy, NewDetection};
use store::Trouble;
use tokio::{task::JoinHandle, time::sleep};

use crate::{
    GatewayError, Judged, Moderation, ModerationError, Submission,
    aside::Put,
    check::{milliseconds, to_judgement},
    fallback::Substitute,
    gateway::GATEWAY_PATIENCE,
    readings,
};

/// How long the log may take once an app could be answered: a busy machine's disk takes less. Clients give up after 5 s.
const LOG_PATIENCE: Duration = Duration::from_millis(150);

/// An answer that takes this long makes one ask whether the database is there at all.
const DOUBT: Duration = Duration::from_secs(1);

/// How often it is looked whether the row of what an app was told is there, with [`AGAIN`] between. What is left of a submission is
/// logged after 15 s.
const ROW_COMES_WITHIN: u32 = 60;

/// How long to wait before what could not be written is tried again.
pub(crate) const AGAIN: Duration = Duration::from_secs(1);

/// What an app is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A verdict that is in the log, or the fallback's that is.
    Judged(Judged),
    /// The fallback's, while the log waits to be written.
    Meanwhile(String),
}

impl Moderation {
    /// Judges what an app submits, and answers in time whatever the disk does.
    ///
    /// # Errors
    /// Those of [`judge_for_app`](Self::judge_for_app); [`ModerationError::NothingKept`] when nothing can be written.
    pub async fn answer_app(self: &Arc<Self>, submission: Submission) -> Result<Told, GatewayError> {
        self.expect_to_keep()?;
        let (this, started) = (Arc::clone(self), Instant::now());
        if self.is_database_away() {
            // There is no budget to hold and no row to write. Once there is, the row is the fallback's, which is judged again.
            let unasked = async { Err(ModerationError::NothingKept(Trouble::Away).into()) };
            return self.tell_meanwhile(submission, &OnceLock::new(), tokio::spawn(unasked), started).await;
        }
        // A copy for where the log is late: what is judged is no longer here then.
        let late = submission.clone();
        let kept_under = Arc::<OnceLock<DetectionId>>::default();
        let noted = Arc::clone(&kept_under);
        let mut judging = Box::pin(async move { this.judge_noting(submission, &noted).await });
        let doubting = async {
            sleep(DOUBT).await;
            self.try_writing().await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            judged = &mut judging => judged.map(Told::Judged),
            () = doubting => unreachable!("it never ends"),
            // It goes on, and what comes of it goes to the log.
            () = sleep(GATEWAY_PATIENCE + LOG_PATIENCE) => {
                self.tell_meanwhile(late, &kept_under, tokio::spawn(judging), started).await
            }
        }
    }

    async fn tell_meanwhile(
        self: &Arc<Self>,
        submission: Submission,
        kept_under: &OnceLock<DetectionId>,
        judging: JoinHandle<Result<Judged, GatewayError>>,
        started: Instant,
    ) -> Result<Told, GatewayError> {
        let (token, endpoint) = (submission.token.clone(), submission.endpoint);
        let mut detection = self.unjudged(submission, started)?;
        let wire = readings::request(&detection.content);
        let by_rule = self.by_rule(&mut detection, Some(&token.name), &wire, started).await?;
        let (answer, judged_by) = match by_rule {
            Some(answer) => (answer, JudgedBy::Rule),
            None => match self.substitute(&token, endpoint, &wire, started).await? {
                Substitute::Told(answer) => (answer, JudgedBy::Fallback),
                Substitute::Untold(_) => return Err(ModerationError::NothingKept(self.why_late()).into()),
            },
        };
        let body = answer.body.clone();
        detection.judgement = to_judgement(answer, judged_by);
        detection.circumstances.took_ms = Some(milliseconds(started));
        detection.circumstances.submission = kept_under.get().copied();
        let put = self.aside.put(&detection).await.map_err(|error| {
            tracing::error!(%error, "an app's submission could not be kept beside the database");
            ModerationError::NothingKept(self.why_late())
        })?;
        tracing::warn!("the log is late: an app is answered by the fallback meanwhile");
        tokio::spawn(Arc::clone(self).settle_aside(judging, detection, put));
        Ok(Told::Meanwhile(body))
    }

    /// What keeps the log from being written in time.
    fn why_late(&self) -> Trouble {
        self.writing.kind().unwrap_or(Trouble::Locked)
    }

    /// Once the log can be written: what the app was told goes with the row, or is one if there is none.
    async fn settle_aside(
        self: Arc<Self>,
        judging: JoinHandle<Result<Judged, GatewayError>>,
        told: NewDetection,
        put: Put,
    ) {
        let row = match judging.await {
            Ok(Ok(judged)) => Some(judged.detection),
            Ok(Err(GatewayError::Unavailable { detection, .. })) => detection,
            Ok(Err(GatewayError::Unfit { detection, .. })) => Some(detection),
            Ok(Err(_)) | Err(_) => None,
        };
        let mut tries = 0;
        loop {
            match self.settle_told(row, &told).await {
                Ok(true) => break,
                Err(ModerationError::Stopping) => return,
                // Its verdict is still on its way into the log, or the submission will be logged as left.
                Ok(false) if tries < ROW_COMES_WITHIN => tries += 1,
                Ok(false) => {
                    tracing::error!(?row, "the row of what an app was told did not come");
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "what an app was told waits for its place in the log");
                }
            }
            sleep(AGAIN).await;
        }
        self.recheck_wanted.notify_one();
        put.settled();
    }

    /// Puts what an app was told beside its row, or makes it the row of a submission that has none. False when the row is still to
    /// come.
    async fn settle_told(
        &self,
        row: Option<DetectionId>,
        told: &NewDetection,
    ) -> Result<bool, ModerationError> {
        if let Some(row) = row.or(told.circumstances.submission)
            && self.store.told_before(row, &told.judgement, told.created_at).await?
        {
            return Ok(true);
        }
        if row.is_none() {
            self.log.append(told.clone()).await?;
        }
        Ok(row.is_none())
    }

    /// Logs what apps were told when the program was killed before its log could be written. Returns how much that was.
    ///
    /// # Errors
    /// When the store fails; it is tried again then.
    pub(crate) async fn log_aside(&self) -> Result<usize, ModerationError> {
        let mut count = 0;
        for (told, put) in self.aside.left().await {
            count += usize::from(self.log_told(told).await?);
            put.settled();
        }
        Ok(count)
    }

    /// Logs what an app was told, unless the log says so already. Returns whether it is a row of its own.
    async fn log_told(&self, mut told: NewDetection) -> Result<bool, ModerationError> {
        if self.store.detection_by_upstream_id(&told.judgement.upstream_id).await?.is_some() {
            return Ok(false);
        }
        let row = match told.circumstances.submission {
            Some(kept) => Some(kept),
            None => self.store.logged_meanwhile(&told).await?,
        };
        if let Some(row) = row
            && self.store.told_before(row, &told.judgement, told.created_at).await?
        {
            return Ok(false);
        }
        if told.circumstances.submission.is_none() {
            told.circumstances.submission = self.kept_as(&told).await?;
        }
        told.created_at = told.created_at.min(self.clock.now());
        self.log.append(told).await?;
        Ok(true)
    }

    /// The submission that was kept after its app was told, of which nothing was known then.
    async fn kept_as(&self, told: &NewDetection) -> Result<Option<DetectionId>, ModerationError> {
        let left = self.store.left_submissions(self.clock.now(), u32::MAX).await?;
        let same = left.into_iter().find(|left| {
            let apart = told.created_at - left.created_at;
            left.content_hash == told.content_hash
                && left.circumstances.token_id == told.circumstances.token_id
                && apart.num_seconds().abs() < 15
        });
        Ok(same.and_then(|left| left.circumstances.submission))
    }
}
