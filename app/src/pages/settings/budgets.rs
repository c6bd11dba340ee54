//! Budgets: how much a site or an app may spend, and how much it has.

use domain::{BudgetForm, BudgetScope, BudgetSpan, BudgetStanding, paging::grouped};
use leptos::{
    form::{ActionForm, FromFormData},
    prelude::*,
};

use crate::{
    components::{
        ErrorPanel, SelectField, TextField,
        classes::{BUTTON, CARD, PRIMARY},
        field_problem,
    },
    error::AppError,
    forms::times_done,
    server_fns::budgets::{
        BudgetLine, BudgetSubmission, RemoveBudget, SetBudget, list_budgets, submitted_budget,
    },
    zone::minute,
};

type BudgetsResource = Resource<Result<Option<Vec<BudgetLine>>, AppError>>;

/// The section; nothing for those who are no administrators.
#[component]
pub(super) fn Budgets() -> impl IntoView {
    let (set, remove) = (ServerAction::<SetBudget>::new(), ServerAction::<RemoveBudget>::new());
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_budget().await.ok().flatten() } else { None } },
    );
    let kept = times_done(*set, |_| true);
    let budgets = Resource::new_blocking(
        move || (kept.get(), remove.version().get()),
        move |_| async move {
            // What the form made is to be in the list.
            let _ = submitted.await;
            list_budgets().await
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let submission = submitted.await;
                match budgets.await {
                    Ok(Some(_)) => view! { <Section budgets=budgets set=set remove=remove submission=submission/> }.into_any(),
                    _ => ().into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Section(
    budgets: BudgetsResource,
    set: ServerAction<SetBudget>,
    remove: ServerAction<RemoveBudget>,
    submission: Option<BudgetSubmission>,
) -> impl IntoView {
    let problem = move || remove.value().get().and_then(Result::err);
    view! {
        <section class=CARD aria-labelledby="budgets">
            <h2 class="font-semibold mb-2" id="budgets">"Budgets"</h2>
            <p class="mb-3 text-sm text-muted">
                "How many checks a site, or an app by its token, may spend. A soft budget opens an alert when it is spent; at a hard one the fallback of the token answers from there on, and imports of the site wait. What was asked for and not answered counts as spent, since it may have been paid."
            </p>
            {move || problem().map(|error| view! { <ErrorPanel error=error/> })}
            <Transition>
                {move || Suspend::new(async move {
                    match budgets.await {
                        Ok(list) => view! { <List list=list.unwrap_or_default() remove=remove/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
            <NewBudget set=set submission=submission/>
        </section>
    }
}

#[component]
fn List(list: Vec<BudgetLine>, remove: ServerAction<RemoveBudget>) -> impl IntoView {
    if list.is_empty() {
        return view! { <p class="mb-3">"No budgets yet."</p> }.into_any();
    }
    let rows = list.into_iter().map(|line| view! { <Row line=line remove=remove/> }).collect_view();
    view! {
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label="List of budgets">
            <table class="w-full text-sm">
                <thead>
                    <tr class="text-left text-muted">
                        <th class="font-medium py-1 pr-4" scope="col">"Of"</th>
                        <th class="font-medium pr-4" scope="col">"Spent"</th>
                        <th class="font-medium pr-4" scope="col">"Per"</th>
                        <th class="font-medium pr-4" scope="col">"When spent"</th>
                        <th class="font-medium pr-4" scope="col">"Renews"</th>
                        <th class="font-medium" scope="col"><span class="sr-only">"Remove"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(line: BudgetLine, remove: ServerAction<RemoveBudget>) -> impl IntoView {
    let BudgetLine { standing: BudgetStanding { budget, spent, time }, is_of_no_token } = line;
    let class =
        if spent >= budget.checks { "pr-4 tabular-nums text-spam font-medium" } else { "pr-4 tabular-nums" };
    let figures = format!("{} of {}", grouped(spent), grouped(budget.checks));
    let left = if spent >= budget.checks { ", spent" } else { "" };
    let whose = format!("{} {}", budget.scope, budget.subject);
    let note = is_of_no_token.then(|| {
        view! { <p class="font-normal text-muted">"No token in force has this name."</p> }
    });
    view! {
        <tr class="border-t border-line">
            <th class="text-left font-medium py-2 pr-4 break-all" scope="row">{whose.clone()}{note}</th>
            <td class=class>{figures}{left}</td>
            <td class="pr-4">{budget.span.to_string()}</td>
            <td class="pr-4">{kind_words(budget.hard)}</td>
            <td class="pr-4 text-muted whitespace-nowrap">{minute(time.ends_at())}</td>
            <td>
                <ActionForm action=remove>
                    <button class=BUTTON name="id" value=budget.id.0 aria-label=format!("Remove the budget of {whose}")>"Remove"</button>
                </ActionForm>
            </td>
        </tr>
    }
}

#[component]
fn NewBudget(set: ServerAction<SetBudget>, submission: Option<BudgetSubmission>) -> impl IntoView {
    let (form, first) = submission.map_or_else(Default::default, |sent| (sent.form, Some(sent.outcome)));
    let outcome = Signal::derive(move || set.value().get().or_else(|| first.clone()));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = SetBudget::from_event(&event) {
            event.prevent_default();
            set.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let BudgetForm { scope, subject, span, checks, kind } = form;
    let scopes = [(BudgetScope::Site.as_str(), "Site"), (BudgetScope::Token.as_str(), "Token, by its name")];
    let spans = [
        (BudgetSpan::Period.as_str(), "The plan's period"),
        (BudgetSpan::Month.as_str(), "The calendar month"),
        (BudgetSpan::Day.as_str(), "The day (UTC)"),
    ];
    let kinds = [("soft", kind_words(false)), ("hard", kind_words(true))];
    view! {
        <h3 class="font-medium mt-4 mb-2">"New budget"</h3>
        <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings#budgets" on:submit=on_submit>
            <SelectField id="budget-scope" name="budget[scope]" label="Of a" chosen=scope options=scopes.to_vec() problem=problem("scope")/>
            <TextField name="subject" form_name="budget[subject]" label="Site or name of the token" value=subject placeholder="shop.example.com" required=true problem=problem("subject")/>
            <TextField name="checks" form_name="budget[checks]" label="Checks" value=checks placeholder="5000" required=true problem=problem("checks")/>
            <SelectField id="budget-span" name="budget[span]" label="Per" chosen=span options=spans.to_vec() problem=problem("span")/>
            <SelectField id="budget-kind" name="budget[kind]" label="At the limit" chosen=kind options=kinds.to_vec() problem=problem("kind")/>
            <div class="self-end"><button class=PRIMARY disabled=set.pending()>"Set budget"</button></div>
        </form>
        <div aria-live="polite">
            {move || match outcome.get() {
                Some(Ok(budget)) => view! {
                    <p class="mt-3 text-sm text-ham">"The budget of "{budget.subject}" is set."</p>
                }.into_any(),
                Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
            }}
        </div>
    }
}

/// What happens when a budget is spent.
fn kind_words(hard: bool) -> &'static str {
    if hard { "the fallback answers" } else { "an alert only" }
}
