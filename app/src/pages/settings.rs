//! Settings: the connection, who may do what, and which apps may ask.

mod alerts;
mod audit;
mod budgets;
mod connect;
mod learning;
mod own_test;
mod people;
mod privacy;
mod reasons;
mod thresholds;
mod token_bounds;
mod tokens;
mod wordpress;

use domain::Person;
use leptos::prelude::*;
use leptos_meta::Title;

use audit::AuditPage;
use connect::ConnectPage;
use leptos_router::hooks::use_params_map;
use people::PeoplePage;
use privacy::PrivacyPage;
use reasons::ReasonsPage;
use wordpress::WordPressPage;

use super::{callbacks::CallbacksPage, overview::Health};
use crate::{
    components::{ErrorPanel, NotFound, classes::CARD},
    server_fns::settings::{SettingsReport, get_settings},
};

/// A page of the settings. One route for all: each route of its own costs whoever opens the log half a kilobyte.
#[component]
pub(crate) fn SettingsPartPage() -> impl IntoView {
    let params = use_params_map();
    let page = Memo::new(move |_| params.with(|params| params.get("page").unwrap_or_default()));
    move || match page.get().as_str() {
        "callbacks" => view! { <CallbacksPage/> }.into_any(),
        "people" => view! { <PeoplePage/> }.into_any(),
        "privacy" => view! { <PrivacyPage/> }.into_any(),
        "audit" => view! { <AuditPage/> }.into_any(),
        "wordpress" => view! { <WordPressPage/> }.into_any(),
        "connect" => view! { <ConnectPage/> }.into_any(),
        "reasons" => view! { <ReasonsPage/> }.into_any(),
        _ => view! { <NotFound/> }.into_any(),
    }
}

/// The page.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let report = Resource::new_blocking(|| (), |()| get_settings());
    view! {
        <Title text="Settings"/>
        <h1 class="text-xl font-semibold mb-4">"Settings"</h1>
        <Suspense>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => view! { <Sections report=report/> }.into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
        <div class="mt-4 max-w-3xl"><alerts::Alerts/></div>
        <div class="mt-4 max-w-3xl"><budgets::Budgets/></div>
        <div class="mt-4 max-w-3xl"><thresholds::Thresholds/></div>
        // Its table takes the room that there is.
        <div class="mt-4"><tokens::Tokens/></div>
        <div class="mt-4 max-w-3xl"><learning::Learning/></div>
        <div class="mt-4 max-w-3xl"><own_test::TestOfOnesOwn/></div>
    }
}

#[component]
fn Sections(report: SettingsReport) -> impl IntoView {
    let SettingsReport { embedded, upstream, health, people } = report;
    let connect = embedded.then(|| {
        view! {
            <p class="mt-3">
                "To connect to ActiveLayer, create a key in its dashboard under API Tokens and start Gavel with it:"
            </p>
            <pre class="mt-2 p-3 rounded-md bg-raised overflow-x-auto text-sm" tabindex="0">
                "ACTIVELAYER_API_KEY=… gavel serve"
            </pre>
            <p class="mt-2 text-sm text-muted">"The key stays on the server: it is never sent to a browser or written to a log."</p>
        }
    });
    let address =
        (!embedded).then(|| view! { <p class="mt-2 text-sm text-muted">"Base URL: "{upstream}</p> });
    view! {
        <div class="grid gap-4 max-w-3xl">
            <section class=CARD>
                <h2 class="font-semibold mb-2">"Connection"</h2>
                <Health health=health embedded=embedded/>
                {address}
                {connect}
            </section>
            <section class=CARD>
                <h2 class="font-semibold mb-2">"Rules, reasons and callbacks"</h2>
                <p>
                    "What is always spam, never spam, held for a person, or judged without spending anything: "
                    <a class="text-accent underline" href="/rules">"Rules"</a>"."
                </p>
                <p class="mt-2">
                    "Why labels are set, and what one key does: "
                    <a class="text-accent underline" href="/settings/reasons">"Reasons and macros"</a>"."
                </p>
                <p class="mt-2">
                    "How apps hear of what is decided after their answer: "
                    <a class="text-accent underline" href="/settings/callbacks">"Callbacks"</a>"."
                </p>
                <p class="mt-2">
                    "Decisions are written into its comments, and those that wait there are read: "
                    <a class="text-accent underline" href="/settings/wordpress">"WordPress"</a>"."
                </p>
            </section>
            {(!people.is_empty()).then(|| view! { <People people=people/> })}
        </div>
    }
}

#[component]
fn People(people: Vec<Person>) -> impl IntoView {
    let rows = people
        .into_iter()
        .map(|Person { user, .. }| {
            let disabled = user.disabled_at.map(|_| ", disabled");
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-medium py-1 pr-4" scope="row">{user.name}</th>
                    <td class="text-muted">{user.role.to_string()}{disabled}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class=CARD aria-labelledby="people">
            <h2 class="font-semibold mb-2" id="people">"People"</h2>
            <table class="w-full text-sm">
                <thead class="sr-only"><tr><th scope="col">"Name"</th><th scope="col">"Role"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="mt-3 flex flex-wrap gap-4">
                <a class="text-accent underline" href="/settings/people">"Invite and change people"</a>
                <a class="text-accent underline" href="/settings/audit">"Audit record"</a>
                <a class="text-accent underline" href="/settings/privacy">"Privacy: what is forgotten when"</a>
            </p>
        </section>
    }
}
