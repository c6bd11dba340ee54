//! First run: the one-time link from the console creates the first administrator.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Bare, TextField, classes::PRIMARY},
    server_fns::session::get_form_problem,
};

/// The first-run form.
#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    let problem = Resource::new_blocking(|| (), |()| get_form_problem());
    let token = use_query_map().with_untracked(|query| query.get("token").unwrap_or_default());
    view! {
        <Title text="First run"/>
        <Bare>
            <h1 class="text-lg font-semibold mb-2">"Create the first administrator"</h1>
            <p class="mb-4 text-sm text-muted">"This link works once. You can add others later."</p>
            <Suspense>
                {move || {
                    let token = token.clone();
                    Suspend::new(async move {
                        let problem = problem.await.unwrap_or_default();
                        let of = |field: &str| problem.of(field).unwrap_or_default().to_owned();
                        // Where the link leads nowhere there is nothing to fill in.
                        if !problem.message.is_empty() {
                            return view! {
                                <p class="mb-4 text-spam" role="alert">{problem.message}</p>
                                <p><a class="text-accent underline" href="/login">"Log in"</a></p>
                            }
                            .into_any();
                        }
                        view! {
                            <form class="flex flex-col gap-4" method="post" action="/setup">
                                <input type="hidden" name="token" value=token />
                                <TextField name="name" label="Your name" value=problem.name.clone() autocomplete="name" required=true problem=of("name")/>
                                <TextField name="email" label="E-mail" kind="email" value=problem.email.clone() autocomplete="username" required=true problem=of("email")/>
                                <TextField name="password" label="Password (12 characters or more)" kind="password" autocomplete="new-password" required=true problem=of("password")/>
                                <button class=PRIMARY>"Create account"</button>
                            </form>
                        }
                        .into_any()
                    })
                }}
            </Suspense>
        </Bare>
    }
}
