//! Every import, newest first.

use domain::{Import, Role, paging::grouped};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::state_words;
use crate::{
    components::{
        ErrorPanel, Glyph, Icon, SessionResource, TimeAgo,
        classes::{BUTTON, CARD, PRIMARY},
    },
    live::Live,
    server_fns::imports::list_imports,
};

/// The page.
#[component]
pub(crate) fn ImportsPage() -> impl IntoView {
    let (session, live, query) =
        (expect_context::<SessionResource>(), expect_context::<Live>(), use_query_map());
    let below = Memo::new(move |_| query.read().get("below").and_then(|below| below.parse().ok()));
    let imports =
        Resource::new_blocking(move || (below.get(), live.import.get()), |(below, _)| list_imports(below));
    view! {
        <Title text="Imports"/>
        <div class="flex flex-wrap items-center justify-between gap-3 mb-4">
            <h1 class="text-xl font-semibold">"Imports"</h1>
            <Suspense>
                {move || Suspend::new(async move {
                    session.await.is_ok_and(|session| session.allows(Role::Moderator)).then(|| view! {
                        <a class=PRIMARY href="/imports/new"><Icon glyph=Glyph::Import/>"New import"</a>
                    })
                })}
            </Suspense>
        </div>
        <Transition>
            {move || Suspend::new(async move {
                match imports.await {
                    Ok(imports) => view! { <List imports=imports/> }.into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn List(imports: Vec<Import>) -> impl IntoView {
    if imports.is_empty() {
        return view! {
            <section class=CARD>
                <p>"No imports yet."</p>
                <p class="mt-2 text-muted">
                    "Import older messages: a table, a spreadsheet, JSON, an export of WordPress or Disqus, a mailbox or plain text. You see what it costs before anything is checked."
                </p>
            </section>
        }
        .into_any();
    }
    // A full page may have another behind it.
    let older = (imports.len() >= 50).then(|| imports.last().map(|import| import.id.0)).flatten();
    let rows = imports.into_iter().map(|import| view! { <Row import=import/> }).collect_view();
    view! {
        <div class=format!("{CARD} overflow-x-auto") tabindex="0" role="region" aria-label="List of imports">
            <table class="w-full text-sm tabular-nums">
                <thead>
                    <tr class="text-left text-muted">
                        <th class="font-medium py-1 pr-4" scope="col">"File"</th>
                        <th class="font-medium pr-4" scope="col">"Site"</th>
                        <th class="font-medium pr-4" scope="col">"State"</th>
                        <th class="font-medium pr-4 text-right" scope="col">"Rows"</th>
                        <th class="font-medium pr-4 text-right" scope="col">"Checked"</th>
                        <th class="font-medium pr-4 text-right" scope="col">"Spam"</th>
                        <th class="font-medium" scope="col">"Started"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {older.map(|below| view! {
            <p class="mt-4"><a class=BUTTON href=format!("/imports?below={below}")>"Older imports"</a></p>
        })}
    }
    .into_any()
}

#[component]
fn Row(import: Import) -> impl IntoView {
    let counts = import.counts;
    let spam = counts.spam_percent().map_or("–".to_owned(), |percent| format!("{percent:.1} %"));
    let by = import.user_name.unwrap_or_else(|| "the command line".to_owned());
    view! {
        <tr class="border-t border-line">
            <th class="text-left font-medium py-2 pr-4 min-w-40 break-words" scope="row">
                <a class="text-accent hover:underline" href=format!("/imports/{}", import.id.0)>{import.file_name}</a>
            </th>
            <td class="pr-4 min-w-32 break-words">{import.plan.site.unwrap_or_default()}</td>
            <td class="pr-4 whitespace-nowrap">{state_words(import.state)}</td>
            <td class="pr-4 text-right">{grouped(counts.rows())}</td>
            <td class="pr-4 text-right">{grouped(counts.checked())}</td>
            <td class="pr-4 text-right whitespace-nowrap">{spam}</td>
            <td class="text-muted"><TimeAgo time=import.created_at/>" by "{by}</td>
        </tr>
    }
}
