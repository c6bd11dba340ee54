//! A link that works once: somebody who was invited makes an account, or somebody sets a new password. The form is posted to the server
//! itself, as log-in is.

use domain::LinkPurpose;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Bare, TextField, classes::PRIMARY},
    forms::FormProblem,
    server_fns::session::{get_form_problem, get_join_link},
};

/// The page.
#[component]
pub(crate) fn JoinPage() -> impl IntoView {
    let problem = Resource::new_blocking(|| (), |()| get_form_problem());
    let link = Resource::new_blocking(|| (), |()| get_join_link());
    let code = use_query_map().with_untracked(|query| query.get("code").unwrap_or_default());
    view! {
        <Title text="Welcome"/>
        <Bare>
            <Suspense>
                {move || {
                    let code = code.clone();
                    Suspend::new(async move {
                        let (problem, link) = (problem.await.unwrap_or_default(), link.await.unwrap_or_default());
                        match link.purpose {
                            Some(purpose) => view! { <Join purpose=purpose email=link.email code=code problem=problem/> }.into_any(),
                            None => view! { <NoLink problem=problem/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </Bare>
    }
}

#[component]
fn NoLink(problem: FormProblem) -> impl IntoView {
    view! {
        <h1 class="text-lg font-semibold mb-2">"This link does not work"</h1>
        <p role="alert">{problem.message}</p>
        <p class="mt-4"><a class="text-accent underline" href="/login" rel="external">"Log in"</a></p>
    }
}

#[component]
fn Join(purpose: LinkPurpose, email: String, code: String, problem: FormProblem) -> impl IntoView {
    let of = |field: &str| problem.of(field).unwrap_or_default().to_owned();
    let (heading, words, name, button) = match &purpose {
        LinkPurpose::Invitation(role) => (
            "You are invited",
            format!(
                "Choose a name and a password. You will be {} and log in with {email}.",
                role_words(*role)
            ),
            Some(view! {
                <TextField name="name" label="Your name" value=problem.name.clone() autocomplete="name" required=true problem=of("name")/>
            }),
            "Create account",
        ),
        LinkPurpose::Reset(name) => (
            "Set a new password",
            format!("For {name}, who logs in with {email}. All open sessions end with it."),
            None,
            "Set password",
        ),
    };
    view! {
        <h1 class="text-lg font-semibold mb-2">{heading}</h1>
        <p class="mb-4 text-sm text-muted break-words">{words}" This link works once."</p>
        <p class="mb-4 text-spam empty:hidden" role="alert">{problem.message.clone()}</p>
        <form class="flex flex-col gap-4" method="post" action="/join">
            <input type="hidden" name="code" value=code />
            // For the browser's password store.
            <input type="hidden" name="email" value=email autocomplete="username" />
            {name}
            <TextField name="password" label="Password (12 characters or more)" kind="password" autocomplete="new-password" required=true problem=of("password")/>
            <button class=PRIMARY>{button}</button>
        </form>
    }
}

fn role_words(role: domain::Role) -> &'static str {
    match role {
        domain::Role::Viewer => "a viewer, who reads,",
        domain::Role::Moderator => "a moderator, who checks and labels,",
        domain::Role::Admin => "an administrator",
    }
}
