//! What came of the latest form.

use leptos::prelude::*;

use super::Outcome;
use crate::{
    components::{CopyButton, ErrorPanel, TimeAgo},
    error::AppError,
    server_fns::people::{PeopleOutcome, ShownLink},
};

/// The sentences, read out as they come. With JavaScript the focus goes there: the button that was pressed is gone with its row.
#[component]
pub(super) fn Said(outcome: Signal<Option<Outcome>>) -> impl IntoView {
    let place = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |before: Option<()>| {
        let is_new = outcome.with(|outcome| !matches!(outcome, None | Some(Err(AppError::Invalid(_)))));
        if before.is_some()
            && is_new
            && let Some(place) = place.get_untracked()
        {
            let _ = place.focus();
        }
    });
    view! {
        <div aria-live="polite" tabindex="-1" node_ref=place class="empty:hidden">
            {move || match outcome.get() {
                Some(Ok(outcome)) => view! { <Done outcome=outcome/> }.into_any(),
                Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Done(outcome: PeopleOutcome) -> impl IntoView {
    let PeopleOutcome { words, link } = outcome;
    view! {
        <div class="rounded-lg border border-ham bg-ham-soft p-4">
            <p>{words}</p>
            {link.map(|link| view! { <Link link=link/> })}
        </div>
    }
}

#[component]
fn Link(link: ShownLink) -> impl IntoView {
    let ShownLink { address, expires_at } = link;
    view! {
        <p class="mt-2 flex flex-wrap items-center gap-2">
            <code class="break-all">{address.clone()}</code>
            <CopyButton text=address words="Copy link"/>
        </p>
        <p class="mt-1 text-sm text-muted">"It ends "<TimeAgo time=expires_at/>"."</p>
    }
}
