//! New detections wait behind a button: the list never jumps under whoever reads it.

use domain::{BoundedCount, DetectionId, Order};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::log::LogState;
use crate::{
    components::classes::PRIMARY,
    decisions::Decisions,
    live::Live,
    server_fns::detections::{count_arrived, newest_detection},
};

/// "12 new": how many arrived that match the search; a click loads them.
#[component]
pub(super) fn Arrivals(
    /// What is searched.
    state: Memo<LogState>,
    /// Loads the list again.
    reload: RwSignal<usize>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let decisions = expect_context::<Decisions>();
    // What is newer than this has arrived since the list was loaded.
    let since = RwSignal::new(None::<DetectionId>);
    let waiting = RwSignal::new(None::<BoundedCount>);
    Effect::new(move |again: Option<()>| {
        let shown = decisions.shown.get();
        let is_top = state.with(|state| state.order() == Order::Newest && state.from.is_empty());
        waiting.set(None);
        let heard = live.arrived.get_untracked();
        match shown.first().filter(|_| is_top) {
            Some(first) => since.set(Some(DetectionId(*first))),
            // The first arrival brought this to life: it is new, and with it all that comes after.
            None if heard.is_some() => {
                let known = i64::from(again.is_none());
                since.set(heard.map(|id| DetectionId(id.0 - known)));
            }
            None => {
                spawn_local(async move {
                    if let Ok(newest) = newest_detection().await {
                        since.set(Some(newest));
                    }
                });
            }
        }
    });
    Effect::new(move |_| {
        let looks = live.looks.get();
        let arrived = live.arrived.get();
        let Some(since) = since.get() else { return };
        if looks == 0 && arrived <= Some(since) {
            return;
        }
        let q = state.with_untracked(|state| state.q.clone());
        spawn_local(async move {
            if let Ok(count) = count_arrived(q, since.0).await {
                waiting.set((count.count > 0).then_some(count));
            }
        });
    });
    let navigate = use_navigate();
    let load = move |_| {
        waiting.set(None);
        let now = state.get_untracked();
        let top = now.searching(&now.q).sorted(Order::Newest);
        reload.update(|reload| *reload += 1);
        if top != now {
            navigate(&top.address(None), NavigateOptions::default());
        }
    };
    view! {
        <div role="status">
            {move || {
                waiting.get().map(|count| {
                    view! { <button class=PRIMARY type="button" on:click=load.clone()>{format!("{count} new")}</button> }
                })
            }}
        </div>
    }
}
