//! What another threshold would do to what moderators have labelled.

use domain::{
    paging::grouped,
    search::{ScoreTest, State, TermKind},
    statistics::{Confusion, Example, Share},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, components::Form, hooks::use_navigate};

use super::links::{Links, label, labelled, term};
use crate::{
    components::{
        ErrorPanel,
        chart::{Cell, Figures, Table},
        classes::{BUTTON, CARD},
    },
    server_fns::stats::{Asked, WhatIfReport, get_what_if},
    zone::exact,
};

/// The form and what comes of it. The form stays as it is while figures come, so that the keyboard stays on it.
#[component]
pub(super) fn WhatIfPanel(
    /// What the address asks for.
    asked: Memo<Asked>,
    /// The upstream's threshold.
    current: Option<f64>,
) -> impl IntoView {
    let report = Resource::new_blocking(move || asked.get(), get_what_if);
    let now = asked.get_untracked();
    let tried = RwSignal::new(now.threshold().unwrap_or_else(|| points(current)));
    view! {
        <section class=format!("{CARD} mt-4") aria-labelledby="what-if">
            <h2 class="font-semibold" id="what-if">"Try another threshold"</h2>
            <p class="text-sm text-muted mb-3">
                "Counted on what moderators have labelled. The built-in detector's threshold is set in Settings. ActiveLayer's cannot be moved; an app can decide by the score instead, and this says where."
            </p>
            <Threshold asked=asked tried=tried/>
            <Transition>
                {move || Suspend::new(async move {
                    match report.await {
                        Ok(report) => view! { <Tried report=report tried=tried/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

/// Whole points of a threshold.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn points(threshold: Option<f64>) -> u8 {
    threshold.unwrap_or(50.0).round().clamp(0.0, 100.0) as u8
}

#[component]
fn Threshold(asked: Memo<Asked>, tried: RwSignal<u8>) -> impl IntoView {
    let navigate = use_navigate();
    let now = asked.get_untracked();
    let first = tried.get_untracked();
    let kept: Vec<_> =
        [("range", now.range), ("from", now.from), ("to", now.to), ("site", now.site), ("q", now.q)]
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect();
    let changed = move |event: leptos::ev::Event| {
        let asked = Asked { threshold: event_target_value(&event), ..asked.get_untracked() };
        let options = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
        navigate(&asked.address("/stats"), options);
    };
    view! {
        <Form method="GET" action="/stats" attr:class="flex flex-wrap items-end gap-3 mb-3">
            {kept}
            <div class="flex flex-col gap-1 flex-1 min-w-0 max-w-md">
                <label class="text-sm" for="threshold">
                    "Spam from a score of "<span class="font-semibold tabular-nums">{move || tried.get()}</span>" on"
                </label>
                <input
                    class="w-full accent-accent"
                    id="threshold"
                    name="threshold"
                    type="range"
                    min="0"
                    max="100"
                    step="1"
                    value=first.to_string()
                    on:input=move |event| {
                        if let Ok(points) = event_target_value(&event).parse() {
                            tried.set(points);
                        }
                    }
                    on:change=changed
                />
            </div>
            <button class=BUTTON type="submit">"Try it"</button>
        </Form>
    }
}

#[component]
fn Tried(report: WhatIfReport, tried: RwSignal<u8>) -> impl IntoView {
    let rows = report.what_if.rows;
    let cover = if rows == 0 {
        "Nothing is labelled in these days: label some first, for instance in Review.".into_any()
    } else {
        let links = Links { scope: &report.scope, since: report.what_if.since };
        let address = links.days(report.days, [labelled()]);
        let (which, words) = match report.what_if.since {
            Some(since) => {
                ("The newest ", format!(" labelled checks of these days: all since {}.", exact(since)))
            }
            None => ("All ", " labelled checks of these days.".to_owned()),
        };
        view! {
            {which}
            <a class="underline decoration-dotted hover:text-accent" href=address data-count=rows.to_string()>{grouped(rows)}</a>
            {words}
        }
        .into_any()
    };
    let shown = StoredValue::new(report.clone());
    let figures = move || {
        let table = shown.with_value(|report| outcome(report, tried.get()));
        view! { <Figures table=table caption="What the upstream said and what the threshold would say".to_owned()/> }
    };
    view! {
        <p class="text-sm text-muted mb-2">{cover}</p>
        {figures}
        <Use report=report.clone() tried=tried/>
        <Examples report=report/>
    }
}

/// The way from a threshold that was tried to the setting; nothing where none can be set.
#[component]
fn Use(report: WhatIfReport, tried: RwSignal<u8>) -> impl IntoView {
    let site = report.scope.site.clone();
    if !report.is_embedded || site.as_deref() == Some("") {
        return None;
    }
    let whose = site.clone().unwrap_or_else(|| "all sites".to_owned());
    let address = move || domain::own_threshold::setting(site.as_deref(), tried.get());
    Some(view! {
        <p class="mt-3 text-sm">
            <a class="text-accent underline" href=address>{move || format!("Set {} as the threshold of {whose}", tried.get())}</a>
            " (administrators)"
        </p>
    })
}

fn share(share: Option<Share>) -> String {
    share.map_or_else(|| "–".to_owned(), Share::words)
}

/// The verdicts as they were, beside those of the threshold.
fn outcome(report: &WhatIfReport, threshold: u8) -> Table {
    let links = Links { scope: &report.scope, since: report.what_if.since };
    let is = |state| term(TermKind::Is(state));
    let over = term(TermKind::Score(ScoreTest::AtLeast(f64::from(threshold))));
    let under = term(TermKind::Score(ScoreTest::Under(f64::from(threshold))));
    let link = |called, is_spam| links.days(report.days, [called, label(is_spam)]);
    let row = |name: String, counts: Confusion, spam: domain::search::Term, ham: domain::search::Term| {
        vec![
            Cell::words(name),
            Cell::words(share(counts.precision())),
            Cell::words(share(counts.recall())),
            Cell::count(counts.false_alarms, link(spam.clone(), false)),
            Cell::count(counts.missed, link(ham.clone(), true)),
            Cell::count(counts.caught, link(spam, true)),
            Cell::count(counts.passed, link(ham, false)),
        ]
    };
    let scores = &report.what_if.scores;
    let current = report.current.map_or_else(String::new, |threshold| format!(" (threshold {threshold})"));
    let actual = row(format!("As it was{current}"), scores.actual, is(State::Spam), is(State::Ham));
    let at = scores.at(threshold);
    let rows = vec![actual, row(format!("Spam from {threshold} on"), at, over, under)];
    Table {
        columns: vec![
            "Verdicts",
            "Precision",
            "Recall",
            "False positives",
            "False negatives",
            "Spam caught",
            "Ham passed",
        ],
        rows,
    }
}

/// Which verdicts would change.
#[component]
fn Examples(report: WhatIfReport) -> impl IntoView {
    let threshold = report.threshold;
    if report.what_if.examples.is_empty() {
        let none = format!("A threshold of {threshold} changes no verdict here.");
        return view! { <p class="mt-3 text-sm text-muted">{none}</p> }.into_any();
    }
    let links = Links { scope: &report.scope, since: report.what_if.since };
    let points = f64::from(threshold);
    let all = |state, test| {
        links.days(report.days, [labelled(), term(TermKind::Is(state)), term(TermKind::Score(test))])
    };
    let to_ham = all(State::Spam, ScoreTest::Under(points));
    let to_spam = all(State::Ham, ScoreTest::AtLeast(points));
    let lines: Vec<_> =
        report.what_if.examples.into_iter().map(|example| view! { <Changed example=example/> }).collect();
    view! {
        <h3 class="mt-3 mb-1 text-sm font-semibold">{format!("The newest that a threshold of {threshold} would change")}</h3>
        <p class="mb-1 text-sm text-muted">
            "All of them: "<a class="text-accent underline" href=to_ham>"spam that becomes ham"</a>", "
            <a class="text-accent underline" href=to_spam>"ham that becomes spam"</a>"."
        </p>
        <ul>{lines}</ul>
    }
    .into_any()
}

/// One of them.
#[component]
fn Changed(example: Example) -> impl IntoView {
    let word = |is_spam| if is_spam { "spam" } else { "ham" };
    let what = format!(
        "{:.1} points: {} becomes {}. Labelled {}, so that is {}.",
        example.score,
        word(example.is_spam),
        word(!example.is_spam),
        word(example.labelled_spam),
        if example.is_spam == example.labelled_spam { "worse" } else { "better" }
    );
    view! {
        <li class="py-2 border-t border-line">
            <a class="block hover:underline" href=format!("/detections/{}", example.id.0)>
                <span class="block text-sm text-muted tabular-nums">{what}</span>
                <span class="hostile block font-text" dir="auto">{domain::text::single_line(&example.excerpt)}</span>
            </a>
        </li>
    }
}
