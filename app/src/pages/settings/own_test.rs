//! How good the embedded detector is here: measured on the labels of this installation.

use domain::{
    OwnTest, OwnTestReport, TestLine,
    paging::grouped,
    statistics::{Confusion, Share},
};
use leptos::prelude::*;

use crate::{
    components::{ErrorPanel, classes::CARD},
    server_fns::lessons::get_own_test,
    zone::exact,
};

/// The section; nothing for those who are no administrators.
#[component]
pub(super) fn TestOfOnesOwn() -> impl IntoView {
    let report = Resource::new_blocking(|| (), |()| get_own_test());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(Some(report)) => view! { <Section report=report/> }.into_any(),
                    Ok(None) => ().into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Section(report: OwnTestReport) -> impl IntoView {
    let OwnTestReport { test, under_way } = report;
    let wait = under_way.then(|| {
        view! { <p class="mb-3">"It is being measured. "<a class="underline" href="/settings#own-test" rel="external">"Look again"</a>"."</p> }
    });
    let figures = match test {
        Some(test) if test.all.detector.sum() > 0 => view! { <Figures test=test/> }.into_any(),
        Some(_) => {
            view! { <p>"Nothing is labelled yet: label some messages first, for instance in Review."</p> }
                .into_any()
        }
        None => ().into_any(),
    };
    view! {
        <section class=CARD aria-labelledby="own-test">
            <h2 class="font-semibold mb-2" id="own-test">"How good is the detector here?"</h2>
            <p class="mb-3 text-sm text-muted">
                "Each message that moderators labelled is judged by the built-in detector as it was before that label: it had learnt the labels before it, and not that one. The newest 5,000 labels count. In brackets is the interval in which the true share lies in 95 of 100 cases."
            </p>
            {wait}
            {figures}
        </section>
    }
}

#[component]
fn Figures(test: OwnTest) -> impl IntoView {
    let OwnTest { at, all, by_site, by_language } = test;
    let beside = (all.active_layer.sum() > 0).then(|| view! { <Beside line=all.clone()/> });
    view! {
        <p class="mb-2 text-sm text-muted">{format!("Measured {}.", exact(at))}</p>
        <Lines caption="All labels" lines=vec![all]/>
        {beside}
        <Lines caption="By site" lines=by_site/>
        <Lines caption="By language" lines=by_language/>
    }
}

/// The detector beside ActiveLayer, on what ActiveLayer judged.
#[component]
fn Beside(line: TestLine) -> impl IntoView {
    let named =
        |name: &str, detector: Confusion| TestLine { name: name.to_owned(), detector, ..TestLine::default() };
    let lines = vec![
        named("ActiveLayer", line.active_layer),
        named("Built-in detector, on the same", line.detector_beside),
    ];
    view! { <Lines caption="Beside ActiveLayer, on what it judged" lines=lines/> }
}

#[component]
fn Lines(caption: &'static str, lines: Vec<TestLine>) -> impl IntoView {
    let share = |share: Option<Share>| share.map_or_else(|| "–".to_owned(), Share::words);
    let row = |TestLine { name, detector, .. }: TestLine| {
        view! {
            <tr class="border-t border-line">
                <th class="text-left font-medium py-2 pr-4 break-words" scope="row">{name}</th>
                <td class="pr-4 text-right tabular-nums">{grouped(detector.sum())}</td>
                <td class="pr-4 text-right tabular-nums">{share(detector.accuracy())}</td>
                <td class="pr-4 text-right tabular-nums">{share(detector.false_positives())}</td>
                <td class="text-right tabular-nums">{share(detector.recall())}</td>
            </tr>
        }
    };
    view! {
        <div class="overflow-x-auto mt-3" tabindex="0" role="region" aria-label=caption>
            <table class="w-full text-sm">
                <caption class="text-left font-medium mb-1">{caption}</caption>
                <thead>
                    <tr class="text-muted">
                        <th class="text-left font-medium py-1 pr-4" scope="col">"Which"</th>
                        <th class="text-right font-medium pr-4" scope="col">"Labels"</th>
                        <th class="text-right font-medium pr-4" scope="col">"Right"</th>
                        <th class="text-right font-medium pr-4" scope="col">"Ham called spam"</th>
                        <th class="text-right font-medium" scope="col">"Spam caught"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
