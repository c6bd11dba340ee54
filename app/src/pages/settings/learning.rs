//! What the detector learnt from labels and feedback: how much, from whom, to take along, to forget.

use domain::Learnt;
use leptos::prelude::*;

use crate::{
    components::{
        ErrorPanel,
        classes::{BUTTON, CARD},
    },
    server_fns::lessons::{ForgetLessons, get_learnt},
};

/// The section; nothing for those who are no administrators.
#[component]
pub(super) fn Learning() -> impl IntoView {
    let forget = ServerAction::<ForgetLessons>::new();
    let learnt = Resource::new_blocking(move || forget.version().get(), |_| get_learnt());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match learnt.await {
                    Ok(Some(learnt)) => view! { <Section learnt=learnt forget=forget/> }.into_any(),
                    Ok(None) => ().into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Section(learnt: Learnt, forget: ServerAction<ForgetLessons>) -> impl IntoView {
    let problem = move || forget.value().get().and_then(Result::err);
    let body = if learnt.lessons == 0 {
        view! { <p>"Nothing yet. It learns from each label within seconds."</p> }.into_any()
    } else {
        view! { <Teachers learnt=learnt/><Forget forget=forget/> }.into_any()
    };
    view! {
        <section class=CARD aria-labelledby="learnt">
            <h2 class="font-semibold mb-2" id="learnt">"What the detector has learned"</h2>
            <p class="mb-3 text-sm text-muted">
                "Moderators' labels and apps' feedback correct the embedded detector where messages share words, links or sender with what was labelled. One person cannot outweigh another, and an app weighs less than a person, unless its token says that people decide. Made-up detections teach nothing."
            </p>
            {move || problem().map(|error| view! { <ErrorPanel error=error/> })}
            {body}
        </section>
    }
}

/// How many labels count, by whom.
#[component]
fn Teachers(learnt: Learnt) -> impl IntoView {
    let Learnt { lessons, teachers, of_others } = learnt;
    let row = |name: String, kind: &'static str, lessons: usize| {
        view! {
            <tr class="border-t border-line">
                <th class="text-left font-medium py-2 pr-4 break-all" scope="row">{name}</th>
                <td class="pr-4 text-muted">{kind}</td>
                <td class="text-right tabular-nums">{lessons}</td>
            </tr>
        }
    };
    let rows = teachers
        .into_iter()
        .map(|taught| row(taught.name, taught.kind.as_str(), taught.lessons))
        .collect_view();
    let others = (of_others > 0).then(|| row("everybody else".to_owned(), "", of_others));
    view! {
        <p class="mb-2">{labels(lessons)}</p>
        <table class="w-full text-sm">
            <thead>
                <tr class="text-left text-muted">
                    <th class="font-medium py-1 pr-4" scope="col">"Learned from"</th>
                    <th class="font-medium pr-4" scope="col">"Who"</th>
                    <th class="font-medium text-right" scope="col">"Labels"</th>
                </tr>
            </thead>
            <tbody>{rows}{others}</tbody>
        </table>
        <p class="mt-3">
            <a class=BUTTON href="/settings/lessons" rel="external" download="">"Download training data"</a>
            <span class="ml-3 text-sm text-muted">"Labelled messages, one a line (NDJSON)"</span>
        </p>
    }
}

fn labels(count: usize) -> String {
    if count == 1 { "It uses 1 decision.".to_owned() } else { format!("It uses {count} decisions.") }
}

#[component]
fn Forget(forget: ServerAction<ForgetLessons>) -> impl IntoView {
    let pending = forget.pending();
    view! {
        <h3 class="font-medium mt-4 mb-2">"Start over"</h3>
        <p class="mb-2 text-sm text-muted">
            "Labels and their history stay; the detector no longer goes by them, only by new ones. This cannot be undone."
        </p>
        <ActionForm action=forget>
            <label class="flex items-center gap-2 mb-3">
                <input type="checkbox" name="sure" value="yes" required/>
                "Yes, forget everything it has learned"
            </label>
            <button class=BUTTON disabled=pending>"Forget"</button>
        </ActionForm>
    }
}
