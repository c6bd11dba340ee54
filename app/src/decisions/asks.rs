//! What is asked of the server, and what its answers change.

use domain::{BulkAction, BulkState, Decided, DetectionId, Label, LabelWish, LiveEvent, ReasonId, RowRef};
use leptos::prelude::*;

use super::{Asked, Decisions, Seen};
use crate::{
    components::{Keys, press_at},
    error::AppError,
    forms::problem_of,
    later::Asking,
    live::Live,
    pages::detections::forget_confirmation,
    selection::Selection,
    server_fns::{
        detections::get_detection,
        labels::{
            Labelled, RowsOutcome, Undoable, Undone, cancel_bulk, get_standings, give_reason,
            label_as_wished, label_detection, label_rows, list_undoable, remove_label, undo_label,
            undo_latest,
        },
        reasons::get_choices,
        rechecks::recheck,
    },
};

/// What came of an undo, in words.
pub(crate) const UNDONE: &str = "Undone.";
/// The same, where there was none.
pub(crate) const NOTHING_TO_UNDO: &str = "There is nothing to undo.";
/// What came of removing a label.
pub(crate) const LABEL_REMOVED: &str = "Label removed.";

/// Something to ask.
pub(crate) enum Ask {
    /// The labels that wait to be sent.
    Labels,
    /// To take back what is named, or the latest.
    Undo(Option<String>),
    /// To take all of them back, one after the other.
    UndoAll(Vec<String>),
    /// To remove the label of a detection as it is seen.
    Removal(RowRef),
    /// What undo still takes back.
    Undoable,
    /// What stands of some detections.
    Standings(Vec<i64>),
    /// To judge a detection again.
    Recheck(i64),
    /// For the upstream's id of a detection, to copy it.
    CopyId(i64),
    /// For what a key means that is nobody's by the table; with the detection that was asked about last, or `None` for many.
    Pressed(Keys, String, Option<i64>),
    /// For a reason, for what was decided.
    Reason(String, ReasonId),
    /// To do something to many rows.
    Rows(RowsAsked),
    /// To stop a bulk action.
    CancelBulk(i64),
    /// Nothing: the server has said something by itself.
    Heard(Live, String),
}

/// The form around the list, with the selection that it was sent for.
pub(crate) struct RowsAsked {
    /// `spam`, `ham` or `recheck` for the rows ticked; empty when all are meant.
    pub(crate) bulk: String,
    /// The same for all that match.
    pub(crate) all: String,
    /// The rows ticked.
    pub(crate) rows: Vec<String>,
    /// The search, as typed.
    pub(crate) q: String,
    /// Whether many are meant.
    pub(crate) confirmed: bool,
    /// What is cleared once the server agreed.
    pub(crate) selection: Selection,
}

impl Decisions {
    /// Asks, and shows the answer.
    pub(crate) fn answer(self, ask: Ask) -> Asking {
        Box::pin(async move {
            match ask {
                Ask::Labels => self.ask_in_order().await,
                Ask::Undo(key) => self.take_back(key).await,
                Ask::UndoAll(keys) => {
                    for key in keys {
                        self.take_back(Some(key)).await;
                    }
                }
                Ask::Removal(row) => self.ask_removal(row).await,
                Ask::Undoable => self.ask_undoable().await,
                Ask::Standings(ids) => self.ask_standings(ids).await,
                Ask::Recheck(id) => self.ask_recheck(id).await,
                Ask::CopyId(id) => self.ask_id(id).await,
                Ask::Pressed(keys, press, of) => match press.parse() {
                    Ok(0) | Err(_) => keys.use_macro(&press),
                    Ok(number) => self.number_pressed(number, of).await,
                },
                Ask::Reason(key, reason) => self.ask_reason(key, reason).await,
                Ask::Rows(rows) => self.ask_rows(rows).await,
                Ask::CancelBulk(id) => match cancel_bulk(id).await {
                    Ok(action) => self.heard_of_bulk(action),
                    Err(error) => self.problem.set(Some(error)),
                },
                Ask::Heard(live, event) => {
                    if let Ok(event) = serde_json::from_str(&event) {
                        self.heard_elsewhere(live, event);
                    }
                }
            }
        })
    }

    /// One after the other: the server decides in the order of the keys, so that undo takes back the latest.
    async fn ask_in_order(self) {
        while let Some(Asked { seen, label, wish, before }) =
            self.waiting.try_update_value(std::collections::VecDeque::pop_front).flatten()
        {
            let row = RowRef { id: DetectionId(seen.id), version: before.version };
            let labelled = match wish {
                None => label_detection(seen.id, label, before.version).await,
                Some(wish) => label_as_wished(row.to_string(), wish.to_string()).await,
            };
            match labelled {
                Ok(Labelled { decision, excerpt, choices }) => {
                    let remaining_ms = (decision.send_after - decision.decided_at).num_milliseconds();
                    let key = Decided::One(decision.id).to_string();
                    self.said.set(format!("Marked as {label}."));
                    self.leave(seen.id);
                    self.offer(Undoable::Decision { decision, excerpt, choices, remaining_ms });
                    self.settle(&seen, before.version + 1);
                    self.numbers_pressed(Some(seen.id), &key).await;
                }
                Err(error) => {
                    let wants_reason = wants_reason(&error);
                    self.put_back(seen.id, before, error);
                    if wants_reason {
                        self.want_reason(row, label).await;
                    }
                }
            }
            self.answered();
        }
        self.sending.set_value(false);
    }

