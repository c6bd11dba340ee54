//! From which score on the embedded detector calls a message spam: an administrator's choice, for here and for sites.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use activelayer::{Answer, CheckResponse};
use domain::{FieldError, JudgedBy, OwnThreshold, ThresholdForm, UserId};

use crate::{Moderation, ModerationError};

/// How long what was read of the store holds: another process may have changed it.
const READ_AGAIN: Duration = Duration::from_secs(2);

/// Thresholds as they were last read: when, and by site in lower case, `""` for all others.
#[derive(Debug, Default)]
pub(crate) struct LastRead(Mutex<(Option<Instant>, HashMap<String, u8>)>);

impl LastRead {
    fn is_old(&self) -> bool {
        self.locked().0.is_none_or(|at| at.elapsed() >= READ_AGAIN)
    }

    fn of(&self, site: Option<&str>) -> Option<u8> {
        let (_, thresholds) = &*self.locked();
        let own = site.and_then(|site| thresholds.get(&site.to_lowercase()));
        own.or_else(|| thresholds.get("")).copied()
    }

    fn set(&self, read: Vec<OwnThreshold>) {
        let by_site = |one: OwnThreshold| (one.site.unwrap_or_default().to_lowercase(), one.points);
        *self.locked() = (Some(Instant::now()), read.into_iter().map(by_site).collect());
    }

    /// Has the next check read them again.
    fn change(&self) {
        self.locked().0 = None;
    }

    fn locked(&self) -> MutexGuard<'_, (Option<Instant>, HashMap<String, u8>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Moderation {
    /// An answer with the verdict that its score has at this installation's threshold, where the embedded detector gave it. What
    /// ActiveLayer says stays as it came.
    pub(crate) async fn at_own_threshold(
        &self,
        answer: Answer<CheckResponse>,
        judged_by: JudgedBy,
        site: Option<&str>,
    ) -> Answer<CheckResponse> {
        if judged_by == JudgedBy::ActiveLayer {
            return answer;
        }
        let Some(points) = self.own_threshold(site).await else { return answer };
        let threshold = f64::from(points);
        let is_spam = answer.value.total_score >= threshold;
        let moved = Answer::encode(CheckResponse { is_spam, threshold, ..answer.value.clone() });
        moved.unwrap_or_else(|error| {
            tracing::error!(%error, "a verdict could not be moved to this installation's threshold");
            answer
        })
    }

    /// From which score on the embedded detector is to call a message of a site spam, if that was set. When the store fails, what was read last holds:
    /// nobody's check is to fail for it.
    pub(crate) async fn own_threshold(&self, site: Option<&str>) -> Option<u8> {
        if self.thresholds.is_old() && !self.is_database_away() {
            match self.store.own_thresholds().await {
                Ok(all) => self.thresholds.set(all),
                Err(error) => tracing::warn!(%error, "the thresholds could not be read; the last ones hold"),
            }
        }
        self.thresholds.of(site)
    }

    /// The thresholds that were set, the installation's first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn own_thresholds(&self) -> Result<Vec<OwnThreshold>, ModerationError> {
        Ok(self.store.own_thresholds().await?)
    }

    /// Sets a threshold; it counts from the next check on. Verdicts that were given stay.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] for a site that is none, and for anything but 1 to 100 points.
    pub async fn set_own_threshold(
        &self,
        form: &ThresholdForm,
        by: UserId,
    ) -> Result<OwnThreshold, ModerationError> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: &str| {
            problems.push(FieldError { field: field.to_owned(), problem: problem.to_owned() });
        };
        let site = domain::site::read(&form.site).unwrap_or_else(|problem| {
            wrong("site", problem);
            None
        });
        let points = form.points.trim().parse().ok().filter(|points| (1..=100).contains(points));
        if points.is_none() {
            wrong("points", "The score must be a whole number from 1 to 100.");
        }
        let Some(points) = points.filter(|_| problems.is_empty()) else {
            return Err(ModerationError::Invalid(problems));
        };
        let threshold = OwnThreshold { site, points };
        self.store.set_own_threshold(&threshold, by, self.clock.now()).await?;
        self.thresholds.change();
        Ok(threshold)
    }

    /// Takes a threshold away: a site's, so that the installation's holds there, or (`None`) the installation's.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn remove_own_threshold(&self, site: Option<&str>, by: UserId) -> Result<(), ModerationError> {
        let removed = self.store.remove_own_threshold(site, by, self.clock.now()).await?;
        self.thresholds.change();
        if removed { Ok(()) } else { Err(ModerationError::NotFound("threshold")) }
    }
}
