//! What the file knew, beside what the verdicts say, and the decisions that it became.

use domain::{Import, KnownLabels, TakingBack, paging::grouped};
use leptos::prelude::*;

use super::page::Actions;
use crate::components::{
    SessionResource,
    classes::{BUTTON, CARD},
};

/// The section.
#[component]
pub(super) fn Agreement(import: Import, actions: Actions, may: bool) -> impl IntoView {
    let labels = import.labels;
    let agreement = labels.agreement().map_or("–".to_owned(), |percent| format!("{percent:.1} %"));
    let row = |label: &'static str, spam: u64, ham: u64| {
        view! {
            <tr class="border-t border-line">
                <th class="text-left font-normal py-1 pr-4" scope="row">{label}</th>
                <td class="text-right pr-4">{grouped(spam)}</td>
                <td class="text-right">{grouped(ham)}</td>
            </tr>
        }
    };
    // Only decisions can be searched for.
    let is_disputed = labels.set > labels.undone && labels.spam_missed + labels.ham_accused > 0;
    let disputed = is_disputed.then(|| {
        let href = format!("/detections?q=import%3A{}%20is%3Adisputed", import.id.0);
        view! { <a class="text-accent underline" href=href>"See where they disagree"</a> }
    });
    view! {
        <section class=format!("{CARD} mt-4") aria-labelledby="agreement">
            <h2 class="font-semibold mb-2" id="agreement">"Labels of the file, beside the verdicts"</h2>
            <p>
                <span class="text-2xl font-semibold tabular-nums">{agreement}</span>
                " of "{grouped(labels.compared())}" labelled rows were judged as the file says. "{disputed}
            </p>
            <table class="mt-3 max-w-md w-full text-sm tabular-nums">
                <thead>
                    <tr class="text-muted">
                        <th class="text-left font-normal" scope="col">"The file says"</th>
                        <th class="text-right font-normal pr-4" scope="col">"Judged spam"</th>
                        <th class="text-right font-normal" scope="col">"Judged ham"</th>
                    </tr>
                </thead>
                <tbody>
                    {row("spam", labels.spam_found, labels.spam_missed)}
                    {row("ham", labels.ham_accused, labels.ham_passed)}
                </tbody>
            </table>
            <Taken import=import actions=actions may=may/>
        </section>
    }
}

/// What became of the labels, with the button that takes them back.
#[component]
fn Taken(import: Import, actions: Actions, may: bool) -> impl IntoView {
    let Import { id, labels, plan, .. } = import;
    let taken = plan.labels?;
    let session = expect_context::<SessionResource>();
    let pending = actions.turn.pending();
    let button = (may && labels.taking_back.is_none()).then(|| {
        view! {
            <Suspense>
                {move || Suspend::new(async move {
                    let is_theirs = session.await.is_ok_and(|session| session.user.is_some_and(|user| user.id == taken.by));
                    is_theirs.then(|| view! {
                        <ActionForm action=actions.turn attr:class="mt-3">
                            <input type="hidden" name="id" value=id.0.to_string()/>
                            <button class=BUTTON name="what" value="undo-labels" disabled=pending>"Take these labels back"</button>
                        </ActionForm>
                    })
                })}
            </Suspense>
        }
    });
    Some(view! { <p class="mt-3 text-sm tabular-nums">{taken_words(&labels, taken.tell)}</p> {button} })
}

fn taken_words(labels: &KnownLabels, tell: bool) -> String {
    let (set, undone) = (grouped(labels.set), grouped(labels.undone));
    match labels.taking_back {
        None if tell => format!("{set} labels were taken over as decisions, and are sent as feedback."),
        None => format!("{set} labels were taken over as decisions; no feedback is sent."),
        Some(TakingBack::Undoing) => format!("{undone} of {set} labels are taken back so far."),
        Some(TakingBack::Undone) if labels.undone == labels.set => {
            format!("All {set} labels were taken back.")
        }
        Some(TakingBack::Undone) => {
            format!("{undone} of {set} labels were taken back; what was decided since stands.")
        }
    }
}
