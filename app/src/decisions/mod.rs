//! What a moderator does to detections, shared by every place that offers it.
//!
//! A label shows at once and settles when the server agrees; a refusal puts back what stood and says why. What is known
//! here of a detection lies over what the page was loaded with, so the list neither loads again nor jumps.
//!
//! What is believed is kept here; the code that asks the server is [`asks`], which the browser loads when it is needed.

mod asks;

use std::collections::{HashMap, VecDeque};

use domain::{Detection, DetectionSummary, Label, LabelWish, ReasonId, RowRef, Standing, User};
use leptos::{ev, prelude::*, task::spawn_local};

use crate::{components::Keys, error::AppError, later::ask_later, live::Live, server_fns::labels::Undoable};
pub(crate) use asks::{Ask, LABEL_REMOVED, NOTHING_TO_UNDO, RowsAsked, UNDONE};

/// What the page was loaded with, of one detection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) id: i64,
    pub(crate) label: Option<Label>,
    pub(crate) by: Option<String>,
    pub(crate) version: i64,
}

impl From<&DetectionSummary> for Seen {
    fn from(row: &DetectionSummary) -> Self {
        Self { id: row.id.0, label: row.label, by: row.labelled_by.clone(), version: row.version }
    }
}

impl From<&Detection> for Seen {
    fn from(row: &Detection) -> Self {
        Self { id: row.id.0, label: row.label, by: row.labelled_by.clone(), version: row.version }
    }
}

/// What is believed of a detection now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) label: Option<Label>,
    pub(crate) by: Option<String>,
    pub(crate) version: i64,
    /// The server has not answered yet.
    pub(crate) settling: bool,
    /// Somebody else decided while this page was open.
    pub(crate) theirs: bool,
    /// Why the last decision was refused.
    pub(crate) problem: Option<String>,
    /// The label to set next: another key was pressed before the server answered.
    queued: Option<Label>,
}

/// The decisions of this page.
#[derive(Clone, Copy)]
pub(crate) struct Decisions {
    /// Who is looking.
    pub(crate) me: RwSignal<Option<User>>,
    /// What undo still takes back, newest first; made on this page or heard of.
    pub(crate) undoable: RwSignal<Vec<Undoable>>,
    /// What a screen reader is told.
    pub(crate) said: RwSignal<String>,
    /// The detections on screen.
    pub(crate) shown: RwSignal<Vec<i64>>,
    known: RwSignal<HashMap<i64, Known>>,
    /// Verdicts that came while the page was open.
    verdicts: RwSignal<HashMap<i64, Standing>>,
    rejudgements: RwSignal<HashMap<i64, usize>>,
    problem: RwSignal<Option<AppError>>,
    answers: RwSignal<usize>,
    asking: RwSignal<usize>,
    undo_wanted: RwSignal<usize>,
    /// Labels that were not sent yet.
    waiting: StoredValue<VecDeque<Asked>>,
    /// Whether labels are being sent.
    sending: StoredValue<bool>,
    /// What was asked for last: a detection, or `None` for many.
    last_asked: StoredValue<Option<i64>>,
    /// Numbers that were pressed while the server had not answered, each with what it is for.
    numbers: StoredValue<Vec<(Option<i64>, usize)>>,
}

/// A label on its way to the server.
#[derive(Clone, Debug)]
struct Asked {
    seen: Seen,
    label: Label,
    /// What comes with it.
    wish: Option<LabelWish>,
    /// What stood, to put back.
    before: Known,
}

impl Decisions {
    /// Nothing decided yet.
    pub(crate) fn new() -> Self {
        Self {
            me: RwSignal::new(None),
            undoable: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            shown: RwSignal::new(Vec::new()),
            known: RwSignal::new(HashMap::new()),
            verdicts: RwSignal::new(HashMap::new()),
            rejudgements: RwSignal::new(HashMap::new()),
            problem: RwSignal::new(None),
            answers: RwSignal::new(0),
            asking: RwSignal::new(0),
            undo_wanted: RwSignal::new(0),
            waiting: StoredValue::new(VecDeque::new()),
            sending: StoredValue::new(false),
            last_asked: StoredValue::new(None),
            numbers: StoredValue::new(Vec::new()),
        }
    }

    /// Grows with every answer of the server.
    pub(crate) fn version(&self) -> usize {
        self.answers.get()
    }

    /// Why the last decision was refused, if it was.
    pub(crate) fn problem(self) -> Option<AppError> {
        self.problem.get()
    }

    /// Asks the server; the code for that is loaded first where it is not there yet.
    fn ask(self, ask: Ask) {
        spawn_local(async move {
            match ask_later(self, ask).await {
                Ok(asking) => asking.await,
                Err(_) => self.was_not_asked(),
            }
        });
    }

