//! From which score on the embedded detector calls a message spam: here, and on sites where it is to be otherwise.

use domain::{OwnThreshold, ThresholdForm, USUAL_THRESHOLD};
use leptos::{form::FromFormData, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        ErrorPanel, TextField,
        classes::{BUTTON, CARD, PRIMARY},
        field_problem,
    },
    error::AppError,
    server_fns::thresholds::{
        OwnThresholds, RemoveThreshold, SetThreshold, ThresholdSubmission, list_thresholds,
        submitted_threshold,
    },
};

type ThresholdsResource = Resource<Result<Option<OwnThresholds>, AppError>>;

/// The section; nothing for those who are no administrators.
#[component]
pub(super) fn Thresholds() -> impl IntoView {
    let (set, remove) = (ServerAction::<SetThreshold>::new(), ServerAction::<RemoveThreshold>::new());
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_threshold().await.ok().flatten() } else { None } },
    );
    let thresholds = Resource::new_blocking(
        move || (set.version().get(), remove.version().get()),
        move |_| async move {
            // What the form made is to be in the list.
            let _ = submitted.await;
            list_thresholds().await
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let submission = submitted.await;
                match thresholds.await {
                    Ok(Some(_)) => view! { <Section thresholds=thresholds set=set remove=remove submission=submission/> }.into_any(),
                    _ => ().into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Section(
    thresholds: ThresholdsResource,
    set: ServerAction<SetThreshold>,
    remove: ServerAction<RemoveThreshold>,
    submission: Option<ThresholdSubmission>,
) -> impl IntoView {
    let problem = move || remove.value().get().and_then(Result::err);
    view! {
        <section class=CARD aria-labelledby="thresholds">
            <h2 class="font-semibold mb-2" id="thresholds">"Threshold of the built-in detector"</h2>
            <p class="mb-3 text-sm text-muted">
                {format!("A message is spam from a score of {USUAL_THRESHOLD} on, unless you set another here. Lower catches more spam and blocks more wanted messages. ")}
                <a class="underline" href="/stats#what-if">"Try thresholds on what was labelled"</a>
                " first. Verdicts that were given stay; ActiveLayer has its own threshold."
            </p>
            {move || problem().map(|error| view! { <ErrorPanel error=error/> })}
            <Transition>
                {move || Suspend::new(async move {
                    match thresholds.await {
                        Ok(Some(list)) => view! { <List list=list remove=remove/> }.into_any(),
                        Ok(None) => ().into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
            <NewThreshold set=set submission=submission/>
        </section>
    }
}

#[component]
fn List(list: OwnThresholds, remove: ServerAction<RemoveThreshold>) -> impl IntoView {
    let standing_in = (!list.is_embedded).then(|| {
        view! { <p class="mb-3">"ActiveLayer judges at present; these count where the built-in detector stands in for it."</p> }
    });
    if list.set.is_empty() {
        let words = format!("No other threshold is set: it is {USUAL_THRESHOLD} everywhere.");
        return view! { {standing_in}<p class="mb-3">{words}</p> }.into_any();
    }
    let rows = list.set.into_iter().map(|one| view! { <Row threshold=one remove=remove/> }).collect_view();
    view! {
        {standing_in}
        <table class="w-full text-sm">
            <thead>
                <tr class="text-left text-muted">
                    <th class="font-medium py-1 pr-4" scope="col">"Site"</th>
                    <th class="font-medium pr-4" scope="col">"Spam from"</th>
                    <th class="font-medium" scope="col"><span class="sr-only">"Remove"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(threshold: OwnThreshold, remove: ServerAction<RemoveThreshold>) -> impl IntoView {
    let OwnThreshold { site, points } = threshold;
    let whose = site.clone().unwrap_or_else(|| "all other sites".to_owned());
    view! {
        <tr class="border-t border-line">
            <th class="text-left font-medium py-2 pr-4 break-all" scope="row">{whose.clone()}</th>
            <td class="pr-4 tabular-nums">{points}</td>
            <td>
                <ActionForm action=remove>
                    <button class=BUTTON name="site" value=site.unwrap_or_default() aria-label=format!("Remove the threshold of {whose}")>"Remove"</button>
                </ActionForm>
            </td>
        </tr>
    }
}

#[component]
fn NewThreshold(set: ServerAction<SetThreshold>, submission: Option<ThresholdSubmission>) -> impl IntoView {
    let (form, first) = submission.map_or_else(Default::default, |sent| (sent.form, Some(sent.outcome)));
    let outcome = Signal::derive(move || set.value().get().or_else(|| first.clone()));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = SetThreshold::from_event(&event) {
            event.prevent_default();
            set.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    // The what-if panel of the Stats page leads here with what was tried.
    let asked = use_query_map().read_untracked();
    let or_asked = |typed: String, name: &str| {
        if typed.is_empty() { asked.get(name).unwrap_or_default() } else { typed }
    };
    let ThresholdForm { site, points } = form;
    let (site, points) = (or_asked(site, "site"), or_asked(points, "threshold"));
    view! {
        <h3 class="font-medium mt-4 mb-2">"Set a threshold"</h3>
        <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings" on:submit=on_submit>
            <TextField name="threshold_site" form_name="threshold[site]" label="Site (blank: all others)" value=site placeholder="shop.example.com" problem=problem("site")/>
            <TextField name="points" form_name="threshold[points]" label="Spam from a score of (1 to 100)" value=points required=true problem=problem("points")/>
            <div><button class=PRIMARY disabled=set.pending()>"Set threshold"</button></div>
        </form>
        <div aria-live="polite">
            {move || match outcome.get() {
                Some(Ok(set)) => {
                    let whose = set.site.unwrap_or_else(|| "all sites without one of their own".to_owned());
                    view! { <p class="mt-2">{format!("From now on a message is spam from {} on: {whose}.", set.points)}</p> }.into_any()
                }
                Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
            }}
        </div>
    }
}
