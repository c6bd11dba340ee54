//! A sender's page: everything of one address, domain, network or link, and the rules that can be made of it.

use domain::{
    Facet, Facets, Label, Rule, RuleAction, SearchQuery, paging::grouped, rule::making, text::single_line,
};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{
        ErrorPanel, TimeAgo, VerdictBadge,
        classes::{BUTTON, CARD},
    },
    server_fns::senders::{SenderReport, get_sender},
};

/// The page.
#[component]
pub(crate) fn SenderPage(
    /// The search of one term that finds them.
    of: Memo<String>,
) -> impl IntoView {
    let report = Resource::new_blocking(move || of.get(), get_sender);
    view! {
        <Title text="Sender"/>
        <h1 class="text-xl font-semibold mb-1">"Sender"</h1>
        <Suspense>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => view! { <Report report=report/> }.into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Report(report: SenderReport) -> impl IntoView {
    let SenderReport { search, facets, newest, rules } = report;
    let query = SearchQuery::parse(&search).unwrap_or_default();
    let count = format!("{}{}", if facets.complete { "" } else { "at least " }, grouped(facets.counted));
    let rule = |action: RuleAction| {
        let words = format!("Make a rule: {}", action.title());
        view! { <a class=BUTTON href=making(&search, action)>{words}</a> }
    };
    let buttons = [RuleAction::Spam, RuleAction::Ham, RuleAction::Review].map(rule).collect_view();
    let is_empty = newest.is_empty();
    let lines = newest
        .into_iter()
        .map(|row| {
            view! {
                <li class="border-t border-line">
                    <a class="flex items-center gap-2 py-1 text-sm hover:bg-raised" href=format!("/detections/{}", row.id.0)>
                        <VerdictBadge verdict=Label::from_is_spam(row.is_spam) judged_by=row.judged_by/>
                        <span class="hostile flex-1 min-w-0 truncate" dir="auto">{single_line(&row.excerpt)}</span>
                        <span class="shrink-0 text-muted">{row.site.unwrap_or_default()}</span>
                        <span class="shrink-0 text-xs text-muted"><TimeAgo time=row.created_at/></span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <p class="mb-4"><code class="hostile break-all">{search.clone()}</code>": "<a class="text-accent underline" href=query.address()>{count}" in the log"</a></p>
        <div class="mb-4 flex flex-wrap gap-2">{buttons}</div>
        <div class="grid gap-4 md:grid-cols-2 xl:grid-cols-4 max-w-6xl">
            {[(Facet::Verdict, "Verdict"), (Facet::Label, "Moderators' label"), (Facet::App, "What apps said"), (Facet::Site, "Site")]
                .map(|(facet, title)| view! { <Shares facets=facets.clone() facet=facet title=title query=query.clone()/> })
                .collect_view()}
        </div>
        <Rules rules=rules/>
        <section class="mt-4 max-w-6xl rounded-lg border border-line bg-surface p-4" aria-labelledby="newest">
            <h2 class="font-semibold mb-2" id="newest">"The newest"</h2>
            {is_empty.then(|| view! { <p>"The log has nothing of it."</p> })}
            <ol>{lines}</ol>
        </section>
    }
}

/// How many have each value, and the way to just these.
#[component]
fn Shares(facets: Facets, facet: Facet, title: &'static str, query: SearchQuery) -> impl IntoView {
    let lines = facets
        .of(facet)
        .map(|value| {
            let address = query.toggled(&value.term).address();
            view! {
                <li class="flex gap-3">
                    <a class="flex-1 min-w-0 truncate underline" href=address>{value.words()}</a>
                    <span class="tabular-nums">{grouped(value.count)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class=CARD>
            <h2 class="text-sm font-semibold text-muted mb-2">{title}</h2>
            <ul class="text-sm">{lines}</ul>
        </section>
    }
}

/// The rules that name the sender; nothing where none does.
#[component]
fn Rules(rules: Vec<Rule>) -> impl IntoView {
    (!rules.is_empty()).then(|| {
        let lines = rules
            .into_iter()
            .map(|rule| {
                let (id, words) = (rule.id.0, rule.words());
                view! {
                    <li><a class="text-accent underline" href=format!("/rules?id={id}")>{words}</a>": applied "{grouped(rule.hits)}" times"</li>
                }
            })
            .collect_view();
        view! {
            <section class="mt-4 max-w-6xl rounded-lg border border-line bg-surface p-4" aria-labelledby="sender-rules">
                <h2 class="font-semibold mb-2" id="sender-rules">"Rules"</h2>
                <ul class="text-sm">{lines}</ul>
            </section>
        }
    })
}
