//! Similar detections, and the history of sender and address.

use domain::{Alike, DetectionSummary, History, Label, Related, text::single_line};
use leptos::prelude::*;

use super::HEADING_CLASS;
use crate::{
    components::{TimeAgo, VerdictBadge},
    error::AppError,
    pages::detections::log::LogState,
};

/// What else the log knows.
#[component]
pub(super) fn RelatedDetections(related: Resource<Result<Related, AppError>>) -> impl IntoView {
    view! {
        <Suspense fallback=|| view! { <div class="mt-5 h-24 rounded-md bg-raised" aria-hidden="true"></div> }>
            {move || Suspend::new(async move {
                related.await.ok().map(|related| view! { <Found related=related/> })
            })}
        </Suspense>
    }
}

#[component]
fn Found(related: Related) -> impl IntoView {
    let Related { same_text, similar, sender, ip } = related;
    let summary = match (same_text.count, similar.len()) {
        (0, 0) => "Nothing like it in the log.".to_owned(),
        (0, _) => "Not the same text, but nearly.".to_owned(),
        (1, _) => "The same text came once more.".to_owned(),
        _ => format!("The same text came {same_text} more times."),
    };
    let similar = similar
        .into_iter()
        .map(|Alike { detection, percent }| {
            let likeness = if percent == 100 { "same text".to_owned() } else { format!("{percent} % alike") };
            view! { <Line detection=detection note=likeness/> }
        })
        .collect_view();
    view! {
        <h3 class=HEADING_CLASS>"Similar messages"</h3>
        <p class="text-sm text-muted">{summary}</p>
        <ul>{similar}</ul>
        {sender.map(|history| view! { <Past heading="From this sender" history=history/> })}
        {ip.map(|history| view! { <Past heading="From this IP address" history=history/> })}
    }
}

#[component]
fn Past(heading: &'static str, history: History) -> impl IntoView {
    let History { search, count, spam, latest } = history;
    if latest.is_empty() {
        return view! {
            <h3 class=HEADING_CLASS>{heading}</h3>
            <p class="text-sm text-muted">"Nothing else."</p>
        }
        .into_any();
    }
    let all = LogState::default().searching(&search).address(None);
    let only_spam = LogState::default().searching(&format!("{search} is:spam")).address(None);
    let lines = latest
        .into_iter()
        .map(|detection| view! { <Line detection=detection note=String::new()/> })
        .collect_view();
    view! {
        <h3 class=HEADING_CLASS>{heading}</h3>
        <p class="text-sm text-muted tabular-nums">
            <a class="text-accent underline" href=all>{count.to_string()}" detections"</a>
            ", of them "
            <a class="text-accent underline" href=only_spam>{spam.to_string()}" spam"</a>
            ". The latest:"
        </p>
        <ul>{lines}</ul>
    }
    .into_any()
}

/// One detection on a line: verdict, what was decided, text, time.
#[component]
fn Line(detection: DetectionSummary, note: String) -> impl IntoView {
    let verdict = Label::from_is_spam(detection.is_spam);
    let decided = match detection.label {
        Some(label) if label == verdict => format!("confirmed {label}"),
        Some(label) => format!("corrected to {label}"),
        None => String::new(),
    };
    let notes = [note, decided].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ");
    let notes =
        (!notes.is_empty()).then(|| view! { <span class="shrink-0 text-xs text-muted">{notes}</span> });
    view! {
        <li>
            <a
                class="flex items-center gap-2 py-1 px-1 -mx-1 rounded text-sm hover:bg-raised"
                href=format!("/detections/{}", detection.id.0)
            >
                <VerdictBadge verdict=verdict judged_by=detection.judged_by/>
                <span class="hostile flex-1 min-w-0 truncate" dir="auto">{single_line(&detection.excerpt)}</span>
                {notes}
                <span class="shrink-0 text-xs text-muted"><TimeAgo time=detection.created_at/></span>
            </a>
        </li>
    }
}
