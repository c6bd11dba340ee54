//! One decision about many detections: listed, carried out and taken back in steps that survive a restart.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use domain::{
    BulkAction, BulkId, BulkKind, BulkState, Direction, FieldError, LabelParts, LiveEvent, Order,
    PageRequest, RowRef, SearchQuery, UserId, bulk::CONFIRM_ABOVE,
};
use store::{BulkFate, BulkStep, NewBulk};
use tokio_util::sync::CancellationToken;

use crate::{Moderation, ModerationError, outbox::is_final, recheck::is_away};

/// Detections of one transaction: others write after a few dozen milliseconds.
const STEP: u32 = 100;

/// Matches listed at once: the longest page.
const LISTED_AT_ONCE: u32 = 500;

/// Steps done while the moderator waits; what is larger goes on in the background.
const STEPS_AT_ONCE: u32 = 3;

/// How long to wait after the upstream turned out to be away.
const STILL_AWAY: Duration = Duration::from_secs(5);

/// How often to look without being woken.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What a bulk action is about.
#[derive(Clone, Debug, PartialEq)]
pub enum BulkTarget {
    /// A selection.
    Rows(Vec<RowRef>),
    /// All that match a search, as typed.
    Search(String),
}

/// What undo took back.
#[derive(Clone, Debug, PartialEq)]
pub enum Undone {
    /// One decision.
    Decision(domain::Decision),
    /// A bulk action; it may still be under way.
    Bulk(BulkAction),
}

impl Moderation {
    /// Takes back the latest that undo still takes back, a decision or a bulk action; `None` when there is nothing.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when somebody decided on it in this moment.
    pub async fn undo_latest(&self, by: UserId) -> Result<Option<Undone>, ModerationError> {
        let decision = self.undoable(by).await?.into_iter().next();
        let can_be_undone =
            |action: &BulkAction| action.kind.label().is_some() && action.state != BulkState::Undoing;
        let action = self.bulk_of(by).await?.into_iter().find(can_be_undone);
        let action_is_later = match (&decision, &action) {
            (Some(decision), Some(action)) => action.created_at >= decision.decided_at,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        Ok(match (action, decision) {
            (Some(action), _) if action_is_later => Some(Undone::Bulk(self.undo_bulk(action.id, by).await?)),
            (_, Some(decision)) => Some(Undone::Decision(self.undo(decision.id, by).await?)),
            _ => None,
        })
    }

    /// Does one thing to many detections; labels come with reasons, a note and a rule. A small action is done when this returns; a large one goes on by itself.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when nothing is selected, the search cannot be read, or it is about more than
    /// [`CONFIRM_ABOVE`] and not `confirmed`; or when a site wants a reason and there is none.
    pub async fn start_bulk(
        &self,
        kind: BulkKind,
        with: LabelParts,
        target: BulkTarget,
        confirmed: bool,
        by: UserId,
    ) -> Result<BulkAction, ModerationError> {
        let count = self.bulk_size(&target).await?;
        if count > CONFIRM_ABOVE && !confirmed {
            return Err(invalid(
                "confirmed",
                "This is about many detections. Tick the box \u{201c}Yes, all\u{201d} first.",
            ));
        }
        if let Some(label) = kind.label().filter(|_| with.reasons.is_empty()) {
            self.no_reason_is_wanted_of_many(&target, label).await?;
        }
        let created_at = self.clock.now();
        let (q, rows) = match target {
            BulkTarget::Rows(rows) => (None, rows),
            BulkTarget::Search(q) => (Some(q), Vec::new()),
        };
        let send_after = created_at + self.undo_period();
        let new = NewBulk { user_id: by, kind, with, q, rows, created_at, send_after };
        let mut action = self.store.start_bulk(&new).await?;
        for _ in 0..STEPS_AT_ONCE {
            if action.state.is_at_work() && kind.label().is_some() {
                action = self.bulk_step(&action).await?;
            }
        }
        if action.state.is_at_work() {
            self.wake_bulk(kind);
        }
        Ok(action)
    }

    /// How many detections it is about, counted no further than needed for the question whether all are meant.
    async fn bulk_size(&self, target: &BulkTarget) -> Result<u64, ModerationError> {
        match target {
            BulkTarget::Rows(rows) if rows.is_empty() => {
                Err(invalid("rows", "Select some detections first."))
            }
            BulkTarget::Rows(rows) => Ok(rows.len() as u64),
            BulkTarget::Search(q) => {
                let query = parse(q)?;
                let count = self.store.count(&query, self.clock.now()).await?;
                match count.count {
                    0 if !count.more => Err(invalid("rows", "Nothing matches this search.")),
                    // Nobody looked to the end: they may be many.
                    _ if count.more => Ok(CONFIRM_ABOVE + 1),
                    count => Ok(count),
                }
            }
        }
    }

    /// Stops an action of one's own; what was done by then stands, and can be undone.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when it has ended already.
    pub async fn cancel_bulk(&self, id: BulkId, by: UserId) -> Result<BulkAction, ModerationError> {
        let from = [BulkState::Listing, BulkState::Running];
        self.turn_bulk(id, by, &from, BulkState::Cancelled).await
    }

    /// Takes an action of one's own back, all of it; what somebody decided since stands.
    ///
    /// # Errors
    /// [`ModerationError::Superseded`] when it was taken back already, or when it set no label.
    pub async fn undo_bulk(&self, id: BulkId, by: UserId) -> Result<BulkAction, ModerationError> {
        let from = [BulkState::Listing, BulkState::Running, BulkState::Done, BulkState::Cancelled];
        let mut action = self.turn_bulk(id, by, &from, BulkState::Undoing).await?;
        for _ in 0..STEPS_AT_ONCE {
            if action.state.is_at_work() {
                action = self.bulk_step(&action).await?;
            }
        }
        if action.state.is_at_work() {
            self.wake_bulk(action.kind);
        }
        Ok(action)
    }

    async fn turn_bulk(
        &self,
        id: BulkId,
        by: UserId,
        from: &[BulkState],
        to: BulkState,
    ) -> Result<BulkAction, ModerationError> {
        let turned = self.store.turn_bulk(id, by, from, to, self.clock.now()).await?;
        let action = self.store.bulk(id).await?.ok_or(ModerationError::NotFound("action"))?;
        if !turned {
            return Err(ModerationError::Superseded);
        }
        self.live.announce(LiveEvent::Bulk(action.clone()));
        Ok(action)
    }

    /// A person's actions that are at work or that undo still takes back, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn bulk_of(&self, by: UserId) -> Result<Vec<BulkAction>, ModerationError> {
        Ok(self.store.bulk_of(by, self.clock.now()).await?)
    }

