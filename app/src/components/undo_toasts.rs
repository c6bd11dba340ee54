//! One's latest decisions, each with its Undo while undo still costs nothing.

use leptos::prelude::*;

use crate::{
    decisions::Decisions,
    server_fns::labels::{Undoable, list_undoable},
};

/// The toasts. The server holds the waiting; the page only counts it down.
#[component]
pub(crate) fn UndoToasts() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let waiting = Resource::new(move || decisions.version(), |_| list_undoable());
    view! {
        <div class="fixed z-20 right-4 bottom-20 lg:bottom-4 flex flex-col gap-2 w-80 max-w-full" role="status">
            <Transition>
                {move || Suspend::new(async move {
                    let waiting = waiting.await.unwrap_or_default();
                    waiting.into_iter().map(|undoable| view! { <Toast undoable=undoable/> }).collect_view()
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Toast(undoable: Undoable) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let Undoable { decision, remaining_ms } = undoable;
    let (remaining_s, set_remaining_s) = signal(seconds(remaining_ms));
    Effect::new(move |_| {
        let started = crate::components::now();
        let timer = set_interval_with_handle(
            move || {
                let elapsed = (crate::components::now() - started).num_milliseconds();
                set_remaining_s.set(seconds(remaining_ms - elapsed));
            },
            std::time::Duration::from_millis(250),
        );
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
    let id = decision.id.0;
    view! {
        <div
            class="flex items-center gap-3 rounded-lg border border-line bg-surface shadow-lg px-4 py-3"
            hidden=move || remaining_s.get() <= 0
        >
            <p class="flex-1">
                "Marked as "<strong>{decision.label.to_string()}</strong>". "
                <span class="text-sm text-muted tabular-nums">
                    "Feedback leaves in "{remaining_s}" s."
                </span>
            </p>
            <ActionForm action=decisions.undo>
                <input type="hidden" name="decision_id" value=id.to_string() />
                <button class="text-accent font-semibold underline cursor-pointer px-2 h-9">"Undo"</button>
            </ActionForm>
        </div>
    }
}

/// Whole seconds left, rounded up, so that "1 s" is never "0 s".
fn seconds(milliseconds: i64) -> i64 {
    (milliseconds + 999).max(0) / 1000
}
