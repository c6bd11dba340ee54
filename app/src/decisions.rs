//! What a moderator does to detections, shared by every place that offers it.
//!
//! A label shows at once and settles when the server agrees; a refusal puts back what stood and says why. What is known
//! here of a detection lies over what the page was loaded with, so the list neither loads again nor jumps.

use std::collections::{HashMap, VecDeque};

use domain::{BulkAction, BulkState, Detection, DetectionSummary, Label, Standing, User};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    error::AppError,
    server_fns::{
        detections::get_detection,
        labels::{
            LabelDetection, LabelRows, UndoLabel, Undoable, Undone, get_standings, label_detection,
            list_undoable, undo_latest,
        },
        rechecks::recheck,
    },
};

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
    /// For forms of one detection.
    pub(crate) label: ServerAction<LabelDetection>,
    /// For the form around the list; without JavaScript it brings the server's refusal.
    pub(crate) rows: ServerAction<LabelRows>,
    /// For forms of toasts.
    pub(crate) undo: ServerAction<UndoLabel>,
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
}

/// A label on its way to the server.
#[derive(Clone, Debug)]
struct Asked {
    seen: Seen,
    label: Label,
    /// What stood, to put back.
    before: Known,
}

impl Decisions {
    /// Nothing decided yet.
    pub(crate) fn new() -> Self {
        Self {
            label: ServerAction::new(),
            rows: ServerAction::new(),
            undo: ServerAction::new(),
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
        }
    }

    /// Grows with every answer of the server.
    pub(crate) fn version(&self) -> usize {
        self.answers.get() + self.label.version().get() + self.undo.version().get()
    }

    /// Why the last decision was refused, if it was.
    pub(crate) fn problem(self) -> impl Fn() -> Option<AppError> + Copy {
        move || {
            self.problem
                .get()
                .or_else(|| self.label.value().with(|value| value.as_ref()?.as_ref().err().cloned()))
                .or_else(|| self.rows.value().with(|value| value.as_ref()?.as_ref().err().cloned()))
                .or_else(|| self.undo.value().with(|value| value.as_ref()?.as_ref().err().cloned()))
        }
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
        self.waiting.update_value(|waiting| waiting.push_back(Asked { seen, label, before }));
        if !self.sending.get_value() {
            self.sending.set_value(true);
            spawn_local(self.ask_in_order());
        }
    }

    /// Asks one after the other: the server decides in the order of the keys, so that undo takes back the latest.
    async fn ask_in_order(self) {
        while let Some(Asked { seen, label, before }) =
            self.waiting.try_update_value(VecDeque::pop_front).flatten()
        {
            match label_detection(seen.id, label, before.version).await {
                Ok(decision) => {
                    let remaining_ms = (decision.send_after - decision.decided_at).num_milliseconds();
                    self.said.set(format!("Marked as {label}."));
                    self.offer(Undoable::Decision { decision, remaining_ms });
                    self.settle(&seen, before.version + 1);
                }
                Err(error) => self.put_back(seen.id, before, error),
            }
            self.answered();
        }
        self.sending.set_value(false);
    }

    /// Whether the server has answered everything.
    pub(crate) fn is_idle(self) -> bool {
        self.asking.get() == 0
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
        let refused = Known { problem: Some(error.to_string()), queued: None, ..before };
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
        self.asking.update(|asking| *asking -= 1);
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
        spawn_local(async move {
            match undo_latest().await {
                Ok(undone) => self.taken_back(undone),
                Err(error) => self.problem.set(Some(error)),
            }
            self.answered();
        });
    }

    /// Takes one back by its toast.
    pub(crate) fn undo_one(self, key: String) {
        self.problem.set(None);
        self.asking.update(|asking| *asking += 1);
        spawn_local(async move {
            match crate::server_fns::labels::undo_label(key).await {
                Ok(undone) => self.taken_back(undone),
                Err(error) => self.problem.set(Some(error)),
            }
            self.answered();
        });
    }

    fn taken_back(self, undone: Undone) {
        match undone {
            Undone::Nothing => self.said.set("There is nothing to undo.".to_owned()),
            Undone::Decision(decision) => {
                self.said.set("Undone.".to_owned());
                let key = Undoable::decision_key(decision.id);
                self.undoable.update(|undoable| undoable.retain(|one| one.key() != key));
                self.refresh(vec![decision.detection_id.0]);
            }
            Undone::Bulk(action) => {
                self.said.set("Undone.".to_owned());
                self.heard_of_bulk(action);
            }
        }
    }

    /// Puts something that undo takes back on top of the stack.
    pub(crate) fn offer(self, new: Undoable) {
        self.undoable.update(|undoable| {
            let key = new.key();
            undoable.retain(|one| one.key() != key);
            undoable.insert(0, new);
        });
    }

    /// Asks the server what it would still take back: after a page is loaded, or when events were missed.
    pub(crate) fn list_undoable(self) {
        spawn_local(async move {
            if let Ok(undoable) = list_undoable().await {
                self.undoable.set(undoable);
            }
        });
    }

    /// A bulk action of this person got on.
    pub(crate) fn heard_of_bulk(self, action: BulkAction) {
        let mine = self.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.id == action.user_id));
        self.refresh(self.shown.get_untracked());
        if !mine {
            return;
        }
        if action.state == BulkState::Undone {
            let key = Undoable::bulk_key(action.id);
            self.undoable.update(|undoable| undoable.retain(|one| one.key() != key));
            return;
        }
        let remaining_ms = (action.send_after - crate::components::now()).num_milliseconds();
        let new = Undoable::Bulk { action, remaining_ms };
        self.undoable.update(|undoable| {
            let key = new.key();
            match undoable.iter_mut().find(|one| one.key() == key) {
                Some(one) => *one = new,
                None => undoable.insert(0, new),
            }
        });
    }

    /// Has a detection judged again.
    pub(crate) fn recheck(self, id: i64) {
        self.problem.set(None);
        self.said.set("Rechecking.".to_owned());
        spawn_local(async move {
            match recheck(id).await {
                Ok(_) => {
                    self.said.set("Rechecked.".to_owned());
                    let now = get_standings(vec![id]).await.unwrap_or_default();
                    now.into_iter().for_each(|standing| self.rejudged(standing));
                }
                Err(error) => self.problem.set(Some(error)),
            }
        });
    }

    /// Copies the upstream's id of a detection that is not open.
    pub(crate) fn copy_id(self, id: i64) {
        self.problem.set(None);
        spawn_local(async move {
            match get_detection(id).await {
                Ok(story) => {
                    let copied = to_clipboard(&story.detection.judgement.upstream_id).await;
                    let words =
                        if copied { "Detection id copied." } else { "The detection id could not be copied." };
                    self.said.set(words.to_owned());
                }
                Err(error) => self.problem.set(Some(error)),
            }
        });
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
        spawn_local(async move {
            if let Ok(standings) = get_standings(ids).await {
                let me = self.me.with_untracked(|me| me.as_ref().map(|me| me.name.clone()));
                for standing in standings {
                    let theirs = standing.label.is_some() && standing.labelled_by != me;
                    self.heard(&standing, theirs);
                }
            }
        });
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

/// Puts text on the clipboard; browsers have one on https and on loopback only.
async fn to_clipboard(text: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        let window = window();
        if !window.is_secure_context() {
            return false;
        }
        let written = window.navigator().clipboard().write_text(text);
        wasm_bindgen_futures::JsFuture::from(written).await.is_ok()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = text;
        false
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
