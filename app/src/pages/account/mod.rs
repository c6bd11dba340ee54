//! One's own account: name, password, and where one is logged in.

mod password;
mod sessions;

use domain::User;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{
        ErrorPanel, SessionResource, TextField,
        classes::{BUTTON, CARD},
        field_problem,
    },
    error::AppError,
    server_fns::{
        account::{AccountReport, EndSession, RenameMe, get_account},
        session::get_form_problem,
    },
};

/// The page.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let (rename, end) = (ServerAction::<RenameMe>::new(), ServerAction::<EndSession>::new());
    let account =
        Resource::new_blocking(move || (rename.version().get(), end.version().get()), |_| get_account());
    let problem = Resource::new_blocking(|| (), |()| get_form_problem());
    // The frame shows the name too.
    let session = expect_context::<SessionResource>();
    Effect::new(move |_| {
        if matches!(rename.value().get(), Some(Ok(_))) {
            session.refetch();
        }
    });
    view! {
        <Title text="Account"/>
        <h1 class="text-xl font-semibold mb-4">"Account"</h1>
        <div class="grid gap-4 max-w-3xl">
            <Transition>
                {move || Suspend::new(async move {
                    match account.await {
                        Ok(AccountReport { user, sessions }) => view! {
                            <Name user=user rename=rename/>
                            <password::Password problem=problem.await.unwrap_or_default()/>
                            <sessions::Sessions sessions=sessions end=end/>
                        }
                        .into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Name(user: User, rename: ServerAction<RenameMe>) -> impl IntoView {
    let outcome = Signal::derive(move || rename.value().get());
    view! {
        <section class=CARD aria-labelledby="who">
            <h2 class="font-semibold mb-2" id="who">"Name and e-mail"</h2>
            <p class="mb-3">"You log in with "<strong class="break-all">{user.email}</strong>" and are "{user.role.to_string()}". An administrator can change the role."</p>
            <ActionForm action=rename attr:class="flex flex-wrap items-end gap-3">
                <TextField name="name" label="Your name, as others see it" value=user.name autocomplete="name" required=true problem=field_problem(outcome, "name")/>
                <button class=BUTTON>"Change name"</button>
            </ActionForm>
            <Said outcome=outcome/>
        </section>
    }
}

/// What came of a form, in a sentence.
#[component]
fn Said(outcome: Signal<Option<Result<String, AppError>>>) -> impl IntoView {
    view! {
        <div aria-live="polite">
            {move || match outcome.get() {
                Some(Ok(words)) => view! { <p class="mt-2">{words}</p> }.into_any(),
                Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
            }}
        </div>
    }
}
