//! The frame of the queue: its order is in the URL.

use domain::Order;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    progress::{ProgressBar, progress},
    queue::Queue,
};
use crate::{
    components::{ErrorPanel, FramePart},
    error::AppError,
    later::{Later, Part},
    pages::detections::NoteDraft,
    server_fns::{detections::get_related, review::next_to_review},
};

/// The page.
#[component]
pub(crate) fn ReviewPage() -> impl IntoView {
    let query = use_query_map();
    let value = move |key: &'static str| query.read().get(key).unwrap_or_default();
    let order = Memo::new(move |_| value("order").parse().unwrap_or(Order::Closest));
    let after = Memo::new(move |_| value("after"));
    let first = Resource::new_blocking(
        move || (order.get(), after.get()),
        |(order, after)| next_to_review(order.to_string(), after, 0),
    );
    let progress = progress();
    provide_context(NoteDraft::default());
    let under = RwSignal::new(None);
    let related = Resource::new(
        move || under.get(),
        move |id: Option<i64>| async move {
            let id = match id {
                Some(id) => Some(id),
                None => first.await.ok().flatten().map(|(story, _)| story.detection.id.0),
            };
            match id {
                Some(id) => get_related(id).await,
                None => Err(AppError::NotFound("detection".to_owned())),
            }
        },
    );
    view! {
        <div class="max-w-3xl mx-auto">
            <header class="flex flex-wrap items-center gap-x-6 gap-y-2 sm:mb-4">
                // On a phone the navigation says so, and the message needs the room.
                <h1 class="sr-only sm:not-sr-only text-xl font-semibold">"Review"</h1>
                <Orders order=order/>
            </header>
            <Later part=Part::Frame(FramePart::Notice)/>
            <ProgressBar progress=progress/>
            <Transition>
                {move || Suspend::new(async move {
                    match first.await {
                        Ok(item) => view! { <Queue first=item order=order.get_untracked() under=under related=related progress=progress/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
            <Title text="Review"/>
        </div>
    }
}

#[component]
fn Orders(order: Memo<Order>) -> impl IntoView {
    let orders = [
        (Order::Closest, "Least certain first"),
        (Order::Newest, "Newest first"),
        (Order::Score, "Highest score first"),
    ]
    .map(|(one, words)| {
        let current = move || (order.get() == one).then_some("true");
        view! {
            <a
                class="order"
                href=format!("/review?order={one}")
                aria-current=current
            >
                {words}
            </a>
        }
    });
    view! { <nav class="flex flex-wrap gap-4" aria-label="Order">{orders.collect_view()}</nav> }
}
