//! One's own password. The form is posted to the server itself, as log-in is: the session's cookie is replaced with it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        TextField,
        classes::{BUTTON, CARD},
    },
    forms::FormProblem,
};

/// The section.
#[component]
pub(super) fn Password(problem: FormProblem) -> impl IntoView {
    let of = |field: &str| problem.of(field).unwrap_or_default().to_owned();
    let changed = use_query_map().with_untracked(|query| query.get("password").is_some());
    view! {
        <section class=CARD aria-labelledby="own-password">
            <h2 class="font-semibold mb-2" id="own-password">"Password"</h2>
            {changed.then(|| view! {
                <p class="mb-3 rounded-lg border border-ham bg-ham-soft p-4" role="status">
                    "Your password is changed. All other sessions have ended; this one stays open."
                </p>
            })}
            <p class="mb-3 text-sm text-muted">"A new password ends all your other sessions."</p>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/account">
            <TextField name="current" label="Current password" kind="password" autocomplete="current-password" required=true problem=of("current")/>
            <TextField name="password" label="New password (12 characters or more)" kind="password" autocomplete="new-password" required=true problem=of("password")/>
            <div><button class=BUTTON>"Change password"</button></div>
            </form>
        </section>
    }
}
