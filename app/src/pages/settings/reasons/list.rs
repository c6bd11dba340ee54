//! The lists of reasons, and the form that changes one.

use domain::{Reason, ReasonList, ReasonListForm};
use leptos::{ev::SubmitEvent, form::FromFormData, prelude::*};
use leptos_router::hooks::use_query_map;

use super::Changes;
use crate::{
    components::{
        ErrorPanel, FieldProblem, TextField,
        classes::{BUTTON, CARD, PRIMARY, TEXTAREA},
        field_problem, textarea_text,
    },
    error::AppError,
    server_fns::reasons::SetReasons,
};

/// A form that was sent, and what became of it.
pub(super) type Sent<F> = Option<(F, Result<(), AppError>)>;

#[component]
pub(super) fn Lists(
    lists: Vec<ReasonList>,
    changes: Changes,
    may_change: bool,
    sent: Sent<ReasonListForm>,
) -> impl IntoView {
    let form = may_change.then(|| view! { <ListForm lists=lists.clone() changes=changes sent=sent/> });
    let cards = lists
        .into_iter()
        .map(|list| view! { <One list=list changes=changes may_change=may_change/> })
        .collect_view();
    let problem = move || changes.remove.value().get().and_then(Result::err);
    view! {
        <section class=CARD aria-labelledby="lists">
            <h2 class="font-semibold mb-2" id="lists">"Reasons"</h2>
            <div aria-live="polite">{move || problem().map(|error| view! { <ErrorPanel error=error/> })}</div>
            <ul>{cards}</ul>
        </section>
        {form}
    }
}

#[component]
fn One(list: ReasonList, changes: Changes, may_change: bool) -> impl IntoView {
    let whose = list.site.clone().unwrap_or_else(|| "All sites without a list of their own".to_owned());
    let required = if list.required { "Each label needs a reason." } else { "Reasons are optional." };
    let line = |words: &'static str, reasons: &[Reason]| {
        let reasons = reasons
            .iter()
            .map(|reason| {
                let found = reason.search().address();
                view! { <li><a class="text-accent underline hostile" href=found>{reason.name.clone()}</a></li> }
            })
            .collect_view();
        view! { <dt class="text-muted">{words}</dt><dd><ol class="flex flex-wrap gap-x-3">{reasons}</ol></dd> }
    };
    let change = list
        .site
        .as_deref()
        .map_or_else(|| "/settings/reasons".to_owned(), |site| format!("/settings/reasons?site={site}"));
    let remove = list.site.clone().map(|site| view! {
        <ActionForm action=changes.remove>
            <button class=BUTTON name="site" value=site.clone() aria-label=format!("Remove the list of {site}")>"Remove"</button>
        </ActionForm>
    });
    let buttons = may_change.then(|| view! {
        <div class="flex gap-2"><a class=BUTTON href=change rel="external" aria-label=format!("Change: {whose}")>"Change"</a>{remove}</div>
    });
    view! {
        <li class="border-t border-line py-2 flex flex-wrap items-start gap-x-4 gap-y-2">
            <div class="flex-1 min-w-60">
                <h3 class="font-medium break-all">{whose.clone()}</h3>
                <dl class="grid grid-cols-[3rem_1fr] gap-x-2 text-sm">{line("Spam", &list.spam)}{line("Ham", &list.ham)}</dl>
                <p class="text-sm text-muted">{required}</p>
            </div>
            {buttons}
        </li>
    }
}

#[component]
fn ListForm(lists: Vec<ReasonList>, changes: Changes, sent: Sent<ReasonListForm>) -> impl IntoView {
    let (form, first) = match sent {
        Some((form, outcome)) => (form, Some(outcome)),
        None => (asked(&lists), None),
    };
    let set = changes.set;
    let outcome = Signal::derive(move || set.value().get().or_else(|| first.clone()));
    let on_submit = move |event: SubmitEvent| {
        if let Ok(wish) = SetReasons::from_event(&event) {
            event.prevent_default();
            set.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let ReasonListForm { site, spam, ham, required } = form;
    view! {
        <section class=CARD aria-labelledby="set-list">
            <h2 class="font-semibold mb-3" id="set-list">"Change a list"</h2>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings/reasons" on:submit=on_submit>
                <div class="md:col-span-2">
                    <TextField name="reasons_site" form_name="list[site]" label="Site (blank: all that have no list of their own)" value=site placeholder="shop.example.com" problem=problem("site")/>
                </div>
                <Lines id="spam" name="list[spam]" label="Reasons for spam, one a line" typed=spam problem=problem("spam")/>
                <Lines id="ham" name="list[ham]" label="Reasons for ham, one a line" typed=ham problem=problem("ham")/>
                <label class="md:col-span-2 flex items-center gap-2">
                    <input class="w-4 h-4" type="checkbox" name="list[required]" value="yes" checked=required == "yes"/>
                    "Each label needs a reason"
                </label>
                <div class="md:col-span-2 flex flex-wrap items-center gap-3">
                    <button class=PRIMARY disabled=set.pending()>"Keep list"</button>
                    <span class="text-sm text-muted">"The first nine have the keys 1 to 9. Labels keep the reasons that they have."</span>
                </div>
            </form>
            <div aria-live="polite"><Said outcome=outcome words="The list is kept."/></div>
        </section>
    }
}

/// The list that the address names, or the one for all.
fn asked(lists: &[ReasonList]) -> ReasonListForm {
    let site = use_query_map().read_untracked().get("site");
    let list = domain::reason::list_for(lists, site.as_deref()).cloned().unwrap_or_default();
    let lines =
        |reasons: &[Reason]| reasons.iter().map(|reason| reason.name.as_str()).collect::<Vec<_>>().join("\n");
    ReasonListForm {
        site: site.or(list.site).unwrap_or_default(),
        spam: lines(&list.spam),
        ham: lines(&list.ham),
        required: if list.required { "yes" } else { "" }.to_owned(),
    }
}

/// Many lines of text.
#[component]
fn Lines(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    typed: String,
    problem: Signal<String>,
) -> impl IntoView {
    let typed = textarea_text(&typed);
    view! {
        <div class="flex flex-col gap-1">
            <label class="text-sm font-medium" for=id>{label}</label>
            <textarea class=TEXTAREA id=id name=name rows="8" aria-describedby=format!("{id}-problem") aria-invalid=move || (!problem.read().is_empty()).to_string()>{typed}</textarea>
            <FieldProblem name=id problem=problem/>
        </div>
    }
}

/// That it is done, or why not; what is wrong with fields stands beside them.
#[component]
pub(super) fn Said(outcome: Signal<Option<Result<(), AppError>>>, words: &'static str) -> impl IntoView {
    move || match outcome.get() {
        Some(Ok(())) => view! { <p class="mt-3 font-medium text-ham">{words}</p> }.into_any(),
        Some(Err(AppError::Invalid(_))) | None => ().into_any(),
        Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
    }
}
