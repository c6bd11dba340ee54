//! One's latest decisions and bulk actions, each with its Undo while undo still costs nothing.

use domain::{BulkAction, BulkKind, BulkState, Reason, paging::grouped};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{Kbd, ReasonButtons};
use crate::{
    decisions::{Decisions, LABEL_REMOVED, NOTHING_TO_UNDO, UNDONE},
    keys::Command,
    server_fns::labels::{CancelBulk, GiveReason, UndoLabel, Undoable, list_undoable},
};

/// Toasts on screen at once; the rest are counted.
const SHOWN: usize = 3;

/// How often the countdowns move.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

/// How long it is shown what came of an undo.
const SAID: std::time::Duration = std::time::Duration::from_secs(4);

/// How often a bulk action at work is asked after, where no event tells of it.
const ASK_AGAIN_MS: i64 = 2_000;

/// The toasts. The server holds the waiting; the page only counts it down.
#[component]
pub(crate) fn UndoToasts() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let loaded = Resource::new(|| (), |()| list_undoable());
    let clock = Clock::new();
    count_down(decisions, clock);
    view! {
        <div class="undo-toasts" aria-label="Undo" role="region">
            <Transition>
                {move || Suspend::new(async move {
                    let first = loaded.await.unwrap_or_default();
                    if decisions.undoable.with_untracked(Vec::is_empty) {
                        for one in first.iter().rev() {
                            clock.note(one);
                        }
                        decisions.undoable.set(first);
                    }
                    view! { <Stack clock=clock/> }
                })}
            </Transition>
        </div>
    }
}

/// When each toast was first seen, so that it counts down however clocks differ.
#[derive(Clone, Copy)]
struct Clock {
    now_ms: RwSignal<i64>,
    ends: StoredValue<std::collections::HashMap<String, i64>>,
}

impl Clock {
    fn new() -> Self {
        let now_ms = super::now().timestamp_millis();
        Self { now_ms: RwSignal::new(now_ms), ends: StoredValue::new(std::collections::HashMap::new()) }
    }

    /// Remembers until when a toast counts; a bulk action may get longer.
    fn note(self, one: &Undoable) {
        let now_ms = super::now().timestamp_millis();
        // The clock stands while there is nothing to count down.
        self.now_ms.set(now_ms);
        let end = now_ms + one.remaining_ms();
        self.ends.update_value(|ends| {
            let known = ends.entry(one.key()).or_insert(end);
            if matches!(one, Undoable::Bulk { .. }) {
                *known = end.max(*known);
            }
        });
    }

    fn left_ms(self, one: &Undoable) -> i64 {
        let end = self.ends.with_value(|ends| ends.get(&one.key()).copied());
        let now_ms = self.now_ms.get();
        end.map_or(one.remaining_ms(), |end| end - now_ms)
    }
}