    /// The code that asks did not come: as if the server had not answered.
    fn was_not_asked(self) {
        let error = AppError::Unreachable;
        for asked in self.waiting.try_update_value(std::mem::take).unwrap_or_default() {
            self.put_back(asked.seen.id, asked.before, error.clone());
        }
        self.sending.set_value(false);
        self.asking.set(0);
        self.undo_wanted.set(0);
        self.problem.set(Some(error));
    }

    /// Shows an error of a decision, or that there is none any more.
    pub(crate) fn set_problem(self, problem: Option<AppError>) {
        if problem.is_some() || self.problem.with_untracked(Option::is_some) {
            self.problem.set(problem);
        }
    }

    /// What is believed of a detection, over what the page was loaded with.
    pub(crate) fn of(self, seen: &Seen) -> Known {
        self.known.with(|known| over(known.get(&seen.id), seen))
    }

    /// The newest version heard of; grows when somebody decided or a decision was taken back.
    pub(crate) fn version_of(self, id: i64) -> Option<i64> {
        self.known.with(|known| known.get(&id).filter(|known| !known.settling).map(|known| known.version))
    }

    /// Sets a label: at once here, then on the server.
    pub(crate) fn set(self, seen: Seen, label: Label) {
        self.set_as_wished(seen, label, None);
    }

    /// Sets a label for a reason, or by a macro.
    pub(crate) fn set_as_wished(self, seen: Seen, label: Label, wish: Option<LabelWish>) {
        self.last_asked.set_value(Some(seen.id));
        let before = self.known.with_untracked(|known| over(known.get(&seen.id), &seen));
        if before.settling {
            self.change(seen.id, |known| known.queued = Some(label));
            return;
        }
        self.problem.set(None);
        let by = self.me.with_untracked(|me| me.as_ref().map(|me| me.name.clone()));
        let believed = Known {
            label: Some(label),
            by,
            settling: true,
            theirs: false,
            problem: None,
            queued: None,
            ..before.clone()
        };
        self.known.update(|known| drop(known.insert(seen.id, believed)));
        self.asking.update(|asking| *asking += 1);
        self.waiting.update_value(|waiting| waiting.push_back(Asked { seen, label, wish, before }));
        if !self.sending.get_value() {
            self.sending.set_value(true);
            self.ask(Ask::Labels);
        }
    }

    /// A key was pressed that is nobody's by the table: perhaps the number of a reason, for what was asked for last, or a macro's.
    pub(crate) fn pressed(self, keys: Keys, press: String) {
        self.ask(Ask::Pressed(keys, press, self.last_asked.get_value()));
    }

    /// Gives a reason to what was decided, or takes it away.
    pub(crate) fn give_reason(self, key: String, reason: ReasonId) {
        self.problem.set(None);
        self.ask(Ask::Reason(key, reason));
    }

    /// Whether the server has answered everything.
    pub(crate) fn is_idle(self) -> bool {
        self.asking.get() == 0
    }

    /// While the server has not answered, the browser asks before it leaves the page: what waits here would be lost.
    pub(crate) fn hold_the_page(self) {
        Effect::new(move |_| {
            if self.is_idle() {
                return;
            }
            let handle = window_event_listener(ev::beforeunload, |event| event.prevent_default());
            on_cleanup(move || handle.remove());
        });
    }

    fn settle(self, seen: &Seen, version: i64) {
        let mut queued = None;
        self.change(seen.id, |known| {
            known.settling = false;
            known.version = known.version.max(version);
            queued = known.queued.take();
        });
        if let Some(label) = queued {
            self.set(seen.clone(), label);
        }
    }

    fn put_back(self, id: i64, before: Known, error: AppError) {
        let refused = Known { problem: Some(error.words()), queued: None, ..before };
        self.known.update(|known| drop(known.insert(id, refused)));
        // Somebody else was quicker: show what stands.
        if matches!(error, AppError::Stale(_)) {
            self.refresh(vec![id]);
        }
        self.problem.set(Some(error));
    }

    fn change(self, id: i64, change: impl FnOnce(&mut Known)) {
        self.known.update(|known| {
            if let Some(known) = known.get_mut(&id) {
                change(known);
            }
        });
    }

    /// One answer of the server came in; undo waits for all of them, so that it takes back the latest.
    fn answered(self) {
        self.asking.update(|asking| *asking = asking.saturating_sub(1));
        self.answers.update(|answers| *answers += 1);
        if self.asking.get_untracked() == 0 && self.undo_wanted.get_untracked() > 0 {
            self.undo_wanted.update(|wanted| *wanted -= 1);
            self.undo_latest();
        }
    }

    /// Takes back the latest decision or bulk action of this person.
    pub(crate) fn undo_latest(self) {
        if self.asking.get_untracked() > 0 {
            self.undo_wanted.update(|wanted| *wanted += 1);
            return;
        }
        self.problem.set(None);
        self.asking.update(|asking| *asking += 1);
        self.ask(Ask::Undo(None));
    }

    /// Takes one back by its toast.
    pub(crate) fn undo_one(self, key: String) {
        self.problem.set(None);
        self.asking.update(|asking| *asking += 1);
        self.ask(Ask::Undo(Some(key)));
    }

