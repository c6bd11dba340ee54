//! The message: as text, with its evidence marked and its addresses listed.

use domain::{DetectionStory, paging::grouped, text::addresses};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::HEADING_CLASS;
use crate::{
    components::{CopyButton, HostileText, Mark, Marked},
    pages::detections::log::LogState,
};

/// Addresses listed below a message.
const ADDRESSES_SHOWN: usize = 20;

/// The message, and what belongs to it.
#[component]
pub(super) fn Message(story: DetectionStory) -> impl IntoView {
    let query = use_query_map();
    let DetectionStory { detection, message_chars, language, matches, .. } = story;
    if let Some(gone) = detection.forgotten.content {
        return view! {
            <h3 class=HEADING_CLASS>"Message"</h3>
            <p class="rounded-md bg-raised p-3 text-muted">{gone.sentence("The message was")}</p>
        }
        .into_any();
    }
    let text = detection.content.message;
    let signals = detection.judgement.signals.into_iter();
    let found = matches.into_iter().map(|span| Marked {
        span,
        reason: "What you searched for".to_owned(),
        what: Mark::Match,
    });
    let evidence = signals.filter_map(|signal| {
        let what = if signal.weight >= 0.0 { Mark::ForSpam } else { Mark::ForHam };
        Some(Marked { span: signal.span?, reason: signal.description, what })
    });
    let marks = found.chain(evidence).collect::<Vec<_>>();
    let is_cut = text.chars().count() < message_chars;
    let id = detection.id.0;
    let show_all = is_cut.then(|| {
        let address = LogState::of(&query.read_untracked()).whole_address(id);
        view! {
            <p class="mt-2">
                <a class="text-accent underline" href=address>
                    {format!("Show all ({} characters)", grouped(message_chars as u64))}
                </a>
            </p>
        }
    });
    let spoken = language.as_ref().map(|language| {
        view! { <span class="font-normal">" · "{language.name.clone()}</span> }
    });
    view! {
        <div class="mt-5 mb-1 flex items-center justify-between gap-2">
            <h3 class="text-sm font-semibold text-muted">"Message"{spoken}</h3>
            <CopyButton text=text.clone() what="the message"/>
        </div>
        <div class="rounded-md bg-raised p-3 font-text overflow-hidden">
            <HostileText text=text.clone() marks=marks lang=language/>
            {show_all}
        </div>
        <Addresses text=text/>
    }
    .into_any()
}

/// The web addresses of the text, each to copy as it was written.
#[component]
fn Addresses(text: String) -> impl IntoView {
    let found = addresses(&text, ADDRESSES_SHOWN);
    if found.is_empty() {
        return None;
    }
    let items = found
        .into_iter()
        .map(|(shown, original)| {
            view! {
                <li class="flex items-start gap-2">
                    <span class="hostile min-w-0 break-all">{shown}</span>
                    <CopyButton text=original what="the address as it was written"/>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <h3 class=HEADING_CLASS>"Web addresses"</h3>
        <ul class="text-sm">{items}</ul>
    })
}
