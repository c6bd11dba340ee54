//! The Connect button of ActiveLayer's own WordPress plugin leads here: a site asks for a key.

use leptos::{form::FromFormData, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        ErrorPanel,
        classes::{CARD, PRIMARY},
    },
    server_fns::wordpress::{GrantConnection, Granted, submitted_grant},
};

/// The page.
#[component]
pub(super) fn ConnectPage() -> impl IntoView {
    let grant = ServerAction::<GrantConnection>::new();
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_grant().await.ok().flatten() } else { None } },
    );
    view! {
        <Title text="Connect a site"/>
        <h1 class="text-xl font-semibold mb-4">"Connect a site"</h1>
        <Suspense>
            {move || Suspend::new(async move {
                let first = submitted.await.map(|submission| submission.outcome);
                let outcome = Signal::derive(move || grant.value().get().or_else(|| first.clone()));
                view! {
                    {move || match outcome.get() {
                        Some(Ok(Granted { back })) => view! { <Done back=back/> }.into_any(),
                        Some(Err(error)) => view! { <ErrorPanel error=error/><Question grant=grant/> }.into_any(),
                        None => view! { <Question grant=grant/> }.into_any(),
                    }}
                }
            })}
        </Suspense>
    }
}

#[component]
fn Question(grant: ServerAction<GrantConnection>) -> impl IntoView {
    let query = use_query_map();
    let asked = move |name: &str| query.with_untracked(|query| query.get(name)).unwrap_or_default();
    let (site, back, challenge) = (asked("site_url"), asked("return_url"), asked("code_challenge"));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = GrantConnection::from_event(&event) {
            event.prevent_default();
            grant.dispatch(wish);
        }
    };
    view! {
        <section class=format!("{CARD} max-w-3xl")>
            <p>"This WordPress asks for a key of this Gavel, so that its comments and forms are checked here:"</p>
            <p class="my-2"><strong class="hostile break-all">{site.clone()}</strong></p>
            <p class="text-sm text-muted">"Go on only if you have just pressed Connect in that WordPress. The key is shown to nobody: the site fetches it once, and you can take it back in Settings."</p>
            <form class="mt-4" method="post" action="/settings/connect" on:submit=on_submit>
                <input type="hidden" name="site_url" value=site/>
                <input type="hidden" name="return_url" value=back/>
                <input type="hidden" name="code_challenge" value=challenge/>
                <button class=PRIMARY disabled=grant.pending()>"Connect this site"</button>
            </form>
        </section>
    }
}

#[component]
fn Done(back: String) -> impl IntoView {
    view! {
        <section class=format!("{CARD} max-w-3xl")>
            <p>"Almost done: the site fetches its key as soon as you are back there, within ten minutes."</p>
            <p class="mt-3"><a class=PRIMARY href=back rel="external noopener">"Back to WordPress"</a></p>
        </section>
    }
}