    /// Removes a label.
    pub(crate) fn remove_label(self, row: RowRef) {
        self.problem.set(None);
        self.asking.update(|asking| *asking += 1);
        self.ask(Ask::Removal(row));
    }

    /// Puts something that undo takes back on top of the stack.
    pub(crate) fn offer(self, new: Undoable) {
        self.undoable.update(|undoable| {
            let key = new.key();
            // Of somebody who has changed their mind, the latest word is offered.
            undoable.retain(|one| {
                one.key() != key && (one.detection().is_none() || one.detection() != new.detection())
            });
            undoable.insert(0, new);
        });
    }

    /// Asks the server what it would still take back: after a page is loaded, or when events were missed.
    pub(crate) fn list_undoable(self) {
        self.ask(Ask::Undoable);
    }

    /// Has a detection judged again.
    pub(crate) fn recheck(self, id: i64) {
        self.problem.set(None);
        self.said.set("Rechecking.".to_owned());
        self.ask(Ask::Recheck(id));
    }

    /// Copies the upstream's id of a detection that is not open.
    pub(crate) fn copy_id(self, id: i64) {
        self.problem.set(None);
        self.ask(Ask::CopyId(id));
    }

    /// Labels or rechecks many rows.
    pub(crate) fn ask_for_rows(self, rows: RowsAsked) {
        self.problem.set(None);
        self.last_asked.set_value(None);
        self.asking.update(|asking| *asking += 1);
        self.ask(Ask::Rows(rows));
    }

    /// Stops a bulk action.
    pub(crate) fn cancel_bulk(self, id: i64) {
        self.ask(Ask::CancelBulk(id));
    }

    /// Something happened elsewhere: an event as the server wrote it.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only browsers listen"))]
    pub(crate) fn hear(self, live: Live, event: String) {
        self.ask(Ask::Heard(live, event));
    }

    /// The verdict that a recheck gave while the page was open.
    pub(crate) fn verdict_of(self, id: i64) -> Option<Standing> {
        self.verdicts.with(|verdicts| verdicts.get(&id).cloned())
    }

    /// How often a detection was judged again while the page was open.
    pub(crate) fn rejudgements_of(self, id: i64) -> usize {
        self.rejudgements.with(|counts| counts.get(&id).copied().unwrap_or_default())
    }

    /// A detection was judged again, elsewhere or by a bulk action.
    pub(crate) fn rejudged(self, standing: Standing) {
        let id = standing.id.0;
        self.verdicts.update(|verdicts| drop(verdicts.insert(id, standing)));
        self.was_rejudged(id);
    }

    /// A detection was judged again from this page.
    pub(crate) fn was_rejudged(self, id: i64) {
        self.rejudgements.update(|counts| *counts.entry(id).or_default() += 1);
    }

    /// Asks the server what stands of some detections, and shows it.
    pub(crate) fn refresh(self, ids: Vec<i64>) {
        if ids.is_empty() {
            return;
        }
        self.ask(Ask::Standings(ids));
    }

    /// Shows what stands of a detection, unless something newer is known.
    pub(crate) fn heard(self, standing: &Standing, theirs: bool) {
        let id = standing.id.0;
        let is_old = self.known.with_untracked(|known| {
            known.get(&id).is_some_and(|known| known.settling || known.version > standing.version)
        });
        if is_old {
            return;
        }
        self.known.update(|known| {
            let before = known.get(&id);
            let heard = Known {
                label: standing.label,
                by: standing.labelled_by.clone(),
                version: standing.version,
                settling: false,
                theirs,
                problem: before
                    .filter(|before| before.version == standing.version || theirs)
                    .and_then(|before| before.problem.clone()),
                queued: None,
            };
            known.insert(id, heard);
        });
    }
}

/// What is known, unless the page was loaded with something newer.
fn over(known: Option<&Known>, seen: &Seen) -> Known {
    match known {
        Some(known) if known.settling || known.version >= seen.version => known.clone(),
        _ => Known {
            label: seen.label,
            by: seen.by.clone(),
            version: seen.version,
            settling: false,
            theirs: false,
            problem: None,
            queued: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_of_what_was_loaded_and_what_was_heard_counts() {
        let seen = Seen { id: 1, label: Some(Label::Ham), by: Some("Ben".into()), version: 3 };
        let known = |version, settling| Known {
            label: Some(Label::Spam),
            by: None,
            version,
            settling,
            theirs: false,
            problem: None,
            queued: None,
        };
        assert_eq!(over(None, &seen).label, Some(Label::Ham));
        assert_eq!(over(Some(&known(2, false)), &seen).label, Some(Label::Ham));
        assert_eq!(over(Some(&known(4, false)), &seen).label, Some(Label::Spam));
        assert_eq!(
            over(Some(&known(2, true)), &seen).label,
            Some(Label::Spam),
            "the server has not answered"
        );
    }
}
