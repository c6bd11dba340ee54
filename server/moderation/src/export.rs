//! Taking the matches of a search elsewhere: page by page, so that memory does not grow with their number.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, Utc};
use domain::{
    BoundedCount, Detection, DetectionId, ExportFormat, ExportProgress, ExportState, SearchQuery, UserId,
};
use serde_json::json;
use store::NewAuditEvent;
use tokio_util::sync::CancellationToken;

use crate::{Moderation, ModerationError};

/// Rows read at once. Each may hold a message of a megabyte.
const PAGE: u32 = 100;

/// Exports that are remembered; the oldest that ended makes room.
const REMEMBERED: usize = 100;

/// Exports under way and of late, by the number that their page gave them.
#[derive(Default)]
pub(crate) struct Exports(Mutex<HashMap<String, Arc<Job>>>);

/// What is known of an export.
struct Job {
    by: UserId,
    begun: DateTime<Utc>,
    about: BoundedCount,
    rows: AtomicU64,
    state: Mutex<ExportState>,
    cancelled: CancellationToken,
}

impl Job {
    fn state(&self) -> ExportState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, state: ExportState) {
        let mut current = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *current == ExportState::Running {
            *current = state;
        }
    }
}

impl Exports {
    fn jobs(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, id: String, job: &Arc<Job>) {
        let mut jobs = self.jobs();
        if jobs.len() >= REMEMBERED {
            let ended = jobs.iter().filter(|(_, job)| job.state() != ExportState::Running);
            let oldest = ended.min_by_key(|(_, job)| job.begun).map(|(id, _)| id.clone());
            oldest.map(|id| jobs.remove(&id));
        }
        // While all of them run, an export goes on without being remembered.
        if jobs.len() < REMEMBERED {
            jobs.entry(id).or_insert_with(|| Arc::clone(job));
        }
    }

    fn find(&self, id: &str, by: UserId) -> Result<Arc<Job>, ModerationError> {
        let job = self.jobs().get(id).filter(|job| job.by == by).cloned();
        job.ok_or(ModerationError::NotFound("export"))
    }
}

/// What somebody wants exported.
#[derive(Clone, Debug)]
pub struct NewExport {
    /// What must match.
    pub query: SearchQuery,
    /// What it will be written in.
    pub format: ExportFormat,
    /// Who wants it.
    pub by: UserId,
    /// The number by which it can be asked after.
    pub id: Option<String>,
}

/// An export under way. Dropped before its end, it counts as cancelled.
pub struct Export {
    moderation: Arc<Moderation>,
    query: SearchQuery,
    begun: DateTime<Utc>,
    below: Option<DetectionId>,
    job: Arc<Job>,
}

impl Moderation {
    /// Begins an export of all that matches, newest first, and puts it on record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export(self: &Arc<Self>, new: NewExport) -> Result<Export, ModerationError> {
        let begun = self.now();
        let event = NewAuditEvent {
            at: begun,
            user_id: Some(new.by),
            action: "log.exported",
            subject: "log".to_owned(),
            details: json!({ "search": new.query.to_string(), "format": new.format }),
        };
        self.store.record(&event).await?;
        let job = Arc::new(Job {
            by: new.by,
            begun,
            about: self.count(&new.query).await?,
            rows: AtomicU64::new(0),
            state: Mutex::new(ExportState::Running),
            cancelled: CancellationToken::new(),
        });
        if let Some(id) = new.id {
            self.exports.remember(id, &job);
        }
        Ok(Export { moderation: Arc::clone(self), query: new.query, begun, below: None, job })
    }

    /// How far an export has come.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when this person has none of this number.
    pub fn export_progress(&self, id: &str, by: UserId) -> Result<ExportProgress, ModerationError> {
        let job = self.exports.find(id, by)?;
        Ok(ExportProgress { state: job.state(), rows: job.rows.load(Ordering::Relaxed), about: job.about })
    }

    /// Ends an export before it is whole.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when this person has none of this number.
    pub fn cancel_export(&self, id: &str, by: UserId) -> Result<(), ModerationError> {
        self.exports.find(id, by)?.cancelled.cancel();
        Ok(())
    }
}

impl Export {
    /// The next rows; none at the end. What is logged after the beginning comes no more: ids only grow.
    ///
    /// # Errors
    /// [`ModerationError::Cancelled`], or when the store fails.
    pub async fn next_page(&mut self) -> Result<Vec<Detection>, ModerationError> {
        if self.job.cancelled.is_cancelled() {
            self.job.end(ExportState::Cancelled);
            return Err(ModerationError::Cancelled);
        }
        let found = self.moderation.store.matches_below(&self.query, self.below, PAGE, self.begun).await;
        let page = found.inspect_err(|_| self.job.end(ExportState::Failed))?;
        self.below = page.last().map(|detection| detection.id);
        self.job.rows.fetch_add(page.len() as u64, Ordering::Relaxed);
        if page.is_empty() {
            self.job.end(ExportState::Done);
        }
        Ok(page)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        self.job.end(ExportState::Cancelled);
    }
}