/// Moves the countdowns while there are any, and drops what has run out.
fn count_down(decisions: Decisions, clock: Clock) {
    let asked_ms = StoredValue::new(0_i64);
    Effect::new(move |_| decisions.undoable.with(|all| all.iter().for_each(|one| clock.note(one))));
    Effect::new(move |_| {
        let tick = move || {
            if decisions.undoable.with_untracked(Vec::is_empty) {
                return;
            }
            let now_ms = super::now().timestamp_millis();
            clock.now_ms.set(now_ms);
            let has_ended = |one: &Undoable| clock.left_ms(one) <= 0 && !is_at_work(one) && !is_wanted(one);
            if decisions.undoable.with_untracked(|all| all.iter().any(has_ended)) {
                decisions.undoable.update(|all| all.retain(|one| !has_ended(one)));
            }
            let works = decisions.undoable.with_untracked(|all| all.iter().any(is_at_work));
            if works && now_ms - asked_ms.get_value() > ASK_AGAIN_MS {
                asked_ms.set_value(now_ms);
                decisions.list_undoable();
                decisions.refresh(decisions.shown.get_untracked());
            }
        };
        let timer = set_interval_with_handle(tick, TICK);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
}

fn is_wanted(one: &Undoable) -> bool {
    matches!(one, Undoable::Wanted { .. })
}

fn is_at_work(one: &Undoable) -> bool {
    matches!(one, Undoable::Bulk { action, .. } if action.state.is_at_work())
}

/// The toasts by their keys: one that gets on stays where it is, with its buttons and the focus.
#[component]
fn Stack(clock: Clock) -> impl IntoView {
    let undoable = expect_context::<Decisions>().undoable;
    let said = said_lately();
    // The latest is at the bottom, next to where it came from.
    let keys =
        move || undoable.with(|all| all.iter().take(SHOWN).rev().map(Undoable::key).collect::<Vec<_>>());
    let decisions = expect_context::<Decisions>();
    let several = move || undoable.with(|all| all.iter().filter(|one| one.is_decision()).count());
    // Without JavaScript each is taken back by itself.
    let all = move || {
        (several() > 1 && !cfg!(feature = "ssr")).then(|| view! {
            <button class="self-end button" type="button" on:click=move |_| decisions.undo_all()>{format!("Undo all {}", several())}</button>
        })
    };
    let more = move || undoable.with(|all| all.len().saturating_sub(SHOWN));
    view! {
        {move || (more() > 0).then(|| view! { <p class="text-sm text-muted text-right">{format!("and {} more", more())}</p> })}
        <For each=keys key=String::clone let:key>
            <Toast key=key clock=clock/>
        </For>
        {all}
        {move || said.get().map(|words| view! {
            <p class="rounded-lg border border-line bg-surface shadow-lg px-4 py-3" aria-hidden="true" data-said="">{words}</p>
        })}
    }
}

/// What came of an undo, for some seconds; screen readers are told elsewhere.
fn said_lately() -> RwSignal<Option<String>> {
    let decisions = expect_context::<Decisions>();
    let shown = RwSignal::new(None);
    let times = StoredValue::new(0_usize);
    Effect::new(move |_| {
        let said = decisions.said.get();
        let is_meant = [UNDONE, NOTHING_TO_UNDO, LABEL_REMOVED].contains(&said.as_str());
        shown.set(is_meant.then_some(said));
        times.update_value(|times| *times += 1);
        let this = times.get_value();
        set_timeout(
            move || {
                if times.try_get_value() == Some(this) {
                    shown.set(None);
                }
            },
            SAID,
        );
    });
    shown
}

#[component]
fn Toast(key: String, clock: Clock) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let (wanted, undone) = (key.clone(), key.clone());
    let one = Memo::new(move |_| {
        decisions.undoable.with(|all| all.iter().find(|one| one.key() == wanted).cloned())
    });
    let left = Memo::new(move |_| one.with(|one| one.as_ref().map_or(0, |one| seconds(clock.left_ms(one)))));
    let words = move || one.with(|one| one.as_ref().map(words));
    let excerpt = move || {
        one.with(|one| match one {
            Some(Undoable::Decision { excerpt, .. }) if !excerpt.is_empty() => {
                Some(view! { <q class="hostile text-sm text-muted break-words">{excerpt.clone()}</q>" " })
            }
            _ => None,
        })
    };
    let cancelable = Memo::new(move |_| one.with(|one| one.as_ref().and_then(to_cancel)));
    let can_undo = Memo::new(move |_| one.with(|one| one.as_ref().is_some_and(can_be_undone)));
    let waits = Memo::new(move |_| one.with(|one| one.as_ref().and_then(to_leave)));
    let counts = Memo::new(move |_| can_undo.get() && !one.with(|one| one.as_ref().is_some_and(is_at_work)));
    let reasons = Memo::new(move |_| {
        one.with(|one| one.as_ref().map(|one| one.choices().to_vec()).unwrap_or_default())
    });
    let about = Signal::derive(move || one.get());
    let undo = move || {
        let (key, undone) = (key.clone(), undone.clone());
        view! {
            <OneButton action=UndoLabel::url() name="key" value=key press=move || decisions.undo_one(undone.clone())>
                <button class="inline-flex items-center gap-1 text-accent font-semibold underline cursor-pointer px-2 h-9" aria-keyshortcuts=Command::Undo.aria()>
                    "Undo"<Kbd command=Command::Undo/>
                </button>
            </OneButton>
        }
    };
    view! {
        <div class="rounded-lg border border-line bg-surface shadow-lg px-4 py-3" data-toast="">
            <div class="flex items-center gap-3">
            <p class="flex-1">
                {words}" "{excerpt}
                {move || counts.get().then(|| view! {
                    <span class="text-sm text-muted tabular-nums" aria-hidden="true">"Will be sent in "{left}" s."</span>
                })}
            </p>
            {move || cancelable.get().map(|id| view! { <CancelButton id=id/> })}
            {move || can_undo.get().then(&undo)}
            {move || waits.get().map(|row| view! { <button class="text-muted underline cursor-pointer px-2 h-9" on:click=move |_| decisions.leave(row)>"Not now"</button> })}
            </div>
            {move || (!reasons.read().is_empty()).then(|| view! { <Reasons one=about choices=reasons.get()/> })}
        </div>
    }
}

fn words(one: &Undoable) -> String {
    match one {
        Undoable::Decision { decision, .. } => format!("Marked as {}.", decision.label),
        Undoable::Bulk { action, .. } => progress(action),
        Undoable::Wanted { row, label, .. } => {
            format!("Detection {} needs a reason: why is it {label}?", row.id.0)
        }
    }
}

/// The bulk action that can still be stopped.
fn to_cancel(one: &Undoable) -> Option<i64> {
    match one {
        Undoable::Bulk { action, .. } if matches!(action.state, BulkState::Listing | BulkState::Running) => {
            Some(action.id.0)
        }
        _ => None,
    }
}

/// The label that can be left alone.
fn to_leave(one: &Undoable) -> Option<i64> {
    match one {
        Undoable::Wanted { row, .. } => Some(row.id.0),
        _ => None,
    }
}

fn can_be_undone(one: &Undoable) -> bool {
    match one {
        Undoable::Decision { .. } => true,
        Undoable::Wanted { .. } => false,
        Undoable::Bulk { action, .. } => {
            action.kind != BulkKind::Recheck && action.state != BulkState::Undoing
        }
    }
}

/// A quiet row of reasons. The keys are those of the latest toast.
#[component]
fn Reasons(one: Signal<Option<Undoable>>, choices: Vec<Reason>) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let key = move || one.with(|one| one.as_ref().map(Undoable::key).unwrap_or_default());
    let is_latest = move || decisions.undoable.with(|all| all.first().map(Undoable::key)) == Some(key());
    let given = move || one.with(|one| one.as_ref().map(|one| one.given().to_vec()).unwrap_or_default());
    let press = Callback::new(move |reason: Reason| match one.get_untracked() {
        Some(Undoable::Wanted { row, label, .. }) => decisions.label_because(row, label, reason.id),
        Some(one) => decisions.give_reason(one.key(), reason.id),
        None => {}
    });
    let value = |reason: &Reason| reason.id.0.to_string();
    view! {
        <form class="mt-2 flex flex-wrap gap-1" method="post" action=GiveReason::url() aria-label="Reasons of the label just set">
            <input type="hidden" name="key" value=key/>
            <ReasonButtons choices=choices given=Signal::derive(given) name="reason" value=value has_keys=Signal::derive(is_latest) press=press/>
        </form>
    }
}

