//! How many detections match, on all pages, and what can be done to all of them.

use domain::{BoundedCount, Role, bulk::CONFIRM_ABOVE, paging::PAGE_SIZE};
use leptos::prelude::*;

use super::{
    bulk_bar::{Buttons, FORM},
    log::LogState,
};
use crate::{components::SessionResource, server_fns::detections::count_detections, zone::Zone};

/// The count, and the buttons for those who may; nothing where the search cannot be read.
#[component]
pub(super) fn HowMany(
    state: Memo<LogState>,
    /// Grows when the list is loaded again.
    reload: RwSignal<usize>,
) -> impl IntoView {
    let (session, zone) = (expect_context::<SessionResource>(), expect_context::<Zone>());
    let count = Resource::new_blocking(
        move || (state.read().q.clone(), reload.get(), state.read().may_have_days().then(|| zone.name())),
        |(q, ..)| count_detections(q),
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let may_label = session.await.is_ok_and(|session| session.allows(Role::Moderator));
                count
                    .await
                    .ok()
                    .map(|count| {
                        let words = if count.count == 1 { "detection" } else { "detections" };
                        view! {
                            <p class="text-sm text-muted tabular-nums">{format!("{count} {words}")}</p>
                            {may_label.then(|| view! { <AllThatMatch count=count/> })}
                        }
                    })
            })}
        </Transition>
    }
}

/// "All 1,240 that match this search": the question above 50, then the buttons. They belong to the form around the list.
#[component]
fn AllThatMatch(count: BoundedCount) -> impl IntoView {
    // What one page shows can be ticked there.
    if count.count <= u64::from(PAGE_SIZE) && !count.more {
        return None;
    }
    let asks = count.more || count.count > CONFIRM_ABOVE;
    let question = asks.then(|| {
        view! {
            <label class="flex items-center gap-2">
                <input class="w-4 h-4" type="checkbox" name="confirmed" value="true" form=FORM/>
                {format!("Yes, all {count}")}
            </label>
        }
    });
    Some(view! {
        <details class="text-sm">
            <summary class="cursor-pointer text-accent">{format!("Act on all {count} results")}</summary>
            <div class="mt-2 p-3 rounded-lg border border-line bg-surface flex flex-col gap-3">
                {question}
                <div class="flex flex-wrap gap-2" role="group" aria-label=format!("For all {count} results")><Buttons name="all" count={let count = count.to_string(); move || count.clone()}/></div>
                <p class="text-muted">"Runs in the background. One Undo takes back all labels; a recheck cannot be undone. Decisions that colleagues make meanwhile are kept."</p>
            </div>
        </details>
    })
}
