//! What is asked of the server, and what its answers change.

use domain::{BulkAction, BulkState, LiveEvent, RowRef};
use leptos::prelude::*;

use super::{Asked, Decisions};
use crate::{
    later::Asking,
    live::Live,
    pages::detections::forget_confirmation,
    selection::Selection,
    server_fns::{
        detections::get_detection,
        labels::{
            RowsOutcome, Undoable, Undone, cancel_bulk, get_standings, label_detection, label_rows,
            list_undoable, remove_label, undo_label, undo_latest,
        },
        rechecks::recheck,
    },
};

/// Something to ask.
pub(crate) enum Ask {
    /// The labels that wait to be sent.
    Labels,
    /// To take back what is named, or the latest.
    Undo(Option<String>),
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
                Ask::Removal(row) => self.ask_removal(row).await,
                Ask::Undoable => {
                    if let Ok(undoable) = list_undoable().await {
                        self.undoable.set(undoable);
                    }
                }
                Ask::Standings(ids) => self.ask_standings(ids).await,
                Ask::Recheck(id) => self.ask_recheck(id).await,
                Ask::CopyId(id) => self.ask_id(id).await,
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
        while let Some(Asked { seen, label, before }) =
            self.waiting.try_update_value(std::collections::VecDeque::pop_front).flatten()
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

    async fn ask_removal(self, row: RowRef) {
        match remove_label(row.to_string()).await {
            Ok(()) => self.said.set("Label removed.".to_owned()),
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
        match label_rows(String::new(), bulk, all, rows, q, confirmed).await {
            Ok(RowsOutcome::Bulk(action)) => {
                selection.clear();
                forget_confirmation();
                self.heard_of_bulk(action);
            }
            Ok(RowsOutcome::Decision(_)) => {}
            Err(error) => self.problem.set(Some(error)),
        }
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
