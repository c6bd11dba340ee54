//! What a moderator has on each row: the tick, the two labels, and what became of them.

use domain::{DetectionId, Label, RowRef};
use leptos::prelude::*;

use crate::{
    components::{AppBadge, LabelBadge, LateBadge, VerdictBadge},
    decisions::{Decisions, Known, Seen},
    keys::Command,
    selection::Selection,
};

/// A row's state, as all its parts see it.
#[derive(Clone, Copy)]
pub(super) struct RowState {
    // Plain, as it is asked for while the list is being replaced.
    id: i64,
    seen: StoredValue<Seen>,
    known: Memo<Known>,
    decisions: Decisions,
    selection: Selection,
}

impl RowState {
    /// Follows one row.
    pub(super) fn new(seen: Seen) -> Self {
        let decisions = expect_context::<Decisions>();
        let id = seen.id;
        let seen = StoredValue::new(seen);
        Self {
            id,
            seen,
            known: Memo::new(move |_| decisions.of(&seen.get_value())),
            decisions,
            selection: expect_context(),
        }
    }

    /// Whether somebody else decided while the page was open: the row is greyed.
    pub(super) fn is_theirs(self) -> bool {
        self.known.with(|known| known.theirs)
    }

    /// Tab stops only at the controls of the row that the keyboard is at; without JavaScript at all of them.
    pub(super) fn tab_stop(self) -> Option<&'static str> {
        (!self.selection.is_at(self.id)).then_some("-1")
    }

    /// The focus came to this row.
    pub(super) fn focused(self) {
        self.selection.go_to(self.id);
    }
}

/// The row's tick.
#[component]
pub(super) fn Tick(row: RowState) -> impl IntoView {
    let id = row.id;
    let version = row.seen.read_value().version;
    view! {
        <input
            type="checkbox"
            name="rows[]"
            value=RowRef { id: DetectionId(id), version }.to_string()
            aria-label=format!("Select detection {id}")
            tabindex=move || row.tab_stop()
            prop:checked=move || row.selection.has(id)
            on:change=move |_| row.selection.toggle(id)
        />
    }
}

/// The label that stands, and what the server made of the last one.
#[component]
pub(super) fn RowLabel(row: RowState, verdict: Label) -> impl IntoView {
    move || {
        let known = row.known.get();
        let settling = known.settling.then(|| view! { <span class="text-xs text-muted">"saving…"</span> });
        known
            .label
            .map(|label| view! { <LabelBadge label=label verdict=verdict by=known.by.clone()/> }.into_any())
            .or_else(|| known.theirs.then(|| view! { <span class="text-xs">"Taken back"</span> }.into_any()))
            .map(|badge| view! { {badge}{settling} })
    }
}

/// The verdict after a recheck, beside the one that the page was loaded with.
#[component]
pub(super) fn RowVerdict(row: RowState, verdict: Label, score: f64) -> impl IntoView {
    move || {
        let now = row.decisions.verdict_of(row.id)?;
        let is_news = Label::from_is_spam(now.is_spam) != verdict || (now.score - score).abs() > f64::EPSILON;
        is_news.then(|| {
            view! {
                <span class="text-xs">"rechecked:"</span>
                <VerdictBadge verdict=Label::from_is_spam(now.is_spam) judged_by=now.judged_by/>
                <span class="tabular-nums">{format!("{:.1}", now.score)}</span>
            }
        })
    }
}

/// What the app said, and what it was told where that does not stand any more; as they are now.
#[component]
pub(super) fn RowApp(
    row: RowState,
    verdict: Label,
    word: Option<Label>,
    told: Option<Label>,
) -> impl IntoView {
    move || {
        let now = row.decisions.verdict_of(row.id);
        let (word, told, verdict) = match &now {
            Some(now) => (now.app_word, now.told, Label::from_is_spam(now.is_spam)),
            None => (word, told, verdict),
        };
        let word = word.map(|word| view! { <AppBadge word=word verdict=verdict/> });
        let told = told.map(|told| view! { <LateBadge told=told/> });
        (word, told)
    }
}

/// Why the last label was refused.
#[component]
pub(super) fn RowProblem(row: RowState) -> impl IntoView {
    move || {
        row.known
            .with(|known| known.problem.clone())
            .map(|problem| view! { <p class="px-3 pb-2 text-sm text-spam">{problem}</p> })
    }
}

/// Spam and ham, for this row.
#[component]
pub(super) fn RowButtons(row: RowState) -> impl IntoView {
    let button = |label: Label, words: &'static str, command: Command| {
        let value = move || {
            let version = row.known.with(|known| known.version);
            format!("{label}:{}", RowRef { id: DetectionId(row.id), version })
        };
        view! {
            <button
                name="one"
                value=value
                aria-pressed=move || row.known.with(|known| known.label == Some(label)).to_string()
                aria-keyshortcuts=command.aria()
                aria-label=format!("Mark detection {} as {words}", row.id)
                tabindex=move || row.tab_stop()
                on:click=move |event| {
                    event.prevent_default();
                    if let Some(seen) = row.seen.try_get_value() {
                        row.decisions.set(seen, label);
                    }
                }
            >
                {words}
            </button>
        }
    };
    view! {
        <span class="log-buttons">
            {button(Label::Spam, "Spam", Command::Spam)}
            {button(Label::Ham, "Ham", Command::Ham)}
        </span>
    }
}