    /// A person's actions of the last day that set labels and can be taken back, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn bulk_of_the_day(&self, by: UserId) -> Result<Vec<BulkAction>, ModerationError> {
        let a_day_ago = self.clock.now() - TimeDelta::days(1);
        let mut actions = self.store.bulk_of(by, a_day_ago).await?;
        actions
            .retain(|action| action.kind.label().is_some() && action.done > 0 && !action.state.is_at_work());
        Ok(actions)
    }

    /// One action of one's own.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`].
    pub async fn bulk(&self, id: BulkId, by: UserId) -> Result<BulkAction, ModerationError> {
        let action = self.store.bulk(id).await?.filter(|action| action.user_id == by);
        action.ok_or(ModerationError::NotFound("action"))
    }

    /// Does a step of the oldest action that lists, labels or takes back, else of an import whose labels are taken back. Returns whether there was one.
    ///
    /// # Errors
    /// When the store fails; what was not done stays to be done.
    pub async fn work_on_bulk(&self) -> Result<bool, ModerationError> {
        let at_work = self.store.bulk_at_work().await?;
        let is_local =
            |action: &&BulkAction| action.state != BulkState::Running || action.kind.label().is_some();
        let Some(action) = at_work.iter().find(is_local) else { return self.undo_some_labels().await };
        self.bulk_step(action).await?;
        Ok(true)
    }

    async fn bulk_step(&self, action: &BulkAction) -> Result<BulkAction, ModerationError> {
        let at = self.clock.now();
        let step = BulkStep { id: action.id, at, send_after: at + self.undo_period(), limit: STEP };
        match action.state {
            BulkState::Listing => self.list_matches(action).await?,
            BulkState::Undoing => drop(self.store.bulk_undo(&step).await?),
            _ => drop(self.store.bulk_label(&step).await?),
        }
        self.outbox_changed.notify_one();
        // Its labels may have made rules, or taken them along.
        self.rules.change();
        let action = self.store.bulk(action.id).await?.ok_or(ModerationError::NotFound("action"))?;
        self.live.announce(LiveEvent::Bulk(action.clone()));
        if action.kind == BulkKind::Recheck {
            self.bulk_rechecks_wanted.notify_one();
        }
        Ok(action)
    }

    /// Lists what matched when the action was asked for: newest first, so what arrives meanwhile is left out.
    async fn list_matches(&self, action: &BulkAction) -> Result<(), ModerationError> {
        let query = parse(action.q.as_deref().unwrap_or_default())?;
        let listed_to = self.store.bulk_listed_to(action.id).await?;
        let from = listed_to.map(|id| (Direction::After, domain::Cursor { key: 0.0, id }));
        let request = PageRequest { order: Order::Newest, from, limit: LISTED_AT_ONCE };
        let page = self.store.search(&query, &request, action.created_at).await?;
        let rows: Vec<_> = page.rows.iter().map(|row| RowRef { id: row.id, version: row.version }).collect();
        self.store.bulk_listed(action.id, &rows, page.after.is_none()).await?;
        Ok(())
    }

    /// Judges the next detection of the oldest recheck again. Returns how long to wait before the next one; `None` when none
    /// is left.
    async fn bulk_recheck_step(&self) -> Result<Option<Duration>, ModerationError> {
        let at_work = self.store.bulk_at_work().await?;
        let is_recheck =
            |action: &&BulkAction| action.state == BulkState::Running && action.kind == BulkKind::Recheck;
        let Some(action) = at_work.iter().find(is_recheck) else { return Ok(None) };
        let Some(row) = self.store.bulk_rows(action.id, 1).await?.pop() else { return Ok(None) };
        let fate = match self.recheck_by_hand(row.id, action.user_id).await {
            Ok(_) => BulkFate::Done,
            // It is gone, or its message is.
            Err(ModerationError::NotFound(_) | ModerationError::Invalid(_)) => BulkFate::Skipped,
            Err(ModerationError::Upstream(error)) if is_away(&error) => return Ok(Some(STILL_AWAY)),
            Err(ModerationError::Upstream(error)) => {
                tracing::warn!(detection = row.id.0, %error, again = !is_final(&error), "a recheck failed");
                BulkFate::Failed
            }
            Err(error) => return Err(error),
        };
        self.store.bulk_settled(action.id, row.id, fate, self.clock.now()).await?;
        if let Some(action) = self.store.bulk(action.id).await? {
            self.live.announce(LiveEvent::Bulk(action));
        }
        Ok(Some(Duration::ZERO))
    }

    fn wake_bulk(&self, kind: BulkKind) {
        self.bulk_wanted.notify_one();
        if kind == BulkKind::Recheck {
            self.bulk_rechecks_wanted.notify_one();
        }
    }

    pub(crate) async fn run_bulk(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sleep = match self.work_on_bulk().await {
                Ok(true) => continue,
                Ok(false) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(%error, "a bulk action could not be worked on");
                    STILL_AWAY
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.bulk_wanted.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    pub(crate) async fn run_bulk_rechecks(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let sleep = match self.bulk_recheck_step().await {
                Ok(wait) => wait.unwrap_or(LOOK_AGAIN),
                Err(error) => {
                    tracing::error!(%error, "rechecks could not be worked on");
                    STILL_AWAY
                }
            };
            let is_idle = sleep == LOOK_AGAIN;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.bulk_rechecks_wanted.notified(), if is_idle => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    pub(crate) fn undo_period(&self) -> TimeDelta {
        TimeDelta::from_std(self.options.undo_period).unwrap_or(TimeDelta::zero())
    }
}

pub(crate) fn parse(q: &str) -> Result<SearchQuery, ModerationError> {
    let query = SearchQuery::parse(q).map_err(|errors| {
        invalid("q", &errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    })?;
    // Signs are passed over, which is said beside a list; here it would be about everything.
    if query.is_empty() && !q.trim().is_empty() {
        return Err(invalid(
            "q",
            "This search holds signs alone, and would mean everything. Clear it first if you do.",
        ));
    }
    Ok(query)
}

pub(crate) fn invalid(field: &str, problem: &str) -> ModerationError {
    ModerationError::Invalid(vec![FieldError { field: field.to_owned(), problem: problem.to_owned() }])
}

#[cfg(test)]
pub(crate) mod tests;
