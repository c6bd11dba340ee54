//! The rules there are, in the order in which they are tried.

use domain::{
    Rule, SearchQuery,
    paging::grouped,
    search::{Term, TermKind},
};
use leptos::prelude::*;

use super::{Changes, RulesResource};
use crate::{
    components::{
        ErrorPanel, TimeAgo,
        classes::{BUTTON, INPUT},
    },
    server_fns::rules::RulesReport,
};

#[component]
pub(super) fn RuleList(rules: RulesResource, changes: Changes, find: Memo<String>) -> impl IntoView {
    let problem = move || {
        let failed = [changes.watch.value().get(), changes.remove.value().get()];
        failed.into_iter().flatten().find_map(Result::err)
    };
    view! {
        <section class="mt-4 max-w-5xl rounded-lg border border-line bg-surface p-4" aria-labelledby="rules">
            <h2 class="font-semibold mb-1" id="rules">"Rules in the order in which they are tried"</h2>
            <p class="mb-3 text-sm text-muted">
                "The first that applies decides. The narrower stands above: a whole address above a network, that above a domain or words, more terms above fewer, one site above all. Where two are equally narrow, never spam comes first."
            </p>
            <div aria-live="polite">{move || problem().map(|error| view! { <ErrorPanel error=error/> })}</div>
            <Transition>
                {move || Suspend::new(async move {
                    match rules.await {
                        Ok(report) => view! { <Found report=report changes=changes find=find.get_untracked()/> }.into_any(),
                        // The page says it above.
                        Err(_) => ().into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Found(report: RulesReport, changes: Changes, find: String) -> impl IntoView {
    let RulesReport { rules, found, all, may_change } = report;
    if all == 0 {
        return view! { <p>"There are no rules yet."</p> }.into_any();
    }
    let shown = rules.len();
    let words = match (find.is_empty(), shown < found) {
        (true, false) => format!("{} rules.", grouped(found as u64)),
        (true, true) => {
            format!("The first {shown} of {} rules; find others by their words.", grouped(found as u64))
        }
        (false, false) => format!("{} of {} rules.", grouped(found as u64), grouped(all as u64)),
        (false, true) => format!("The first {shown} of {} that have these words.", grouped(found as u64)),
    };
    let rows = rules
        .into_iter()
        .map(|rule| view! { <Row rule=rule changes=changes may_change=may_change/> })
        .collect_view();
    view! {
        <form class="mb-3 flex flex-wrap items-center gap-2" method="get" action="/rules">
            <label class="text-sm font-medium" for="find">"Find a rule"</label>
            <span class="w-64"><input class=INPUT id="find" name="find" value=find/></span>
            <button class=BUTTON>"Find"</button>
            <span class="text-sm text-muted tabular-nums" role="status">{words}</span>
        </form>
        <ol>{rows}</ol>
    }
    .into_any()
}

#[component]
fn Row(rule: Rule, changes: Changes, may_change: bool) -> impl IntoView {
    let id = rule.id.0;
    let class = match rule.action.verdict() {
        Some(verdict) if verdict.is_spam() => "px-1.5 rounded text-sm font-semibold bg-spam-soft text-spam",
        Some(_) => "px-1.5 rounded text-sm font-semibold bg-ham-soft text-ham",
        None => "px-1.5 rounded text-sm font-semibold bg-raised text-ink border border-line",
    };
    let met = SearchQuery { terms: vec![Term { negated: false, kind: TermKind::Rule(Some(id)) }] }.address();
    let last = rule.last_hit_at.map(|time| view! { ", last "<TimeAgo time=time/> });
    let ends = rule.expires_at.map(|time| view! { " Ends "<TimeAgo time=time/>"." });
    let watched = rule
        .watched
        .then(|| view! { <strong class="text-unsure">" Only watched: it decides nothing."</strong> });
    let by = rule.created_by.clone().unwrap_or_else(|| "the command line".to_owned());
    let search = rule.search().to_string();
    let try_it = domain::rule::making(&search, rule.action);
    let note = (!rule.note.is_empty())
        .then(|| view! { <p class="text-sm hostile" dir="auto">{rule.note.clone()}</p> });
    view! {
        <li class="border-t border-line py-2 flex flex-wrap items-start gap-x-4 gap-y-1" data-rule=id>
            <div class="flex-1 min-w-60">
                <p><span class="text-muted tabular-nums">{id}</span>" "<span class=class>{rule.action.title()}</span>" "<code class="hostile break-words">{search}</code></p>
                {note}
                <p class="text-sm text-muted tabular-nums">
                    <a class="text-accent underline" href=met>{format!("Applied {} times", grouped(rule.hits))}</a>{last}
                    ". Made by "{by}" "<TimeAgo time=rule.created_at/>"."{ends}{watched}
                    " "<a class="text-accent underline" href=try_it>"Try it on the past"</a>
                </p>
            </div>
            {may_change.then(|| view! { <Buttons id=id watched=rule.watched changes=changes/> })}
        </li>
    }
}

#[component]
fn Buttons(id: i64, watched: bool, changes: Changes) -> impl IntoView {
    let words = if watched { "Let it decide" } else { "Only watch" };
    view! {
        <div class="flex gap-2">
            <ActionForm action=changes.watch>
                <input type="hidden" name="id" value=id/>
                <button class=BUTTON name="watched" value=(!watched).to_string() aria-label=format!("{words}: rule {id}")>{words}</button>
            </ActionForm>
            <ActionForm action=changes.remove>
                <button class=BUTTON name="id" value=id aria-label=format!("Remove rule {id}")>"Remove"</button>
            </ActionForm>
        </div>
    }
}
