//! The record of who did what.

mod entry;

use domain::{AuditCheck, AuditFilter, UserId, paging::grouped};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, location::Url};
use serde::{Deserialize, Serialize};

use crate::{
    components::{
        ErrorPanel,
        classes::{BUTTON, CARD, INPUT},
    },
    error::AppError,
    server_fns::audit::{AuditReport, check_audit, list_audit},
};

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Asked {
    who: String,
    action: String,
    before: String,
    check: bool,
}

impl Asked {
    /// The part of an address that says whose entries of which action are meant.
    fn filter(&self) -> String {
        format!("who={}&action={}", Url::escape(&self.who), Url::escape(&self.action))
    }
}

/// The page. Its filter is a plain form, so that an address says what is shown.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        let word = |name: &str| query.get(name).unwrap_or_default();
        let check = !word("check").is_empty();
        Asked { who: word("who"), action: word("action"), before: word("before"), check }
    });
    let report = Resource::new_blocking(
        move || asked.get(),
        |asked| async move {
            let checked = if asked.check { Some(check_audit().await) } else { None };
            (list_audit(asked.who.clone(), asked.action.clone(), asked.before.clone()).await, checked, asked)
        },
    );
    view! {
        <Title text="Audit record"/>
        <p class="text-sm"><a class="text-accent underline" href="/settings">"Settings"</a></p>
        <h1 class="text-xl font-semibold mb-4">"Audit record"</h1>
        <Transition>
            {move || Suspend::new(async move {
                match report.await {
                    (Ok(report), checked, asked) => view! { <Record report=report checked=checked asked=asked/> }.into_any(),
                    (Err(error), ..) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Record(report: AuditReport, checked: Option<Result<AuditCheck, AppError>>, asked: Asked) -> impl IntoView {
    let AuditReport { events, next, names, actions } = report;
    let filter = asked.filter();
    let is_empty = events.is_empty();
    let rows = events
        .into_iter()
        .map(|event| view! { <entry::Entry event=event names=names.clone()/> })
        .collect_view();
    let file = |format: &str| format!("/settings/audit/file?format={format}&{filter}");
    let (csv, ndjson) = (file("csv"), file("ndjson"));
    view! {
        <div class="grid grid-cols-1 gap-4">
            <section class=CARD aria-label="Filter and files">
                <Filter asked=asked.clone() names=names actions=actions/>
                <p class="mt-3 flex flex-wrap items-center gap-4 text-sm">
                    <a class="text-accent underline" href=csv rel="external" download="">"Download as CSV"</a>
                    <a class="text-accent underline" href=ndjson rel="external" download="">"Download as NDJSON"</a>
                    <a class="text-accent underline" href=format!("/settings/audit?{filter}&check=yes")>"Check that nothing was changed"</a>
                </p>
                {checked.map(|checked| view! { <Checked checked=checked/> })}
            </section>
            <section class=CARD aria-label="Entries">
                {is_empty.then(|| view! { <p>"There is no such entry."</p> })}
                <div class="overflow-x-auto" tabindex="0" role="region" aria-label="List of entries" hidden=is_empty>
                    <table class="w-full text-sm">
                        <thead>
                            <tr class="text-left text-muted">
                                <th class="font-medium py-1 pr-4" scope="col">"When"</th>
                                <th class="font-medium pr-4" scope="col">"Who"</th>
                                <th class="font-medium pr-4" scope="col">"What"</th>
                                <th class="font-medium pr-4" scope="col">"To what"</th>
                                <th class="font-medium" scope="col">"Details"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <nav class="mt-4 flex gap-2" aria-label="Pages of the record">
                    {(!asked.before.is_empty()).then(|| view! { <a class=BUTTON href=format!("/settings/audit?{filter}")>"Newest"</a> })}
                    {next.map(|before| view! { <a class=BUTTON href=format!("/settings/audit?{filter}&before={before}")>"Older"</a> })}
                </nav>
            </section>
        </div>
    }
}

#[component]
fn Filter(asked: Asked, names: Vec<(UserId, String)>, actions: Vec<String>) -> impl IntoView {
    let people = names.into_iter().map(|(id, name)| (id.0.to_string(), name));
    let people = [(String::new(), "everybody".to_owned())]
        .into_iter()
        .chain(people)
        .chain([(AuditFilter::NOBODY.to_owned(), "nobody who was logged in".to_owned())]);
    let actions = actions.into_iter().map(|action| (action.clone(), entry::action_words(&action)));
    let actions = std::iter::once((String::new(), "everything".to_owned())).chain(actions);
    view! {
        <form class="flex flex-wrap items-end gap-3" method="get" action="/settings/audit">
            <div class="flex flex-col gap-1">
                <label class="text-sm font-medium" for="who">"Who"</label>
                <select class=INPUT id="who" name="who">{options(people, &asked.who)}</select>
            </div>
            <div class="flex flex-col gap-1">
                <label class="text-sm font-medium" for="action">"What"</label>
                <select class=INPUT id="action" name="action">{options(actions, &asked.action)}</select>
            </div>
            <button class=BUTTON>"Show"</button>
        </form>
    }
}

fn options(choices: impl Iterator<Item = (String, String)>, chosen: &str) -> AnyView {
    choices
        .map(|(word, words)| {
            let selected = word == chosen;
            view! { <option value=word selected=selected>{words}</option> }
        })
        .collect_view()
        .into_any()
}

/// What a check of the whole record came to.
#[component]
fn Checked(checked: Result<AuditCheck, AppError>) -> impl IntoView {
    let check = match checked {
        Ok(check) => check,
        Err(error) => return view! { <ErrorPanel error=error/> }.into_any(),
    };
    let entries = grouped(check.entries);
    let head = check.head.map(|(id, hash)| {
        view! {
            <p class="mt-1 text-sm text-muted">
                "Keep this elsewhere to prove later that nothing up to here was changed: entry "{id}", "<code class="break-all">{hash}</code>
            </p>
        }
    });
    if check.faults.is_empty() {
        let words = format!("All {entries} entries are as Gavel wrote them, and none is missing.");
        return view! { <div class="mt-3 rounded-lg border border-ham bg-ham-soft p-4" role="status"><p>{words}</p>{head}</div> }.into_any();
    }
    let faults = check.faults.into_iter().map(|fault| view! { <li>{fault.to_string()}</li> }).collect_view();
    view! {
        <div class="mt-3 rounded-lg border border-spam bg-spam-soft p-4" role="alert">
            <p>{format!("Somebody changed the record in the database ({entries} entries were looked at):")}</p>
            <ul class="mt-2 list-disc pl-5">{faults}</ul>
        </div>
    }
    .into_any()
}
