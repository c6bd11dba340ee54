//! Who is here, what one did to many at once, and what was disputed last.

use domain::{
    BulkAction, Decided, DetectionSummary, Label, overview::Here, paging::grouped, text::single_line,
};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    components::{
        LabelBadge, TimeAgo,
        classes::{BUTTON, CARD},
    },
    decisions::Decisions,
    server_fns::labels::UndoLabel,
};

/// People with a page open.
#[component]
pub(super) fn WhoIsHere(here: Vec<Here>) -> impl IntoView {
    let people = here
        .into_iter()
        .map(|Here { name, reviews }| {
            view! { <li>{name}{reviews.then(|| view! { <span class="text-muted">" is reviewing"</span> })}</li> }
        })
        .collect::<Vec<_>>();
    let nobody = people.is_empty().then_some("Nobody has a page open.");
    view! {
        <section class=CARD aria-labelledby="here">
            <h2 class="font-semibold mb-2" id="here">"Who is here"</h2>
            <ul>{people.into_iter().collect_view()}</ul>
            <p class="text-sm text-muted empty:hidden">{nobody}</p>
        </section>
    }
}

/// What one did to many at once in the last day, each with its undo.
#[component]
pub(super) fn Lately(actions: Vec<BulkAction>) -> impl IntoView {
    if actions.is_empty() {
        return None;
    }
    let decisions = expect_context::<Decisions>();
    let rows = actions
        .into_iter()
        .map(|action| {
            let key = Decided::Bulk(action.id).to_string();
            let wanted = key.clone();
            let label = action.kind.label().map(|label| label.to_string()).unwrap_or_default();
            let undo = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                decisions.undo_one(wanted.clone());
            };
            view! {
                <li class="flex flex-wrap items-center justify-between gap-2 py-2 border-t border-line">
                    <span>{format!("Marked {} as {label} ", grouped(action.done))}<span class="text-sm text-muted"><TimeAgo time=action.created_at/></span></span>
                    <form method="post" action=UndoLabel::url() on:submit=undo>
                        <input type="hidden" name="key" value=key/>
                        <button class=BUTTON aria-label=format!("Undo: marked {} as {label}", grouped(action.done))>"Undo"</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <section class=CARD aria-labelledby="lately">
            <h2 class="font-semibold mb-2" id="lately">"Your bulk actions of the last day"</h2>
            <ul>{rows}</ul>
        </section>
    })
}

/// The newest detections that a moderator decided otherwise than the verdict.
#[component]
pub(super) fn Disputes(rows: Vec<DetectionSummary>) -> impl IntoView {
    if rows.is_empty() {
        return None;
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            let verdict = Label::from_is_spam(row.is_spam);
            let text: String = single_line(&row.excerpt).chars().take(90).collect();
            view! {
                <li class="py-2 border-t border-line">
                    <a class="block hover:underline hostile break-words" dir="auto" href=format!("/detections/{}?q=is%3Adisputed", row.id.0)>
                        {if text.is_empty() { "no message".to_owned() } else { text }}
                    </a>
                    <p class="flex flex-wrap items-center gap-2 text-sm text-muted">
                        {row.label.map(|label| view! { <LabelBadge label=label verdict=verdict by=row.labelled_by/> })}
                        <TimeAgo time=row.created_at/>
                    </p>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <section class=CARD aria-labelledby="disputes">
            <h2 class="font-semibold mb-2" id="disputes">"Newest corrections"</h2>
            <ul>{rows}</ul>
            <p class="mt-2 text-sm"><a class="text-accent underline" href="/detections?q=is%3Adisputed">"All that were corrected"</a></p>
        </section>
    })
}
