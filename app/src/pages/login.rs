//! Log-in. The form is posted to the server itself: a cookie is its business, and it works without JavaScript.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Bare, TextField, classes::PRIMARY},
    server_fns::session::get_form_problem,
};

/// The log-in form.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let problem = Resource::new_blocking(|| (), |()| get_form_problem());
    let next = use_query_map().with_untracked(|query| query.get("next").unwrap_or_default());
    view! {
        <Title text="Log in"/>
        <Bare>
            <h1 class="text-lg font-semibold mb-4">"Log in"</h1>
            <Suspense>
                {move || {
                    let next = next.clone();
                    Suspend::new(async move {
                        let problem = problem.await.unwrap_or_default();
                        view! {
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
