//! Which rows of the list are selected, and which one the keyboard is at.

use std::collections::BTreeMap;

use domain::{DetectionId, RowRef};
use leptos::prelude::*;

/// The selection of the page of the log that is open.
#[derive(Clone, Copy)]
pub(crate) struct Selection {
    /// Id and version of what is selected.
    rows: RwSignal<BTreeMap<i64, i64>>,
    /// Id and version of the rows on the page, in their order.
    page: RwSignal<Vec<(i64, i64)>>,
    /// The row that the keyboard is at; the only one whose controls Tab stops at.
    at: RwSignal<Option<i64>>,
    /// Where a range begins.
    anchor: RwSignal<Option<i64>>,
}

impl Selection {
    /// Nothing selected, no page.
    pub(crate) fn new() -> Self {
        Self {
            rows: RwSignal::new(BTreeMap::new()),
            page: RwSignal::new(Vec::new()),
            at: RwSignal::new(None),
            anchor: RwSignal::new(None),
        }
    }

    /// Another page of rows is shown. What is not on it is not selected any more: nobody acts on what they cannot see.
    pub(crate) fn show(self, page: Vec<(i64, i64)>) {
        self.rows.update(|rows| rows.retain(|id, _| page.iter().any(|(shown, _)| shown == id)));
        let stays = self.at.get_untracked().filter(|at| page.iter().any(|(id, _)| id == at));
        self.at.set(stays.or_else(|| page.first().map(|(id, _)| *id)));
        self.page.set(page);
    }

    /// Whether a row is selected.
    pub(crate) fn has(self, id: i64) -> bool {
        self.rows.with(|rows| rows.contains_key(&id))
    }

    /// How many are selected.
    pub(crate) fn count(self) -> usize {
        self.rows.with(BTreeMap::len)
    }

    /// Whether every row of the page is.
    pub(crate) fn is_whole_page(self) -> bool {
        self.rows.with(BTreeMap::len) == self.page.with(Vec::len) && self.page.with(|page| !page.is_empty())
    }

    /// Whether the keyboard is at this row, or nowhere yet.
    pub(crate) fn is_at(self, id: i64) -> bool {
        self.at.with(|at| at.is_none_or(|at| at == id))
    }

    /// The row that the keyboard is at.
    pub(crate) fn at(self) -> Option<i64> {
        self.at.get_untracked()
    }

    /// The keyboard moves to a row.
    pub(crate) fn go_to(self, id: i64) {
        if self.at.get_untracked() != Some(id) {
            self.at.set(Some(id));
        }
    }

    /// The row `by` rows further down than `from` (or up); the first or last at most.
    pub(crate) fn beside(self, from: i64, by: isize) -> Option<i64> {
        self.page.with_untracked(|page| {
            let here = page.iter().position(|(id, _)| *id == from)?;
            let there = here.checked_add_signed(by)?;
            page.get(there).map(|(id, _)| *id)
        })
    }

    /// Selects a row, or takes it out.
    pub(crate) fn toggle(self, id: i64) {
        let Some(version) = self.version(id) else { return };
        self.anchor.set(Some(id));
        self.rows.update(|rows| {
            if rows.remove(&id).is_none() {
                rows.insert(id, version);
            }
        });
    }

    /// Selects everything between the row selected last and this one.
    pub(crate) fn extend_to(self, id: i64) {
        let page = self.page.get_untracked();
        let place = |wanted: i64| page.iter().position(|(id, _)| *id == wanted);
        let Some(to) = place(id) else { return };
        let from = self.anchor.get_untracked().and_then(place).unwrap_or(to);
        self.rows.update(|rows| rows.extend(page[from.min(to)..=from.max(to)].iter().copied()));
    }

    /// Selects the whole page, or nothing if it is.
    pub(crate) fn toggle_page(self) {
        if self.rows.with_untracked(BTreeMap::len) == self.page.with_untracked(Vec::len) {
            self.clear();
        } else {
            self.rows.set(self.page.get_untracked().into_iter().collect());
        }
    }

    /// Selects nothing.
    pub(crate) fn clear(self) {
        self.rows.set(BTreeMap::new());
        self.anchor.set(None);
    }

    /// What is selected, with versions as `known` has them, else as the page was loaded.
    pub(crate) fn refs(self, known: impl Fn(i64) -> Option<i64>) -> Vec<RowRef> {
        self.rows.with_untracked(|rows| {
            rows.iter()
                .map(|(id, version)| RowRef {
                    id: DetectionId(*id),
                    version: known(*id).unwrap_or(*version).max(*version),
                })
                .collect()
        })
    }

    fn version(self, id: i64) -> Option<i64> {
        self.page
            .with_untracked(|page| page.iter().find(|(shown, _)| *shown == id).map(|(_, version)| *version))
    }
}
