//! Rules: what is decided before anybody is asked, and before anything is spent.

mod file;
mod form;
mod list;
mod what_if;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::sender::SenderPage;
use crate::{
    components::{ErrorPanel, classes::CARD},
    error::AppError,
    forms::times_done,
    server_fns::rules::{
        MakeRule, RemoveRule, RuleOutcome, RulesReport, WatchRule, list_rules, submitted_rule,
        submitted_rule_file,
    },
};

/// The rules as far as they are shown.
type RulesResource = Resource<Result<RulesReport, AppError>>;

/// What changes rules.
#[derive(Clone, Copy)]
struct Changes {
    make: ServerAction<MakeRule>,
    watch: ServerAction<WatchRule>,
    remove: ServerAction<RemoveRule>,
}

/// The page: the rules, or everything of whom the address names.
#[component]
pub(crate) fn RulesPage() -> impl IntoView {
    let query = use_query_map();
    let of = Memo::new(move |_| query.with(|query| query.get("of").unwrap_or_default()));
    let names_somebody = Memo::new(move |_| !of.read().is_empty());
    move || {
        if names_somebody.get() {
            view! { <SenderPage of=of/> }.into_any()
        } else {
            view! { <Rules/> }.into_any()
        }
    }
}

#[component]
fn Rules() -> impl IntoView {
    let changes =
        Changes { make: ServerAction::new(), watch: ServerAction::new(), remove: ServerAction::new() };
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_rule().await.ok().flatten() } else { None } },
    );
    let submitted_file = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_rule_file().await.ok().flatten() } else { None } },
    );
    let query = use_query_map();
    let find = Memo::new(move |_| {
        let id = || query.with(|query| query.get("id")).map(|id| format!("#{id}"));
        query.with(|query| query.get("find")).or_else(id).unwrap_or_default()
    });
    let made = times_done(*changes.make, |outcome| matches!(outcome, RuleOutcome::Made(_)));
    let rules: RulesResource = Resource::new_blocking(
        move || (find.get(), made.get(), changes.watch.version().get(), changes.remove.version().get()),
        move |(find, ..)| async move {
            // What the form made is to be in the list.
            let _ = (submitted.await, submitted_file.await);
            list_rules(find).await
        },
    );
    view! {
        <Title text="Rules"/>
        <h1 class="text-xl font-semibold mb-1">"Rules"</h1>
        <p class="mb-4 max-w-3xl text-muted">
            "A rule decides about what a search finds before anybody is asked: nothing is spent on it, and the app has its answer at once. It counts for what comes from now on, in the gateway, on the Check page and in imports."
        </p>
        <Suspense>
            {move || Suspend::new(async move {
                let (submission, file) = (submitted.await, submitted_file.await);
                match rules.await {
                    Ok(report) => {
                        let form = report.may_change.then(|| view! {
                            <section class=CARD aria-labelledby="make-rule">
                                <h2 class="font-semibold mb-3" id="make-rule">"Make a rule"</h2>
                                <form::RuleForm changes=changes submission=submission/>
                            </section>
                            <file::FileForm submission=file/>
                        });
                        view! { <div class="grid grid-cols-1 gap-4 max-w-5xl">{form}<what_if::Trial/></div> }.into_any()
                    }
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
        <list::RuleList rules=rules changes=changes find=find/>
    }
}