    /// Asks the person for a reason; a number that was pressed already chooses it.
    async fn want_reason(self, row: RowRef, label: Label) {
        let Ok(choices) = get_choices(row.id.0, label).await else { return };
        self.offer(Undoable::Wanted { row, label, choices });
        self.numbers_pressed(Some(row.id.0), &Undoable::wanted_key(row.id)).await;
    }

    /// A number is for the label that was asked for last, for what undo takes back next, or for what is open.
    async fn number_pressed(self, number: usize, of: Option<i64>) {
        if self.asking.get_untracked() > 0 {
            self.numbers.update_value(|numbers| numbers.push((of, number)));
            return;
        }
        let key = self.undoable.with_untracked(|all| {
            let latest = all.iter().find(|one| one.detection() == of).or(all.first());
            latest.map(Undoable::key)
        });
        match key {
            Some(key) => self.choose(&key, number).await,
            None => press_at("[data-reasons]", &number.to_string()),
        }
    }

    /// Does what numbers meant that were pressed before the server had answered.
    async fn numbers_pressed(self, of: Option<i64>, key: &str) {
        let pressed = self.numbers.try_update_value(|numbers| {
            let (pressed, rest) = numbers.drain(..).partition(|(other, _)| *other == of);
            *numbers = rest;
            pressed
        });
        let pressed: Vec<(Option<i64>, usize)> = pressed.unwrap_or_default();
        for (_, number) in pressed {
            self.choose(key, number).await;
        }
    }

    /// Chooses the reason of this place for what has this key.
    async fn choose(self, key: &str, number: usize) {
        let reason = self.undoable.with_untracked(|all| {
            let one = all.iter().find(|one| one.key() == key)?;
            Some((one.clone(), one.choices().get(number.checked_sub(1)?)?.id))
        });
        match reason {
            Some((Undoable::Wanted { row, label, .. }, reason)) => self.label_because(row, label, reason),
            Some((_, reason)) => self.ask_reason(key.to_owned(), reason).await,
            None => {}
        }
    }

    /// Does not set the label that waits for its reason.
    pub(crate) fn leave(self, detection: i64) {
        let key = Undoable::wanted_key(DetectionId(detection));
        self.undoable.update(|all| all.retain(|one| one.key() != key));
    }

    /// Sets the label that waited for its reason.
    pub(crate) fn label_because(self, row: RowRef, label: Label, reason: ReasonId) {
        let seen = Seen { id: row.id.0, label: None, by: None, version: row.version };
        self.set_as_wished(seen, label, Some(LabelWish::Because(label, reason)));
    }

    async fn ask_reason(self, key: String, reason: ReasonId) {
        match give_reason(key.clone(), reason).await {
            Ok(given) => {
                let names = domain::reason::names(&given);
                self.said.set(if names.is_empty() {
                    "No reason.".to_owned()
                } else {
                    format!("Because: {names}.")
                });
                self.undoable.update(|all| {
                    all.iter_mut().filter(|one| one.key() == key).for_each(|one| match one {
                        Undoable::Decision { decision, .. } => decision.reasons.clone_from(&given),
                        Undoable::Bulk { action, .. } => action.reasons.clone_from(&given),
                        Undoable::Wanted { .. } => {}
                    })
                });
                // What is open shows its reasons.
                self.reload_open();
            }
            Err(error) => self.problem.set(Some(error)),
        }
    }

    /// Has the detection that is open loaded again.
    fn reload_open(self) {
        let open = document().query_selector("[data-open-detection]").ok().flatten();
        let id = open.and_then(|open| open.get_attribute("data-open-detection")?.parse().ok());
        if let Some(id) = id {
            self.was_rejudged(id);
        }
    }

    /// Takes back all that the toasts offer, the latest first.
    pub(crate) fn undo_all(self) {
        let keys: Vec<String> = self
            .undoable
            .with_untracked(|all| all.iter().filter(|one| one.is_decision()).map(Undoable::key).collect());
        self.set_problem(None);
        self.asking.update(|asking| *asking += keys.len());
        self.ask(Ask::UndoAll(keys));
    }

    async fn take_back(self, key: Option<String>) {
        let undone = match key {
            Some(key) => undo_label(key).await,
            None => undo_latest().await,
        };
        match undone {
            Ok(undone) => self.taken_back(undone),
            Err(error) => self.problem.set(Some(error)),
        }
        self.answered();
    }

