//! Log-in. The form is posted to the server itself: a cookie is its business, and it works without JavaScript.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Bare, TextField, classes::PRIMARY},
    server_fns::session::{get_form_problem, is_first_run},
};

/// The log-in form.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let problem = Resource::new_blocking(|| (), |()| get_form_problem());
    let first_run = Resource::new_blocking(|| (), |()| is_first_run());
    let next = use_query_map().with_untracked(|query| query.get("next").unwrap_or_default());
    view! {
        <Title text="Log in"/>
        <Bare>
            <h1 class="text-lg font-semibold mb-1">"Log in"</h1>
            <p class="mb-4 text-sm text-muted">"Gavel shows what was checked for spam, and lets people correct it."</p>
            <Suspense>
                {move || {
                    let next = next.clone();
                    Suspend::new(async move {
                        let problem = problem.await.unwrap_or_default();
                        let first_run = first_run.await.unwrap_or_default().then(|| view! {
                            <p class="mb-4 rounded-md bg-raised p-3 text-sm" data-first-run="">
                                "There is no account yet. The server prints a link for the first one on its console when it starts: open that."
                            </p>
                        });
                        view! {
                            {first_run}
                            <p class="mb-4 text-spam empty:hidden" role="alert">{problem.message.clone()}</p>
                            <form class="flex flex-col gap-4" method="post" action="/login">
                                <input type="hidden" name="next" value=next />
                                <TextField name="email" label="E-mail" kind="email" value=problem.email autocomplete="username" required=true/>
                                <TextField name="password" label="Password" kind="password" autocomplete="current-password" required=true/>
                                <button class=PRIMARY>"Log in"</button>
                            </form>
                        }
                    })
                }}
            </Suspense>
        </Bare>
    }
}
