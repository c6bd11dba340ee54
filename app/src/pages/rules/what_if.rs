//! What a rule would have done.

use domain::{RuleAction, WhatIf, paging::grouped, rule::WHAT_IF_DAYS};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{ErrorPanel, classes::CARD},
    server_fns::rules::{Tried, try_rule},
};

/// What the rule of the address would have done; nothing when the address names none.
#[component]
pub(super) fn Trial() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let field = |name: &str| {
                query.get(name).or_else(|| query.get(&format!("rule[{name}]"))).unwrap_or_default()
            };
            (field("q"), field("site"), field("action"))
        })
    });
    let tried = Resource::new_blocking(
        move || asked.get(),
        |(q, site, action)| async move { if q.is_empty() { Ok(None) } else { try_rule(q, site, action).await } },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let action = asked.with_untracked(|(_, _, action)| action.parse().unwrap_or(RuleAction::Spam));
                match tried.await {
                    Ok(Some(tried)) => view! { <Shown tried=tried action=action/> }.into_any(),
                    Ok(None) => ().into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Shown(tried: Tried, action: RuleAction) -> impl IntoView {
    let Tried { search, what_if } = tried;
    let log = |more: &str| {
        let search = domain::SearchQuery::parse(&format!("{search} age:<{WHAT_IF_DAYS}d {more}"));
        search.unwrap_or_default().address()
    };
    let labelled = action.verdict().map(|verdict| {
        let (against, word) = if verdict.is_spam() { ("label:ham", "ham") } else { ("label:spam", "spam") };
        let wrong = what_if.wrong(action);
        let agrees = match what_if.precision(action) {
            Some(share) => format!("Labels agree with it in {}. ", share.words()),
            None => "None of them has a label yet. ".to_owned(),
        };
        let otherwise = (wrong > 0).then(|| {
            view! {
                <a class="font-medium text-unsure underline" href=log(against)>
                    {format!("{} that were labelled {word}", grouped(wrong))}
                </a>
                " would have been decided wrongly."
            }
        });
        view! { <p>{agrees}{otherwise}</p> }
    });
    view! {
        <section class=CARD aria-labelledby="what-if">
            <h2 class="font-semibold mb-2" id="what-if">{format!("What this would have done in the last {WHAT_IF_DAYS} days")}</h2>
            <p class="mb-2"><a class="text-accent underline" href=log("")><code class="hostile">{search.clone()}</code></a>": "{action.title()}</p>
            <Figures what_if=what_if/>
            {labelled}
            <p>{format!("It would have saved {} checks of ActiveLayer.", grouped(what_if.saved(action)))}</p>
        </section>
    }
}

/// How many it would have applied to, and what these were.
#[component]
pub(super) fn Figures(what_if: WhatIf) -> impl IntoView {
    let WhatIf { hits, complete, spam, ham, labelled_spam, labelled_ham, .. } = what_if;
    let at_least = if complete { "" } else { "At least " };
    view! {
        <p class="tabular-nums" data-hits=hits>
            {format!(
                "{at_least}{} submissions: {} with the verdict spam, {} ham; {} labelled spam, {} labelled ham.",
                grouped(hits), grouped(spam), grouped(ham), grouped(labelled_spam), grouped(labelled_ham),
            )}
        </p>
    }
}