/// Stops a bulk action that is at work.
#[component]
fn CancelButton(id: i64) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    view! {
        <OneButton action=CancelBulk::url() name="id" value=id.to_string() press=move || decisions.cancel_bulk(id)>
            <button class="text-muted underline cursor-pointer px-2 h-9">"Cancel"</button>
        </OneButton>
    }
}

/// A form of one button, for one thing. With JavaScript the page does what the server would.
#[component]
fn OneButton(
    action: &'static str,
    name: &'static str,
    value: String,
    press: impl Fn() + Send + Sync + 'static,
    children: Children,
) -> impl IntoView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        press();
    };
    view! {
        <form method="post" action=action on:submit=submit>
            <input type="hidden" name=name value=value />
            {children()}
        </form>
    }
}

/// How far a bulk action is, in words.
fn progress(action: &BulkAction) -> String {
    let (doing, did) = match action.kind {
        BulkKind::Spam => ("Marking", "Marked"),
        BulkKind::Ham => ("Marking", "Marked"),
        BulkKind::Recheck => ("Rechecking", "Rechecked"),
    };
    let as_label = action.kind.label().map(|label| format!(" as {label}")).unwrap_or_default();
    let left_alone = match (action.skipped, action.failed) {
        (0, 0) => String::new(),
        (skipped, 0) => format!(" {} unchanged (already decided).", grouped(skipped)),
        (0, failed) => format!(" {} could not be judged.", grouped(failed)),
        (skipped, failed) => {
            format!(" {} unchanged, {} could not be judged.", grouped(skipped), grouped(failed))
        }
    };
    let settled = action.done + action.skipped + action.failed;
    match action.state {
        BulkState::Listing => {
            format!("{doing} all results{as_label}: {} found so far…", grouped(action.total))
        }
        BulkState::Running => {
            format!("{doing} {}{as_label}: {} done…{left_alone}", grouped(action.total), grouped(settled))
        }
        BulkState::Done => format!("{did} {}{as_label}.{left_alone}", grouped(action.done)),
        BulkState::Cancelled => {
            format!(
                "Cancelled. {did} {} of {}{as_label}.{left_alone}",
                grouped(action.done),
                grouped(action.total)
            )
        }
        BulkState::Undoing => format!("Taking back {}…", grouped(action.done)),
        BulkState::Undone => "Taken back.".to_owned(),
    }
}

/// Whole seconds left, rounded up, so that "1 s" is never "0 s".
fn seconds(milliseconds: i64) -> i64 {
    (milliseconds + 999).max(0) / 1000
}
