//! The form that makes a rule.

use domain::{RuleAction, RuleForm as Typed};
use leptos::{ev, form::FromFormData, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{Changes, what_if::Figures};
use crate::{
    components::{
        ErrorPanel, SelectField, TextField,
        classes::{BUTTON, PRIMARY},
        field_problem,
    },
    error::AppError,
    server_fns::rules::{MakeRule, RuleOutcome, RuleSubmission},
};

#[component]
pub(super) fn RuleForm(changes: Changes, submission: Option<RuleSubmission>) -> impl IntoView {
    let make = changes.make;
    let (typed, first) = match submission {
        Some(RuleSubmission { form, outcome }) => (form, Some(outcome)),
        None => (asked(), None),
    };
    let outcome = Signal::derive(move || make.value().get().or_else(|| first.clone()));
    let problem = move |field| field_problem(outcome, field);
    let on_submit = move |event: ev::SubmitEvent| {
        if tries_only(&event) {
            return;
        }
        if let Ok(wish) = MakeRule::from_event(&event) {
            event.prevent_default();
            make.dispatch(wish);
        }
    };
    let actions = RuleAction::ALL.iter().rev().map(|action| (action.as_str(), action.title())).collect();
    let Typed { q, site, action, note, days, mode, .. } = typed;
    view! {
        <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/rules" on:submit=on_submit>
            <div class="md:col-span-2">
                <TextField name="q" form_name="rule[q]" label="What it applies to: a search" value=q required=true placeholder="email:*@example.com, ip:203.0.113.0/24, \"free money\"" problem=problem("q")/>
            </div>
            <SelectField id="action" name="rule[action]" label="What it does" chosen=action options=actions problem=problem("action")/>
            <TextField name="site" form_name="rule[site]" label="Site (blank: all)" value=site placeholder="shop.example.com" problem=problem("site")/>
            <TextField name="note" form_name="rule[note]" label="Why (for your colleagues)" value=note problem=problem("note")/>
            <TextField name="days" form_name="rule[days]" label="Ends after so many days (blank: never)" value=days problem=problem("days")/>
            <label class="md:col-span-2 flex items-center gap-2">
                <input type="checkbox" name="rule[mode]" value="watched" checked=mode == "watched"/>
                "Only watch for now: it decides nothing, and shows what it would have done"
            </label>
            <div class="md:col-span-2" aria-live="polite">{move || outcome.get().map(|outcome| view! { <Outcome outcome=outcome/> })}</div>
            <div class="md:col-span-2 flex flex-wrap gap-2">
                <button class=PRIMARY disabled=make.pending()>"Make rule"</button>
                <button class=BUTTON formmethod="get" formaction="/rules" formnovalidate=true>"Try it on the last 30 days"</button>
            </div>
        </form>
        <dl class="mt-4 grid gap-x-4 gap-y-1 sm:grid-cols-[8rem_1fr] text-sm text-muted">
            {RuleAction::ALL.iter().rev().map(|action| view! {
                <dt class="font-medium text-ink">{action.title()}</dt>
                <dd>{action.meaning()}</dd>
            }).collect_view()}
        </dl>
    }
}

/// Whether the button was pressed that only tries.
fn tries_only(event: &ev::SubmitEvent) -> bool {
    event.submitter().is_some_and(|button| button.has_attribute("formmethod"))
}

/// What the address fills in: a row of the log and the log's search lead here, and the button that tries.
fn asked() -> Typed {
    let query = use_query_map().read_untracked();
    let field =
        |name: &str| query.get(name).or_else(|| query.get(&format!("rule[{name}]"))).unwrap_or_default();
    let action = Some(field("action"))
        .filter(|action| !action.is_empty())
        .unwrap_or_else(|| RuleAction::Spam.to_string());
    Typed {
        q: field("q"),
        site: field("site"),
        action,
        note: field("note"),
        days: field("days"),
        mode: field("mode"),
        sure: String::new(),
    }
}

#[component]
fn Outcome(outcome: Result<RuleOutcome, AppError>) -> impl IntoView {
    match outcome {
        Ok(RuleOutcome::Made(id)) => view! {
            <p class="font-medium text-ham">{format!("Rule {id} is made. It counts from now on.")}</p>
        }
        .into_any(),
        Ok(RuleOutcome::Unsure(what_if)) => view! {
            <div class="rounded-md border border-unsure p-3">
                <p class="font-medium mb-2">"The rule is not made yet: it is broad, or moderators labelled some of these otherwise. Look at what it finds first."</p>
                <Figures what_if=what_if/>
                <label class="mt-2 flex items-center gap-2">
                    <input type="checkbox" name="rule[sure]" value="yes"/>
                    "I have looked at them; make the rule all the same"
                </label>
            </div>
        }
        .into_any(),
        Err(AppError::Invalid(_)) => ().into_any(),
        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
    }
}
