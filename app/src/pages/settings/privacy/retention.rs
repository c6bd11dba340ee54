//! The rules by site, what they will let go of tonight, and the form that sets one.

use domain::{
    RetentionRule,
    forgetting::{Reached, RetentionForm, RuleReach},
    paging::grouped,
    time::minute,
};
use leptos::{ev::SubmitEvent, form::FromFormData, prelude::*};

use crate::{
    components::{
        ErrorPanel, TextField,
        classes::{BUTTON, CARD, PRIMARY},
        field_problem,
    },
    error::AppError,
    server_fns::privacy::{PrivacyReport, RemoveRetention, RetentionOutcome, SetRetention},
};

/// The rules as they stand.
#[component]
pub(super) fn Rules(report: PrivacyReport, remove: ServerAction<RemoveRetention>) -> impl IntoView {
    let PrivacyReport { rules, tonight, messages, writers } = report;
    let next = match (rules.is_empty(), messages + writers) {
        (true, _) => "There are no rules: everything is kept for good.".to_owned(),
        (false, 0) => format!("Nothing will be forgotten by {}.", minute(tonight)),
        (false, _) => format!(
            "{} messages will be forgotten by {}, and of {} detections, who wrote them.",
            grouped(messages),
            minute(tonight),
            grouped(writers)
        ),
    };
    let problem = move || remove.value().get().and_then(Result::err);
    let rows = rules.into_iter().map(|rule| view! { <One rule=rule remove=remove/> }).collect_view();
    view! {
        <section class=CARD aria-labelledby="kept">
            <h2 class="font-semibold mb-2" id="kept">"How long what is kept"</h2>
            <p>{next}</p>
            <div aria-live="polite">{move || problem().map(|error| view! { <ErrorPanel error=error/> })}</div>
            <ul class="mt-2">{rows}</ul>
        </section>
    }
}

/// The site that a rule is for.
fn whose(site: Option<&str>) -> String {
    site.map_or_else(|| "All sites without a rule of their own".to_owned(), str::to_owned)
}

#[component]
fn One(rule: RetentionRule, remove: ServerAction<RemoveRetention>) -> impl IntoView {
    let RetentionRule { site, content_days, personal_days } = rule;
    let kept = |days: Option<u32>| match days {
        None => "for good".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{} days", grouped(days.into())),
    };
    let whose = whose(site.as_deref());
    let label = format!("Remove the rule of {whose}");
    view! {
        <li class="border-t border-line py-2 flex flex-wrap items-start gap-x-4 gap-y-2">
            <div class="flex-1 min-w-60">
                <h3 class="font-medium break-all">{whose}</h3>
                <dl class="grid grid-cols-[8rem_1fr] gap-x-2 text-sm">
                    <dt class="text-muted">"Messages"</dt><dd>{kept(content_days)}</dd>
                    <dt class="text-muted">"Who wrote them"</dt><dd>{kept(personal_days)}</dd>
                </dl>
            </div>
            <ActionForm action=remove>
                <input type="hidden" name="site" value=site.unwrap_or_default()/>
                <button class=BUTTON aria-label=label>"Remove"</button>
            </ActionForm>
        </li>
    }
}

type Outcome = Result<RetentionOutcome, AppError>;

/// The form that sets a rule: first it is looked what the rule reaches, then that rule is set.
#[component]
pub(super) fn SetRule(
    set: ServerAction<SetRetention>,
    sent: Option<(RetentionForm, Outcome)>,
) -> impl IntoView {
    let (form, first) = sent.map_or_else(Default::default, |(form, outcome)| (form, Some(outcome)));
    let outcome = Signal::derive(move || set.value().get().or_else(|| first.clone()));
    let on_submit = move |event: SubmitEvent| {
        if let Ok(wish) = SetRetention::from_event(&event) {
            event.prevent_default();
            set.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let RetentionForm { site, content, personal } = form;
    view! {
        <section class=CARD aria-labelledby="set-rule">
            <h2 class="font-semibold mb-3" id="set-rule">"Set a rule"</h2>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings/privacy" on:submit=on_submit>
                <div class="md:col-span-2">
                    <TextField name="site" form_name="retention[site]" label="Site (blank: all that have no rule of their own)" value=site placeholder="shop.example.com" problem=problem("site")/>
                </div>
                <TextField name="content" form_name="retention[content]" label="Forget messages after days (blank: never)" value=content placeholder="180" problem=problem("content")/>
                <TextField name="personal" form_name="retention[personal]" label="Forget who wrote them after days (blank: never)" value=personal placeholder="90" problem=problem("personal")/>
                <div class="md:col-span-2 flex flex-wrap items-center gap-3">
                    <button class=BUTTON name="wish" value="look" disabled=set.pending()>"See what it reaches"</button>
                    <span class="text-sm text-muted">"With messages goes the evidence that quotes them, and notes; with who wrote them, names, addresses and further fields."</span>
                </div>
            </form>
            <div aria-live="polite">
                {move || match outcome.get() {
                    Some(Ok(RetentionOutcome::Looked(form, reach))) => view! { <Looked form=form reach=reach set=set on_submit=on_submit/> }.into_any(),
                    Some(Ok(RetentionOutcome::Set)) => view! {
                        <p class="mt-3 font-medium text-ham">"The rule is set. What is due by it is forgotten within minutes, and then once a day."</p>
                    }.into_any(),
                    Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                    Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
                }}
            </div>
        </section>
    }
}

/// What a rule would reach, and the button that sets it as it was looked at.
#[component]
fn Looked(
    form: RetentionForm,
    reach: RuleReach,
    set: ServerAction<SetRetention>,
    on_submit: impl Fn(SubmitEvent) + 'static,
) -> impl IntoView {
    let RetentionForm { site, content, personal } = form;
    let line = |what: &str, reached: Option<Reached>| {
        reached.map(|Reached { before, detections }| {
            let words = format!("{what}: {detections} detections are from before {before}.");
            view! { <li>{words}</li> }
        })
    };
    let whose = whose(Some(site.trim()).filter(|site| !site.is_empty()));
    view! {
        <div class="mt-4 rounded-lg border border-unsure bg-unsure-soft p-4">
            <h3 class="font-semibold break-all">{whose}</h3>
            <ul class="mt-1 list-disc pl-5">
                {line("Messages that are forgotten at once", reach.content)}
                {line("Who wrote them, forgotten at once", reach.personal)}
            </ul>
            <p class="mt-1 text-sm text-muted">"Those of which it is forgotten already are counted, too. It cannot be brought back."</p>
            <form class="mt-3" method="post" action="/settings/privacy" on:submit=on_submit>
                <input type="hidden" name="retention[site]" value=site/>
                <input type="hidden" name="retention[content]" value=content/>
                <input type="hidden" name="retention[personal]" value=personal/>
                <button class=PRIMARY name="wish" value="set" disabled=set.pending()>"Set this rule"</button>
            </form>
        </div>
    }
}