    fn taken_back(self, undone: Undone) {
        match undone {
            Undone::Nothing => self.said.set(NOTHING_TO_UNDO.to_owned()),
            Undone::Decision(decision) => {
                self.said.set(UNDONE.to_owned());
                let key = Decided::One(decision.id).to_string();
                self.undoable.update(|undoable| undoable.retain(|one| one.key() != key));
                self.refresh(vec![decision.detection_id.0]);
            }
            Undone::Bulk(action) => {
                self.said.set(UNDONE.to_owned());
                self.heard_of_bulk(action);
            }
        }
    }

    /// What waits for its reason is known here alone.
    async fn ask_undoable(self) {
        let Ok(undoable) = list_undoable().await else { return };
        self.undoable.update(|all| {
            all.retain(|one| matches!(one, Undoable::Wanted { .. }));
            all.extend(undoable);
        });
    }

    async fn ask_removal(self, row: RowRef) {
        match remove_label(row.to_string()).await {
            Ok(()) => self.said.set(LABEL_REMOVED.to_owned()),
            Err(error) => self.problem.set(Some(error)),
        }
        // Removed or not: somebody else may have been quicker.
        self.ask_standings(vec![row.id.0]).await;
        self.list_undoable();
        self.answered();
    }

    async fn ask_standings(self, ids: Vec<i64>) {
        let Ok(standings) = get_standings(ids).await else { return };
        let me = self.me.with_untracked(|me| me.as_ref().map(|me| me.name.clone()));
        for standing in standings {
            let theirs = standing.label.is_some() && standing.labelled_by != me;
            self.heard(&standing, theirs);
        }
    }

    async fn ask_recheck(self, id: i64) {
        match recheck(id).await {
            Ok(_) => {
                self.said.set("Rechecked.".to_owned());
                let now = get_standings(vec![id]).await.unwrap_or_default();
                now.into_iter().for_each(|standing| self.rejudged(standing));
            }
            Err(error) => self.problem.set(Some(error)),
        }
    }

    async fn ask_id(self, id: i64) {
        match get_detection(id, String::new()).await {
            Ok(story) => {
                let copied = to_clipboard(&story.detection.judgement.upstream_id).await;
                let words =
                    if copied { "Detection id copied." } else { "The detection id could not be copied." };
                self.said.set(words.to_owned());
            }
            Err(error) => self.problem.set(Some(error)),
        }
    }

    async fn ask_rows(self, RowsAsked { bulk, all, rows, q, confirmed, selection }: RowsAsked) {
        match label_rows(String::new(), bulk, all, String::new(), rows, q, confirmed).await {
            Ok(RowsOutcome::Bulk(action)) => {
                let key = Decided::Bulk(action.id).to_string();
                selection.clear();
                forget_confirmation();
                self.heard_of_bulk(action);
                // With the reasons to choose from.
                self.ask_undoable().await;
                self.numbers_pressed(None, &key).await;
            }
            Ok(RowsOutcome::Decision(_)) => {}
            Err(error) => self.problem.set(Some(error)),
        }
        self.answered();
    }

    /// A bulk action of this person got on.
    pub(crate) fn heard_of_bulk(self, action: BulkAction) {
        let mine = self.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.id == action.user_id));
        self.refresh(self.shown.get_untracked());
        if !mine {
            return;
        }
        if action.state == BulkState::Undone {
            let key = Decided::Bulk(action.id).to_string();
            self.undoable.update(|undoable| undoable.retain(|one| one.key() != key));
            return;
        }
        let remaining_ms = (action.send_after - crate::components::now()).num_milliseconds();
        let key = Decided::Bulk(action.id).to_string();
        self.undoable.update(|undoable| match undoable.iter_mut().find(|one| one.key() == key) {
            Some(one) => *one = Undoable::Bulk { action, choices: one.choices().to_vec(), remaining_ms },
            None => undoable.insert(0, Undoable::Bulk { action, choices: Vec::new(), remaining_ms }),
        });
    }

    fn heard_elsewhere(self, live: Live, event: LiveEvent) {
        match event {
            LiveEvent::Arrived(id) => live.arrived.set(Some(id)),
            LiveEvent::Decided { standing, by, .. } => {
                let mine = self.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.id == by));
                self.heard(&standing, !mine);
            }
            LiveEvent::Rejudged(standing) => self.rejudged(standing),
            LiveEvent::Bulk(action) => self.heard_of_bulk(action),
            LiveEvent::Import(id) => live.import.update(|(last, count)| (*last, *count) = (id.0, *count + 1)),
            LiveEvent::Missed => live.catch_up(),
        }
    }
}

/// Whether a label was refused since its site wants a reason.
fn wants_reason(error: &AppError) -> bool {
    matches!(error, AppError::Invalid(fields) if problem_of(fields, "reason").is_some())
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
